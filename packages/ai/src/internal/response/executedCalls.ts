import type * as Message from "@effect-mistral/core/Message"
import type * as Response from "effect/ai/Response"
import type * as Schema from "effect/Schema"
import { toJson } from "../json/toJson.ts"
import type { CallParts, FinishedCall } from "./callParts.ts"
import { knownId } from "./knownId.ts"

/** The calls of a response, divided by who ran them. */
export interface ExecutedCalls {
  /** The calls that Mistral ran, and their results, as far as the toolkit has their tools. */
  readonly parts: ReadonlyArray<Response.StreamPartEncoded>
  /** The messages with the calls that Mistral ran, and with their results. */
  readonly messages: ReadonlyArray<Schema.MutableJson>
  /** The calls that the caller is to run. */
  readonly others: ReadonlyArray<FinishedCall>
}

/** Finds the calls that Mistral ran: they have a result in the response. */
export const executedCalls = (calls: CallParts, results: ReadonlyArray<Message.Delta>): ExecutedCalls => {
  const others = [...calls.finished()]
  const parts: Array<Response.StreamPartEncoded> = []
  const messages: Array<{ readonly index: number; readonly message: Schema.MutableJson }> = []
  for (const result of results) {
    const callId = knownId(result.tool_call_id)
    const at = others.findIndex(({ call, message }) =>
      callId === undefined ? message < (result.index ?? 0) : knownId(call.id) === callId
    )
    const [executed] = at === -1 ? [] : others.splice(at, 1)
    if (executed !== undefined) {
      const { call, growing, message: index } = executed
      messages.push({ index, message: { role: "assistant", index, tool_calls: [toJson(call) ?? null] } })
      const name = calls.builtInNameOf(call)
      if (name !== undefined) {
        const shared = { id: calls.idOf(growing), name, providerExecuted: true }
        const { arguments: args, name: received } = call.function
        parts.push(
          { type: "tool-call", ...shared, params: calls.paramsOf(received, args) },
          { type: "tool-result", ...shared, result: toJson(result.content) ?? null, isFailure: false }
        )
      }
    }
    messages.push({ index: result.index ?? 0, message: toJson(result) ?? null })
  }
  return {
    parts,
    others,
    messages: messages.sort((one, other) => one.index - other.index).map(({ message }) => message)
  }
}
