import { callIds } from "./callIds.ts"
import { notCarriedOut } from "./sentences.ts"
import type { AssistantTurn, CallResult, ToolTurn, Turn } from "./turn.ts"

/** A result whose call is known. */
export interface PairedResult extends CallResult {
  readonly name: string
}

/** Turns in which each turn with calls is followed by one result for each call, in the order of the calls. */
export type PairedTurn = Exclude<Turn, ToolTurn> | {
  readonly role: "tool"
  readonly results: ReadonlyArray<PairedResult>
}

/**
 * Moves each result to its call, and gives calls ids that Mistral accepts. A call without a result gets one that says so. A
 * result without a call is left out.
 */
export const pairCalls = (turns: ReadonlyArray<Turn>): ReadonlyArray<PairedTurn> => {
  const results = resultsOfCalls(turns)
  const idOf = callIds()
  return turns.flatMap((turn): ReadonlyArray<PairedTurn> => {
    if (turn.role === "tool") return []
    if (turn.role !== "assistant" || turn.calls.length === 0) return [turn]
    const calls = turn.calls.map((call) => ({ ...call, id: idOf(call.id) }))
    const content = results.get(turn)
    return [
      { ...turn, calls },
      {
        role: "tool",
        results: calls.map(({ id, name }, at) => ({ id, name, content: content?.get(at)?.content ?? notCarriedOut }))
      }
    ]
  })
}

/** A call that has no result so far: the one at a position of a turn. */
interface OpenCall {
  readonly turn: AssistantTurn
  readonly at: number
}

type Results = Map<AssistantTurn, Map<number, CallResult>>

/**
 * Finds the call of each result: one before it with its id. Some servers count their ids anew in each turn, so it is one of
 * the latest turn that has such a call without a result, and there the first.
 */
const resultsOfCalls = (turns: ReadonlyArray<Turn>): Results => {
  const results: Results = new Map()
  const open = new Map<string, Array<OpenCall>>()
  for (const turn of turns) {
    if (turn.role === "assistant") {
      turn.calls.forEach(({ id }, at) => {
        open.set(id, [...(open.get(id) ?? []), { turn, at }])
      })
    }
    if (turn.role !== "tool") continue
    for (const result of turn.results) {
      const calls = open.get(result.id) ?? []
      const latest = calls.at(-1)?.turn
      const call = calls.find((candidate) => candidate.turn === latest)
      if (call === undefined) continue
      open.set(result.id, calls.filter((candidate) => candidate !== call))
      results.set(call.turn, (results.get(call.turn) ?? new Map<number, CallResult>()).set(call.at, result))
    }
  }
  return results
}
