import type * as Arr from "effect/Array"
import type { MistralError } from "../../MistralError.ts"
import * as Reason from "../../MistralErrorReason.ts"
import type { Call } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { reasonFromEvent } from "../response/errorBody.ts"
import { invalidResponse } from "../response/invalidResponse.ts"
import type { SchemaValidator } from "../schema/schemaValidator.ts"
import type { FastPath } from "./chunkFastPath.ts"
import { type EventSink, SseParser } from "./sse.ts"

/** The state of a stream: more events may follow, it ended with `[DONE]`, or it failed. */
export type State = "open" | "done" | MistralError

/** The values of one network read. `undefined` if it completed none. */
export type Values<A> = Arr.NonEmptyReadonlyArray<A> | undefined

/** The parts of decoding that depend on the endpoint. */
export interface EventHooks<A> {
  readonly fastPath: FastPath<A> | undefined
  readonly failedChoice: (event: A) => number | undefined
  readonly onValue: (event: A) => void
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
  readonly #validator: SchemaValidator<A>
  readonly #hooks: EventHooks<A>

  constructor(call: Call, response: OpenResponse, validator: SchemaValidator<A>, hooks: EventHooks<A>) {
    this.#call = call
    this.#response = response
    this.#validator = validator
    this.#hooks = hooks
  }

  /** The values that a network read completes. Values before a bad event are returned; `state` has the failure. */
  feed(bytes: ReadonlyArray<Uint8Array>): Values<A> {
    for (const part of bytes) {
      let at = 0
      while (at < part.length && this.state === "open") at = this.#feedFrom(part, at)
    }
    return this.#take()
  }

  /** The values that the end of the body completes. `state` is still `open` afterwards if the stream has no `[DONE]`. */
  end(): Values<A> {
    if (this.state === "open") {
      this.#parser.feed(this.#text.decode())
      this.#parser.end()
    }
    return this.#take()
  }

  onEvent(data: string, name: string | undefined): boolean {
    if (data.length > this.#call.options.maxSize) return this.#tooLarge()
    if (data.startsWith("[DONE]") && data.trimEnd() === "[DONE]") {
      this.state = "done"
      return false
    }
    let json: unknown
    try {
      json = JSON.parse(data)
    } catch {
      return this.#fail(
        (name === "error" ? this.#errorEvent(undefined, name, data) : undefined) ??
          invalidResponse(this.#call, this.#response, "json", "an event that is not JSON")
      )
    }
    if (name !== "error" && this.#validator.is(json) && !carriesError(json)) {
      this.#hooks.fastPath?.remember(data)
      return this.#emit(json)
    }
    return this.#fail(
      this.#errorEvent(json, name, data) ??
        invalidResponse(
          this.#call,
          this.#response,
          "schema",
          "an event that does not fit the schema",
          this.#validator.issues(json)
        )
    )
  }

  /** Decodes from an offset: one event if the fast path applies or may apply later, else all bytes. Returns the new offset. */
  #feedFrom(part: Uint8Array, start: number): number {
    const { fastPath } = this.#hooks
    if (fastPath !== undefined && !this.#midCharacter && this.#parser.betweenEvents) {
      const value = fastPath.read(part, start)
      if (value !== undefined && fastPath.end - start <= this.#call.options.maxSize) {
        this.#add(value)
        return fastPath.end
      }
    }
    const end = fastPath?.enabled === true ? endOfEvent(part, start) : part.length
    this.#midCharacter = part[end - 1]! > lastAscii
    this.#parser.feed(this.#text.decode(part.subarray(start, end), moreToCome))
    if (this.state === "open" && this.#parser.buffered > this.#call.options.maxSize) this.#tooLarge()
    return end
  }

  #emit(value: A): boolean {
    this.#add(value)
    this.#hooks.onValue(value)
    const { error, progress } = this.#call
    const choice = this.#hooks.failedChoice(value)
    return choice === undefined || this.#fail(error(
      new Reason.GenerationFailed({ choice, chunks: progress.chunks, requestId: this.#response.requestId })
    ))
  }

  #add(value: A): void {
    if (this.#values === undefined) this.#values = [value]
    else this.#values.push(value)
    this.#call.progress.chunks++
  }

  #take(): Values<A> {
    const taken = this.#values
    this.#values = undefined
    return taken
  }

  #fail(error: MistralError): false {
    this.state = error
    return false
  }

  #tooLarge(): false {
    return this.#fail(
      invalidResponse(
        this.#call,
        this.#response,
        "tooLarge",
        `an event of more than ${this.#call.options.maxSize} characters`
      )
    )
  }

  #errorEvent(json: unknown, name: string | undefined, data: string): MistralError | undefined {
    const redacted = this.#response.redact(data)
    const reason = reasonFromEvent(
      { json: redacted === data ? json : parse(redacted), name, text: redacted },
      { status: this.#response.status, chunks: this.#call.progress.chunks, requestId: this.#response.requestId }
    )
    return reason && this.#call.error(reason)
  }
}

/** The last byte value of a character of one byte. */
const lastAscii = 0x7f

const moreToCome = { stream: true }

/** The offset after the next empty line, as most servers write it. */
const endOfEvent = (bytes: Uint8Array, start: number): number => {
  let at = bytes.indexOf(10, start)
  while (at !== -1 && bytes[at + 1] !== 10) at = bytes.indexOf(10, at + 1)
  return at === -1 ? bytes.length : at + 2
}

/** Whether an event has an `error`, which some servers put beside the keys of an ordinary chunk. */
const carriesError = (json: unknown): boolean => {
  const error = (json as { readonly error?: unknown }).error
  return error !== undefined && error !== null
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
