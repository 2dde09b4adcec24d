import * as Effect from "effect/Effect"
import type * as Completion from "../../CompletionSchema.ts"

/**
 * Logs a warning where a response has tool calls without a name, which no program can run. It names their indexes and ids,
 * and nothing that the model wrote.
 */
export const warnOfNamelessCalls = (response: Completion.Response): Effect.Effect<void> => {
  const calls = response.choices.flatMap(({ message, messages }) =>
    [message, ...messages ?? []].flatMap((message) => message?.tool_calls ?? [])
    // The name of a call of another type is not in its function.
  ).filter((call) => call.function.name === "" && (call.type ?? "function") === "function")
  if (calls.length === 0) return Effect.void
  const places = calls.slice(0, 5).map(({ id, index }) => `index ${index ?? "unknown"}, id ${id ?? "unknown"}`)
  return Effect.logWarning(
    `The response has ${calls.length} tool call(s) without a name: ${places.join("; ")}${
      calls.length > 5 ? "; ..." : ""
    }`
  )
}
