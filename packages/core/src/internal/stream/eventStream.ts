import type * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import type { Bytes } from "../../ByteSource.ts"
import type { MistralError } from "../../MistralError.ts"
import type { Call } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import type { JsonReader } from "../schema/jsonReader.ts"
import { expectEventStream } from "./contentType.ts"
import { EventDecoder, type EventHooks } from "./eventDecoder.ts"

/** Reads validated events from a stream and releases the connection. */
export class EventStream<A> {
  readonly #response: OpenResponse
  readonly #decoder: EventDecoder<A>
  readonly #read: Pull.Pull<Arr.NonEmptyReadonlyArray<A>, MistralError>
  /** The end or the failure of the stream, once all values were delivered. */
  #outcome: Pull.Pull<never, MistralError> | undefined

  constructor(call: Call, response: OpenResponse, reader: JsonReader<A>, hooks: EventHooks<A>) {
    this.#response = response
    this.#decoder = new EventDecoder(call, response, reader, hooks)
    this.#read = response.body.readUntil((bytes) => this.#decode(bytes))
  }

  /** Waits for the next values, the end or the failure of the stream. */
  get next(): Pull.Pull<Arr.NonEmptyReadonlyArray<A>, MistralError> {
    return this.#outcome ?? this.#read
  }

  /**
   * Finalizer: runs on completion, failure or interruption. It never makes the caller wait: after `[DONE]` the rest of the
   * body is drained in the background, so that the connection stays alive for the next request.
   */
  readonly release: Effect.Effect<void> = Effect.suspend(() => {
    const { body, close } = this.#response
    if (this.#decoder.state !== "done") return close
    const drain = Effect.ensuring(body.readFor(drainLimit, () => false), close)
    return Effect.asVoid(Effect.forkDetach(drain, { startImmediately: true }))
  })

  #decode(bytes: Bytes | undefined): Pull.Pull<Arr.NonEmptyReadonlyArray<A>, MistralError> | undefined {
    const values = bytes === undefined ? this.#decoder.end() : this.#decoder.feed(bytes)
    const { state } = this.#decoder
    if (state === "open" && bytes !== undefined) return values === undefined ? undefined : Effect.succeed(values)
    // A stream ends normally only after `[DONE]`, unless the decoder accepts its end.
    const outcome = state === "done" ? Cause.done() : Effect.fail(state === "open" ? this.#decoder.endedEarly() : state)
    if (values === undefined) return this.#outcome = outcome
    // An interrupted pull can be retried without losing these values: the outcome follows only after their delivery.
    return Effect.sync(() => {
      this.#outcome = outcome
      return values
    })
  }
}

/** The most milliseconds that the rest of a body is drained after `[DONE]`. */
const drainLimit = 100

/** Decodes a response as an event stream. A response that is not an event stream fails with the reason. */
export const makeEventStream = <A>(
  call: Call,
  response: OpenResponse,
  reader: JsonReader<A>,
  hooks: EventHooks<A>
): Effect.Effect<EventStream<A>, MistralError> =>
  Effect.map(expectEventStream(call, response), () => new EventStream(call, response, reader, hooks))
