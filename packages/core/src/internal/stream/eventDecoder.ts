import type * as Arr from "effect/Array"
import type { StreamEndpoint } from "../../Endpoint.ts"
import type { MistralError } from "../../MistralError.ts"
import * as Reason from "../../MistralErrorReason.ts"
import { carriesError } from "../error/carriesError.ts"
import { parseJson } from "../json/parseJson.ts"
import type { Call } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { reasonFromChoice, reasonFromEvent, type StreamPosition } from "../response/errorBody.ts"
import { invalidResponse, tooLarge } from "../response/invalidResponse.ts"
import type { JsonReader } from "../schema/jsonReader.ts"
import { type FastPath, viewOf } from "./chunkFastPath.ts"
import { type EventSink, SseParser } from "./sse.ts"

/** The state of a stream: more events may follow, it ended with `[DONE]`, or it failed. */
export type State = "open" | "done" | MistralError

/** The values of one network read. `undefined` if it completed none. */
export type Values<A> = Arr.NonEmptyReadonlyArray<A> | undefined

/** The parts of decoding that depend on the endpoint. */
export interface EventHooks<A> {
  readonly fastPath: FastPath<A> | undefined
  readonly endpoint: Pick<StreamEndpoint<never, A>, "choices" | "failedChoice">
  /** Whether the body may end without `[DONE]` once every choice has its finish reason. */
  readonly endsByFinishReason: boolean
  /** The finish reasons of the choices that have begun, by index. The decoder sets them. */
  readonly choices: Map<number, string | null | undefined>
  /** Receives each event that was parsed in full. One of the fast path differs from an earlier one in strings alone. */
  readonly onValue: (event: A) => void
  /** Receives the number of events that a read has completed. */
  readonly onValues: (count: number) => void
}

/** Decodes the bytes of an event stream to validated values, one network read at a time, without an effect per event. */
export class EventDecoder<A> implements EventSink {
  state: State = "open"
  #values: Arr.NonEmptyArray<A> | undefined
  readonly #text = new TextDecoder()
  /** Whether the bytes so far may end in the middle of a character. */
  #midCharacter = false
  readonly #parser = new SseParser(this)
  readonly #call: Call
  readonly #response: OpenResponse
  readonly #reader: JsonReader<A>
  readonly #hooks: EventHooks<A>

  constructor(call: Call, response: OpenResponse, reader: JsonReader<A>, hooks: EventHooks<A>) {
    this.#call = call
    this.#response = response
    this.#reader = reader
    this.#hooks = hooks
  }

  /** The values that a network read completes. Values before a bad event are returned; `state` has the failure. */
  feed(bytes: ReadonlyArray<Uint8Array>): Values<A> {
    for (const part of bytes) {
      const view = viewOf(part)
      let at = 0
      while (at < part.length && this.state === "open") at = this.#feedFrom(part, at, view)
    }
    return this.#take()
  }

  /** The values that the end of the body completes. `state` is still `open` afterwards if the stream has no `[DONE]`. */
  end(): Values<A> {
    if (this.state === "open") {
      this.#parser.feed(this.#text.decode())
      this.#parser.end()
      const reasons = [...this.#hooks.choices.values()]
      const finished = this.#hooks.endsByFinishReason && reasons.length > 0 && reasons.every(Boolean)
      if (finished && this.state === "open") this.state = "done"
    }
    return this.#take()
  }

  onEvent(data: string, name: string | undefined, bare?: boolean): boolean {
    if (data.length > this.#call.options.maxSize) return this.#tooLarge()
    if (data.charCodeAt(0) !== openingBrace && /^["\s]*\[DONE\]["\s]*$/i.test(data)) {
      const { choices, endpoint } = this.#hooks
      this.state = endpoint.choices === undefined || choices.size > 0 ? "done" : this.endedEarly(true)
      return false
    }
    const json = parseJson(data)
    if (json === undefined) {
      // An event without data keeps the connection alive.
      if (name !== "error" && data.trim() === "") return true
      return this.#fail(
        (name === "error" ? this.#errorEvent(undefined, name, data) : undefined) ??
          this.#invalid("json", "an event that is not JSON")
      )
    }
    if (name !== "error" && this.#reader.is(json) && !carriesError(json)) return this.#emit(data, json)
    const error = this.#errorEvent(json, name, data)
    if (error !== undefined) return this.#fail(error)
    // JSON without the name of a field is only read as a chunk: other lines that are not a field are ignored.
    if (json === null || json === "" || (bare === true && !Object.hasOwn(json as object, "choices"))) return true
    const repaired = this.#reader.repair(json)
    return repaired === undefined
      ? this.#fail(this.#invalid("schema", "an event that does not fit the schema", this.#reader.issues(json)))
      : this.#emit(data, repaired)
  }

  /** The error of a stream that ended without `[DONE]`, or before any choice. */
  endedEarly(withoutChoice?: true): MistralError {
    const { error, progress } = this.#call
    const { requestId } = this.#response
    return error(new Reason.StreamEndedEarly({ chunks: progress.chunks, requestId, withoutChoice }))
  }

  /** Decodes from an offset: one event if the fast path applies or may apply later, else all bytes. Returns the new offset. */
  #feedFrom(part: Uint8Array, start: number, view: DataView): number {
    const { fastPath } = this.#hooks
    if (fastPath !== undefined && !this.#midCharacter && this.#parser.betweenEvents) {
      const value = fastPath.read(part, start, view)
      if (value !== undefined && fastPath.end - start <= this.#call.options.maxSize) {
        this.#add(value)
        return fastPath.end
      }
    }
    const end = fastPath?.enabled === true ? endOfEvent(part, start) : part.length
    this.#midCharacter = part[end - 1]! > lastAscii
    this.#parser.feed(this.#text.decode(part.subarray(start, end), moreToCome))
    if (this.state === "open" && this.#parser.buffered - fieldName > this.#call.options.maxSize) this.#tooLarge()
    return end
  }

  #emit(data: string, value: A): boolean {
    const { choices, endpoint, fastPath, onValue } = this.#hooks
    fastPath?.remember(data)
    this.#add(value)
    onValue(value)
    for (const { finish_reason, index } of endpoint.choices?.(value) ?? []) {
      choices.set(index, choices.get(index) ?? finish_reason)
    }
    const failed = endpoint.failedChoice?.(value)
    return failed === undefined || this.#fail(this.#call.error(reasonFromChoice(failed, this.#position())))
  }

  #position(): StreamPosition {
    const { requestId, status } = this.#response
    return { status, chunks: this.#call.progress.chunks, requestId }
  }

  #add(value: A): void {
    if (this.#values === undefined) this.#values = [value]
    else this.#values.push(value)
    this.#call.progress.chunks++
  }

  #take(): Values<A> {
    const taken = this.#values
    this.#values = undefined
    if (taken !== undefined) this.#hooks.onValues(taken.length)
    return taken
  }

  #fail(error: MistralError): false {
    this.state = error
    return false
  }

  #tooLarge(): false {
    return this.#fail(tooLarge(this.#call, this.#response, "event"))
  }

  #invalid(
    kind: Reason.InvalidResponse["kind"],
    description: string,
    issues?: ReadonlyArray<Reason.Issue>
  ): MistralError {
    return invalidResponse(this.#call, this.#response, kind, description, issues)
  }

  #errorEvent(json: unknown, name: string | undefined, data: string): MistralError | undefined {
    const reason = reasonFromEvent(
      { json, name, text: data },
      this.#position()
    )
    return reason && this.#call.error(reason)
  }
}

/** The first character of nearly every event. */
const openingBrace = 0x7b

/** The length of the name of a field that may be buffered with its value. */
const fieldName = "data: ".length

/** The last byte value of a character of one byte. */
const lastAscii = 0x7f

const moreToCome = { stream: true }

/** The offset after the next empty line, as most servers write it. */
const endOfEvent = (bytes: Uint8Array, start: number): number => {
  let at = bytes.indexOf(10, start)
  while (at !== -1 && bytes[at + 1] !== 10) at = bytes.indexOf(10, at + 1)
  return at === -1 ? bytes.length : at + 2
}
