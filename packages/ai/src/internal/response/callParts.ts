import * as ToolCallFragments from "@effect-mistral/core/ToolCallFragments"
import * as ToolCallId from "@effect-mistral/core/ToolCallId"
import type * as Tool from "@effect-mistral/core/ToolSchema"
import * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import type * as Schema from "effect/Schema"
import { toJsonObject } from "../json/toJson.ts"
import type { ToolCalls } from "../tools/requestTools.ts"
import type { Blocks } from "./blocks.ts"

type Parts = Array<Response.StreamPartEncoded>

/** What a call is known by in all of its parts. */
interface Announced {
  readonly id: string
  /** The name in the toolkit. */
  readonly name: string
}

/** A call at the end of the response, in the order of the response. */
export interface FinishedCall {
  readonly call: Tool.ReceivedCall
  readonly growing: ToolCallFragments.GrowingCall
  /** The number of its message. */
  readonly message: number
}

/**
 * The parts of the tool calls of one response: their parameters as they stream, and the calls themselves at the end.
 *
 * Only the end says whether a call was meant for the caller, because Mistral may have run it, and only after `[DONE]` is it
 * sure that the response is whole. Nothing is run before.
 */
export class CallParts {
  readonly #calls: ToolCalls
  readonly #newId: () => string
  /** The calls of each message of the response, by the number of the message. */
  readonly #messages = new Map<number, ToolCallFragments.ToolCallFragments>()
  readonly #announced = new Map<ToolCallFragments.GrowingCall, Announced>()
  readonly #ids = new Map<ToolCallFragments.GrowingCall, string>()
  readonly #takenIds = new Set<string>()

  constructor(calls: ToolCalls, newId: () => string) {
    this.#calls = calls
    this.#newId = newId
  }

  /** Adds the fragments of a delta. */
  add(fragments: ReadonlyArray<Tool.CallDelta>, message: number, blocks: Blocks, parts: Parts): void {
    let calls = this.#messages.get(message)
    if (calls === undefined) this.#messages.set(message, calls = ToolCallFragments.make())
    calls.add(fragments, (call, added) => {
      const announced = this.#announced.get(call)
      if (announced !== undefined) {
        if (added !== "") parts.push({ type: "tool-params-delta", id: announced.id, delta: added })
      } else if (call.name !== "" && call.id !== undefined && hasText(call.arguments)) {
        // The id of a call without one may still come, and is the same in all of its parts. It is made at the end.
        this.#announce(call, blocks, parts)
      }
    })
  }

  /** The calls of the response, in its order. */
  finished(): ReadonlyArray<FinishedCall> {
    return Array.from(this.#messages).flatMap(([message, calls]) => {
      const growing = calls.calls()
      return calls.build().map((call, at) => ({ call, growing: growing[at]!, message }))
    })
  }

  /**
   * Ends the parameters and adds the calls that the caller is to run. Returns why the response has failed, if it has. The
   * calls of a response that was cut off are not run, so that no name of them is an error.
   */
  end(
    finished: ReadonlyArray<FinishedCall>,
    isCutOff: boolean,
    blocks: Blocks,
    parts: Parts
  ): AiError.AiErrorReason | undefined {
    for (const { call, growing } of finished) {
      if (this.#announced.has(growing) || this.#nameOf(call.function.name) === undefined) continue
      this.#announce(growing, blocks, parts)
    }
    this.close(parts)
    for (const { call, growing } of finished) {
      const { arguments: args, name: received } = call.function
      const name = this.#nameOf(received)
      const builtIn = this.builtInNameOf(call)
      if (name === undefined && builtIn === undefined) {
        if (isCutOff) continue
        return new AiError.ToolNotFoundError({ toolName: received, availableTools: [...this.#calls.names] })
      }
      parts.push({
        type: "tool-call",
        id: this.idOf(growing),
        name: name ?? builtIn ?? received,
        params: this.paramsOf(received, args),
        ...(name === undefined ? { providerExecuted: true } : undefined)
      })
    }
    return undefined
  }

  /** Ends the parameters. */
  close(parts: Parts): void {
    for (const { id } of this.#announced.values()) parts.push({ type: "tool-params-end", id })
    this.#announced.clear()
  }

  /** The id of a call. It is the same in all parts of the call, and no other call of the response has it. */
  idOf(call: ToolCallFragments.GrowingCall): string {
    let id = this.#ids.get(call)
    if (id !== undefined) return id
    const received = ToolCallId.known(call.id)
    id = received ?? this.#newId()
    // Results are matched by id: two calls with one id would get one result.
    for (let copy = 2; this.#takenIds.has(id); copy++) {
      id = received === undefined ? this.#newId() : ToolCallId.fromForeign(`${received} ${copy}`)
    }
    this.#takenIds.add(id)
    this.#ids.set(call, id)
    return id
  }

  /** Whether the toolkit has the tool of a call, or calls of any tool are returned. */
  hasPart(call: Tool.ReceivedCall): boolean {
    return this.#nameOf(call.function.name) !== undefined || this.builtInNameOf(call) !== undefined
  }

  /** The name in the toolkit of a built-in tool that Mistral runs. */
  builtInNameOf({ function: { name }, type }: Tool.ReceivedCall): string | undefined {
    return this.#calls.builtInNameOf(name) ?? (type ? this.#calls.builtInNameOf(type) : undefined)
  }

  /** The parameters of a call. Those of a tool that is not in the toolkit are its JSON. */
  paramsOf(received: string, args: Tool.ReceivedCall["function"]["arguments"]): unknown {
    const given = typeof args === "string" && args.trim() === "" ? "{}" : args
    const name = this.#calls.nameOf(received)
    return name === undefined ? parsed(given) : this.#calls.parametersOf(name, given)
  }

  #nameOf(received: string): string | undefined {
    return this.#calls.nameOf(received) ?? (this.#calls.deferred ? received : undefined)
  }

  #announce(call: ToolCallFragments.GrowingCall, blocks: Blocks, parts: Parts): void {
    const name = this.#nameOf(call.name)
    if (name === undefined) return
    blocks.close(parts)
    const id = this.idOf(call)
    this.#announced.set(call, { id, name })
    parts.push({ type: "tool-params-start", id, name })
    const { arguments: args } = call
    const text = typeof args === "object" ? JSON.stringify(args) : args
    if (text) parts.push({ type: "tool-params-delta", id, delta: text })
  }
}

/** The keys of calls that this version does not know, with the id of their call, and the calls that have no part at all. */
export const unknownOfCalls = (
  finished: ReadonlyArray<FinishedCall>,
  parts: CallParts
): ReadonlyArray<Schema.MutableJson> =>
  finished.flatMap(({ call: whole }) => {
    if (!parts.hasPart(whole)) return [toJsonObject(whole)]
    const { function: fn, id, index: _index, type, ...call } = whole
    const { arguments: _arguments, name: _name, ...rest } = fn
    const unknown = {
      ...call,
      ...(type === "function" || type == null ? undefined : { type }),
      ...(Object.keys(rest).length === 0 ? undefined : { function: rest })
    }
    return Object.keys(unknown).length === 0 ? [] : [toJsonObject(id == null ? unknown : { id, ...unknown })]
  })

/** Whether arguments are text that only grows. Some servers send `{}` first, and then the arguments. */
const hasText = (args: ToolCallFragments.GrowingCall["arguments"]): boolean =>
  typeof args === "string" && args !== "" && args !== "{}"

const parsed = (args: unknown): unknown => {
  try {
    return typeof args === "string" ? JSON.parse(args) : args
  } catch {
    return args
  }
}
