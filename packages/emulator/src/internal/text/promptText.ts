import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"
import { countTokens } from "./tokenizer.ts"

/** The token count of an image, a document, a file or a recording, whose content is not read. */
const attachmentTokens = 256

const pieceText = (piece: Content.Content): string => {
  switch (piece.type) {
    case "text":
      return piece.text
    case "thinking":
      return piece.thinking.map((inner) => inner.type === "text" ? inner.text : "").join("")
    default:
      return ""
  }
}

const isAttachment = (piece: Content.Content): boolean =>
  piece.type === "image_url" || piece.type === "document_url" || piece.type === "file" || piece.type === "input_audio"

/** The text of a message. */
export const messageText = (message: Message.Message): string => {
  const content = message.content
  return content === null || content === undefined
    ? ""
    : typeof content === "string"
    ? content
    : content.map(pieceText).filter((text) => text !== "").join("\n")
}

/** The text of the last message with a role, `""` if there is none. */
export const lastText = (messages: ReadonlyArray<Message.Message>, role: Message.Message["role"]): string => {
  const message = messages.findLast((message) => message.role === role)
  return message === undefined ? "" : messageText(message)
}

const messageTokens = (message: Message.Message): number => {
  const attachments = Array.isArray(message.content) ? message.content.filter(isAttachment).length : 0
  const calls = message.role === "assistant" ? message.tool_calls ?? [] : []
  return 1 + countTokens(messageText(message)) + attachments * attachmentTokens +
    calls.reduce((sum, call) => sum + countTokens(JSON.stringify(call.function)), 0)
}

/** The tokens of a prompt: one per message, those of texts and tool calls, and those of the tools. */
export const promptTokens = (request: CompletionRequest.Chat): number =>
  request.messages.reduce((sum, message) => sum + messageTokens(message), 0) +
  (request.tools ?? []).reduce((sum, tool) => sum + countTokens(JSON.stringify(tool)), 0)
