import type * as Message from "@effect-mistral/core/Message"
import type * as AiError from "effect/ai/AiError"
import type * as Prompt from "effect/ai/Prompt"
import * as Result from "effect/Result"
import { assistantTurns, textOf } from "./assistantTurn.ts"
import { pairCalls } from "./pairedCalls.ts"
import { toolResultContent } from "./toolResult.ts"
import type { Turn } from "./turn.ts"
import { turnMessages } from "./turnMessages.ts"
import { joinAssistantTurns, withAnswerableEnd, withAnswersToResults, withContent } from "./turnOrder.ts"
import { userContent } from "./userContent.ts"
import { wellFormed } from "./wellFormed.ts"

/** The messages of a request. */
export interface Conversation {
  readonly messages: ReadonlyArray<Message.Message>
  /** The text of the last message, if the model continues it. The server repeats it in its response. */
  readonly prefix: string | undefined
}

/**
 * Converts a prompt to the messages of a request that Mistral accepts.
 *
 * The same prompt always gives the same messages, so that the server finds their tokens in its cache.
 */
export const toConversation = (prompt: Prompt.Prompt): Result.Result<Conversation, AiError.AiErrorReason> => {
  const turns: Array<Turn> = []
  for (const message of prompt.content) {
    const converted = toTurns(message)
    if (Result.isFailure(converted)) return Result.fail(converted.failure)
    turns.push(...converted.success)
  }
  const paired = withContent(joinAssistantTurns(pairCalls(joinAssistantTurns(turns))))
  return Result.map(withAnswerableEnd(paired), (ordered) => {
    const messages = wellFormed(turnMessages(withAnswersToResults(ordered)))
    return { messages, prefix: prefixOf(messages.at(-1)) }
  })
}

const toTurns = (message: Prompt.Message): Result.Result<ReadonlyArray<Turn>, AiError.AiErrorReason> => {
  switch (message.role) {
    case "system":
      return Result.succeed([{ role: "system", content: message.content }])
    case "user":
      return Result.map(
        userContent(message.content),
        (content) => content === undefined ? [] : [{ role: "user", content }]
      )
    case "assistant":
      return Result.succeed(assistantTurns(message))
    case "tool": {
      const results = message.content.flatMap((part) =>
        part.type === "tool-result" && !part.providerExecuted
          ? [{ id: part.id, content: toolResultContent(part) }]
          : []
      )
      return Result.succeed([{ role: "tool", results }])
    }
  }
}

const prefixOf = (last: Message.Message | undefined): string | undefined => {
  if (last?.role !== "assistant") return undefined
  const text = typeof last.content === "string" ? last.content : textOf(last.content ?? [])
  return text === "" ? undefined : text
}
