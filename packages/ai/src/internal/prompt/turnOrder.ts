import * as AiError from "effect/ai/AiError"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import { joinTurns } from "./assistantTurn.ts"
import type { PairedTurn } from "./pairedCalls.ts"
import { afterResults } from "./sentences.ts"
import type { AssistantTurn, ForeignThinking, ToolTurn } from "./turn.ts"

/** A turn of any form whose assistant turns can be joined. */
type Joinable = { readonly role: "system" | "user" } | AssistantTurn | Pick<ToolTurn, "role">

/**
 * Joins assistant turns in a row, and leaves out those with nothing in them.
 *
 * What a model writes after a call, it writes after the result: a turn with content that follows one with calls stays a
 * turn of its own. Calls that follow calls are of one turn, as parallel calls of other vendors are.
 */
export const joinAssistantTurns = <A extends Joinable>(
  turns: ReadonlyArray<A | AssistantTurn>
): Array<A | AssistantTurn> => {
  const joined: Array<A | AssistantTurn> = []
  for (const turn of turns) {
    const last = joined.at(-1)
    if (!isAssistant(turn)) joined.push(turn)
    else if (isEmpty(turn)) continue
    else if (last !== undefined && isAssistant(last) && (last.calls.length === 0 || turn.pieces.length === 0)) {
      joined[joined.length - 1] = joinTurns(last, turn)
    } else joined.push(turn)
  }
  return joined
}

const isAssistant = (turn: Joinable): turn is AssistantTurn => turn.role === "assistant"

const isEmpty = ({ calls, pieces, thinking }: AssistantTurn): boolean =>
  calls.length === 0 && pieces.length === 0 && Object.keys(thinking).length === 0

/**
 * Makes content of thinking that stands alone in another dialect, because the server refuses an assistant message with
 * neither content nor calls. Thinking that is encrypted is left out.
 */
export const withContent = (turns: ReadonlyArray<PairedTurn>): ReadonlyArray<PairedTurn> =>
  turns.flatMap((turn): ReadonlyArray<PairedTurn> => {
    if (turn.role !== "assistant" || turn.pieces.length > 0 || turn.calls.length > 0) return [turn]
    const text = foreignText(turn.thinking)
    return text === ""
      ? []
      : [{ ...turn, pieces: [{ type: "thinking", thinking: [{ type: "text", text }], closed: true }], thinking: {} }]
  })

const foreignText = ({ reasoning, reasoning_details: details }: ForeignThinking): string =>
  reasoning ?? (details ?? []).map(({ summary, text }) => [text, summary].find(Predicate.isString) ?? "").join("")

/**
 * Moves system turns at the end in front of the last user turn, because the server wants a user turn or a result at the
 * end. Fails if there is none that the model could answer.
 */
export const withAnswerableEnd = (
  turns: ReadonlyArray<PairedTurn>
): Result.Result<ReadonlyArray<PairedTurn>, AiError.AiErrorReason> => {
  const last = turns.findLastIndex(({ role }) => role !== "system")
  const end = turns.slice(last + 1)
  if (last === -1) {
    return invalid(turns.length === 0 ? "The prompt has no message" : "The prompt has only system messages")
  }
  if (end.length === 0) return Result.succeed(turns)
  if (turns[last]?.role === "assistant") {
    return invalid("The prompt ends with a system message after a message of the assistant")
  }
  const at = Math.max(0, turns.findLastIndex(({ role }) => role === "user"))
  return Result.succeed([...turns.slice(0, at), ...end, ...turns.slice(at, last + 1)])
}

const invalid = (what: string): Result.Result<never, AiError.AiErrorReason> =>
  Result.fail(new AiError.InvalidUserInputError({ description: `${what}. Mistral needs a user message to answer` }))

/** Puts a short assistant turn between results and a user or system turn, because the server refuses these there. */
export const withAnswersToResults = (turns: ReadonlyArray<PairedTurn>): ReadonlyArray<PairedTurn> =>
  turns.flatMap((turn, at) =>
    turns[at - 1]?.role === "tool" && (turn.role === "user" || turn.role === "system")
      ? [{ role: "assistant", pieces: [{ type: "text", text: afterResults }], thinking: {}, calls: [] }, turn]
      : [turn]
  )
