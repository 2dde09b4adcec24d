import type * as Message from "@effect-mistral/core/Message"
import * as ToolCallId from "@effect-mistral/core/ToolCallId"
import type * as Response from "effect/ai/Response"
import type * as Schema from "effect/Schema"
import { toJson } from "../json/toJson.ts"
import type { CallParts, FinishedCall } from "./callParts.ts"

/** The calls of a response, divided by who ran them. */
export interface ExecutedCalls {
  /** The calls that Mistral ran, and their results, as far as the toolkit has their tools. */
  readonly parts: ReadonlyArray<Response.StreamPartEncoded>
  /** The messages before the last one: their texts, the calls that Mistral ran, and the results. */
  readonly messages: ReadonlyArray<Schema.MutableJson>
  /** The calls that the caller is to run. */
  readonly others: ReadonlyArray<FinishedCall>
}

/** The text of a message that another one follows. */
export interface EarlierText {
  /** The number of the message. */
  readonly index: number
  readonly text: string
}

/** Finds the calls that Mistral ran: they have a result in the response. */
export const executedCalls = (
  calls: CallParts,
  results: ReadonlyArray<Message.Delta>,
  texts: ReadonlyArray<EarlierText>
): ExecutedCalls => {
  const others = [...calls.finished()]
  const parts: Array<Response.StreamPartEncoded> = []
  const messages = new Messages()
  for (const { index, text } of texts) messages.assistant(index).content = text
  for (const result of results) {
    const callId = ToolCallId.known(result.tool_call_id)
    const at = others.findIndex(({ call, message }) =>
      callId === undefined ? message < (result.index ?? 0) : ToolCallId.known(call.id) === callId
    )
    const [executed] = at === -1 ? [] : others.splice(at, 1)
    if (executed !== undefined) {
      const { call, message } = executed
      ;(messages.assistant(message).tool_calls ??= []).push(toJson(call) ?? null)
      parts.push(...executedParts(calls, executed, result))
    }
    messages.add(result.index ?? 0, toJson(result) ?? null)
  }
  return { parts, others, messages: messages.inOrder() }
}

/** The parts of a call that Mistral ran. None if the toolkit does not have its tool. */
const executedParts = (
  calls: CallParts,
  { call, growing }: FinishedCall,
  result: Message.Delta
): ReadonlyArray<Response.StreamPartEncoded> => {
  const name = calls.builtInNameOf(call)
  if (name === undefined) return []
  const shared = { id: calls.idOf(growing), name, providerExecuted: true }
  const { arguments: args, name: received } = call.function
  return [
    { type: "tool-call", ...shared, params: calls.paramsOf(received, args) },
    { type: "tool-result", ...shared, result: toJson(result.content) ?? null, isFailure: false }
  ]
}

interface Assistant {
  readonly role: "assistant"
  readonly index: number
  content?: string
  tool_calls?: Array<Schema.MutableJson>
}

/** The messages before the last one, by their numbers. */
class Messages {
  readonly #list: Array<{ readonly index: number; readonly message: Schema.MutableJson }> = []
  readonly #assistants = new Map<number, Assistant>()

  assistant(index: number): Assistant {
    let message = this.#assistants.get(index)
    if (message === undefined) this.#assistants.set(index, message = { role: "assistant", index })
    return message
  }

  add(index: number, message: Schema.MutableJson): void {
    this.#list.push({ index, message })
  }

  inOrder(): ReadonlyArray<Schema.MutableJson> {
    for (const [index, { content, role, tool_calls }] of this.#assistants) {
      this.add(index, {
        role,
        index,
        ...(content === undefined ? undefined : { content }),
        ...(tool_calls === undefined ? undefined : { tool_calls })
      })
    }
    return this.#list.sort((one, other) => one.index - other.index).map(({ message }) => message)
  }
}
