import type * as Message from "@effect-mistral/core/Message"
import type * as AiError from "effect/ai/AiError"
import type * as Prompt from "effect/ai/Prompt"
import * as Result from "effect/Result"

/** The messages of a request. */
export interface Conversation {
  readonly messages: ReadonlyArray<Message.Message>
  /** The text of the last message, if the model continues it. The server repeats it in its response. */
  readonly prefix: string | undefined
}

/** Converts a prompt to the messages of a request that Mistral accepts. */
export const toConversation = (prompt: Prompt.Prompt): Result.Result<Conversation, AiError.AiErrorReason> => {
  const messages: Array<Message.Message> = []
  for (const message of prompt.content) {
    if (message.role === "system") messages.push({ role: "system", content: message.content })
    if (message.role === "user" || message.role === "assistant") {
      const text = message.content.map((part) => part.type === "text" ? part.text : "").join("")
      messages.push({ role: message.role, content: text })
    }
  }
  return Result.succeed({ messages, prefix: undefined })
}
