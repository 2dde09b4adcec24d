import type * as Arr from "effect/Array"
import type { MistralError } from "../MistralError.ts"
import * as Reason from "../MistralErrorReason.ts"
import type { Call } from "./call.ts"
import { reasonFromEvent } from "./errorBody.ts"
import type { Opened } from "./exchange.ts"
import type { SchemaDecoder } from "./schemaDecoder.ts"
import { makeSplitter } from "./sse.ts"
import { invalid } from "./wholeAnswer.ts"

/** How a stream stands after a piece of it: going on, ended well, or failed. */
export type State = "open" | "done" | MistralError

/** Values, if there are any. */
export type Values<A> = Arr.NonEmptyReadonlyArray<A> | undefined

/** Turns the bytes of an event stream into checked values, one network read at a time, without an effect per event. */
export interface EventDecoder<A> {
  /** The values that a read of the network completes. Those before a bad event are given, then `state` tells. */
  readonly feed: (bytes: ReadonlyArray<Uint8Array>) => Values<A>
  /** The body is over: the values that its end completes. `state` is not `open` any more. */
  readonly end: () => Values<A>
  readonly state: () => State
}

/** A shorter way to the value of an event that repeats an earlier one. */
export interface Repeated<A> {
  readonly parse: (data: string) => A | undefined
  readonly remember: (data: string, value: A) => void
}

/** What is asked of each value on its way. */
export interface EventHooks<A> {
  readonly repeated: Repeated<A> | undefined
  readonly failedChoice: (event: A) => number | undefined
  readonly onValue: (event: A) => void
}

export const makeEventDecoder = <A>(
  call: Call,
  opened: Opened,
  decoder: SchemaDecoder<A>,
  { failedChoice, onValue, repeated }: EventHooks<A>
): EventDecoder<A> => {
  const text = new TextDecoder()
  const { maxSize } = call.options
  let state: State = "open"
  /** Most reads complete one event or none: an array made with its first value is a tenth as large. */
  let values: Arr.NonEmptyArray<A> | undefined

  const fail = (error: MistralError): false => {
    state = error
    return false
  }

  const give = (value: A): boolean => {
    if (values === undefined) values = [value]
    else values.push(value)
    onValue(value)
    call.progress.chunks++
    const choice = failedChoice(value)
    return choice === undefined || fail(call.fail(
      new Reason.GenerationFailed({ choice, chunks: call.progress.chunks, requestId: opened.requestId })
    ))
  }

  const tooLarge = (): false => fail(invalid(call, opened, "tooLarge", `an event of more than ${maxSize} characters`))

  const onEvent = (data: string, name: string | undefined): boolean => {
    if (data.length > maxSize) return tooLarge()
    if (repeated !== undefined && name === undefined) {
      const value = repeated.parse(data)
      if (value !== undefined) return give(value)
    }
    if (data.charCodeAt(0) === 91 && data.trimEnd() === "[DONE]") {
      state = "done"
      return false
    }
    let json: unknown
    try {
      json = JSON.parse(data)
    } catch {
      return fail(
        (name === "error" ? errorEvent(undefined, name, data) : undefined) ??
          invalid(call, opened, "json", "an event that is no JSON")
      )
    }
    if (name !== "error" && decoder.is(json) && !carriesError(json)) {
      if (repeated !== undefined) repeated.remember(data, json)
      return give(json)
    }
    return fail(
      errorEvent(json, name, data) ??
        invalid(call, opened, "schema", "an event that does not fit the schema", decoder.explain(json))
    )
  }

  const errorEvent = (json: unknown, name: string | undefined, data: string): MistralError | undefined => {
    const scrubbed = opened.scrub(data)
    const reason = reasonFromEvent(
      { json: scrubbed === data ? json : parse(scrubbed), name, text: scrubbed },
      { status: opened.status, chunks: call.progress.chunks, requestId: opened.requestId }
    )
    return reason && call.fail(reason)
  }

  const splitter = makeSplitter(onEvent)

  const take = (): Values<A> => {
    const taken = values
    values = undefined
    return taken
  }

  return {
    state: () => state,
    feed: (bytes) => {
      for (const piece of bytes) {
        if (state !== "open") break
        splitter.feed(text.decode(piece, { stream: true }))
        if (state === "open" && splitter.held() > maxSize) tooLarge()
      }
      return take()
    },
    end: () => {
      if (state === "open") {
        splitter.feed(text.decode())
        splitter.end()
      }
      if (state === "open") {
        fail(call.fail(new Reason.StreamEndedEarly({ chunks: call.progress.chunks, requestId: opened.requestId })))
      }
      return take()
    }
  }
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
