import type * as Arr from "effect/Array"
import type { MistralError } from "../MistralError.ts"
import * as Reason from "../MistralErrorReason.ts"
import type { Opened } from "./attempt.ts"
import type { Call } from "./call.ts"
import { reasonFromEvent } from "./errorBody.ts"
import type { SchemaDecoder } from "./schemaDecoder.ts"
import { type EventSink, SseSplitter } from "./sse.ts"
import { invalid } from "./wholeAnswer.ts"

/** How a stream stands after a piece of it: going on, ended well, or failed. */
export type State = "open" | "done" | MistralError

/** Values, if there are any. */
export type Values<A> = Arr.NonEmptyReadonlyArray<A> | undefined

/**
 * A shorter way to the value of an event that repeats an earlier one: its value differs in one string, and whatever was
 * asked of the earlier one is true of it.
 */
export interface Repeated<A> {
  /** The value of the event that begins at a place of a read, if it is one. */
  readonly read: (bytes: Uint8Array, start: number) => A | undefined
  /** Where the event ends that was read last. */
  readonly end: number
  /** Whether there may be such events. */
  readonly hopeful: boolean
  /** Takes a value that was read in full, and the data it was read from. */
  readonly remember: (data: string, value: A) => void
}

/** What is asked of each value on its way. */
export interface EventHooks<A> {
  readonly repeated: Repeated<A> | undefined
  readonly failedChoice: (event: A) => number | undefined
  readonly onValue: (event: A) => void
}

/**
 * Turns the bytes of an event stream into checked values, one network read at a time, without an effect per event.
 *
 * A class, as what it is made of: a full garbage collection throws away the compiled code of every function of which no
 * closure lives, and methods always do.
 */
export class EventDecoder<A> implements EventSink {
  /** How the stream stands. */
  state: State = "open"
  /** Most reads complete one event or none, and an array made with its value takes a third of one that grows from nothing. */
  #values: Arr.NonEmptyArray<A> | undefined
  readonly #text = new TextDecoder()
  /** The text so far may end in a part of a character. */
  #midCharacter = false
  readonly #splitter = new SseSplitter(this)
  readonly #call: Call
  readonly #opened: Opened
  readonly #decoder: SchemaDecoder<A>
  readonly #hooks: EventHooks<A>

  constructor(call: Call, opened: Opened, decoder: SchemaDecoder<A>, hooks: EventHooks<A>) {
    this.#call = call
    this.#opened = opened
    this.#decoder = decoder
    this.#hooks = hooks
  }

  /** The values that a read of the network completes. Those before a bad event are given, then `state` tells. */
  feed(bytes: ReadonlyArray<Uint8Array>): Values<A> {
    for (const piece of bytes) {
      let at = 0
      while (at < piece.length && this.state === "open") at = this.#feedFrom(piece, at)
    }
    return this.#take()
  }

  /** The body is over: the values that its end completes. `state` is not `open` any more. */
  end(): Values<A> {
    if (this.state === "open") {
      this.#splitter.feed(this.#text.decode())
      this.#splitter.end()
    }
    if (this.state === "open") {
      const { fail, progress } = this.#call
      this.#fail(fail(new Reason.StreamEndedEarly({ chunks: progress.chunks, requestId: this.#opened.requestId })))
    }
    return this.#take()
  }

  onEvent(data: string, name: string | undefined): boolean {
    if (data.length > this.#call.options.maxSize) return this.#tooLarge()
    if (data.charCodeAt(0) === 91 && data.trimEnd() === "[DONE]") {
      this.state = "done"
      return false
    }
    let json: unknown
    try {
      json = JSON.parse(data)
    } catch {
      return this.#fail(
        (name === "error" ? this.#errorEvent(undefined, name, data) : undefined) ??
          invalid(this.#call, this.#opened, "json", "an event that is no JSON")
      )
    }
    if (name !== "error" && this.#decoder.is(json) && !carriesError(json)) {
      this.#hooks.repeated?.remember(data, json)
      return this.#give(json)
    }
    return this.#fail(
      this.#errorEvent(json, name, data) ??
        invalid(
          this.#call,
          this.#opened,
          "schema",
          "an event that does not fit the schema",
          this.#decoder.explain(json)
        )
    )
  }

  /** Takes some of a piece, event by event where that is the shorter way. Answers how far it came. */
  #feedFrom(piece: Uint8Array, start: number): number {
    const { repeated } = this.#hooks
    if (repeated !== undefined && !this.#midCharacter && this.#splitter.betweenEvents) {
      const value = repeated.read(piece, start)
      if (value !== undefined && repeated.end - start <= this.#call.options.maxSize) {
        this.#add(value)
        return repeated.end
      }
    }
    const end = repeated?.hopeful === true ? endOfEvent(piece, start) : piece.length
    this.#midCharacter = piece[end - 1]! > 127
    this.#splitter.feed(this.#text.decode(piece.subarray(start, end), streaming))
    if (this.state === "open" && this.#splitter.held > this.#call.options.maxSize) this.#tooLarge()
    return end
  }

  #give(value: A): boolean {
    this.#add(value)
    this.#hooks.onValue(value)
    const { fail, progress } = this.#call
    const choice = this.#hooks.failedChoice(value)
    return choice === undefined || this.#fail(fail(
      new Reason.GenerationFailed({ choice, chunks: progress.chunks, requestId: this.#opened.requestId })
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
      invalid(this.#call, this.#opened, "tooLarge", `an event of more than ${this.#call.options.maxSize} characters`)
    )
  }

  #errorEvent(json: unknown, name: string | undefined, data: string): MistralError | undefined {
    const scrubbed = this.#opened.scrub(data)
    const reason = reasonFromEvent(
      { json: scrubbed === data ? json : parse(scrubbed), name, text: scrubbed },
      { status: this.#opened.status, chunks: this.#call.progress.chunks, requestId: this.#opened.requestId }
    )
    return reason && this.#call.fail(reason)
  }
}

const streaming = { stream: true }

/** Where the first empty line after a place ends, as most servers write it. */
const endOfEvent = (bytes: Uint8Array, start: number): number => {
  let at = bytes.indexOf(10, start)
  while (at !== -1 && bytes[at + 1] !== 10) at = bytes.indexOf(10, at + 1)
  return at === -1 ? bytes.length : at + 2
}

/** Some servers put an `error` beside the keys of an ordinary chunk. */
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
