/**
 * Ways an answer can go wrong, as values: what a test tells the emulator to do to the requests to come.
 *
 * A fault is plain JSON, `{ "type": "cut", "after_events": 3 }`, the same in a program, in the `x-emulator-fault` header of
 * a request and in the body of `POST /_emulator/faults`.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { MistralClient } from "@effect-mistral/core"
 * import { Emulator, Fault } from "@effect-mistral/emulator"
 * import { Console, Effect, Layer, Redacted } from "effect"
 *
 * const ChatLocal = Chat.layer.pipe(
 *   Layer.provide(MistralClient.layer({ apiKey: Redacted.make("emulator-key") })),
 *   Layer.provideMerge(Emulator.layerMemory({ timeToFirstToken: 0, tokensPerSecond: Infinity }))
 * )
 *
 * const main = Effect.gen(function*() {
 *   const { faults } = yield* Emulator.Emulator
 *   yield* faults.next(Fault.status(503, { retryAfter: 0 }), { times: 2 })
 *   const response = yield* Chat.complete({
 *     model: "mistral-small-latest",
 *     messages: [{ role: "user", content: "Who is the best French painter?" }]
 *   })
 *   yield* Console.log(`${response.choices.length} answer, the third time`)
 * }).pipe(Effect.provide(ChatLocal))
 *
 * await Effect.runPromise(main)
 * ```
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import { HeaderValue } from "./internal/http/headerSchema.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const Positive = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Millis = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** Where something happens: after so many bytes or events of the body, or before the headers if neither is there. */
const position = { after_bytes: Schema.optionalKey(Count), after_events: Schema.optionalKey(Count) }

const onePosition = Schema.makeFilter<{ readonly after_bytes?: number; readonly after_events?: number }>(
  ({ after_bytes, after_events }) =>
    after_bytes === undefined || after_events === undefined || "after_bytes and after_events exclude each other"
)

/**
 * What can be done to an answer. Each fits every answer, unless it says otherwise:
 *
 * - `status`: another answer. `body` is sent as JSON, or as it is if it is a text; without one it is what the API says
 *   with 401, 404, 429, 500 and 503, and something in the form of its other errors with the rest. `retry_after` is in
 *   seconds, or an HTTP date.
 * - `delay`: nothing is sent for `millis`.
 * - `drip`: the body comes `bytes` at a time (1) with `millis` before each piece (10).
 * - `stall`: nothing more is sent, and the connection stays open, before the headers or after so many bytes or events.
 * - `cut`: the connection is closed there, or where the body would have ended.
 * - `cut_character`: the connection is closed inside the first character that is longer than a byte, in a stream inside the
 *   first text of the answer; one is put there if the text has none.
 * - `missing_done`: a stream ends as it should, without `[DONE]`.
 * - `missing_finish_reason`: no choice of a completion or of a stream says why it ended.
 * - `garbage_event`: an event of a stream holds `data` (half an object) instead of a chunk; the rest follows.
 * - `error_event`: an event of a stream holds `error` (the API's error 1000), named `error` if `named` is true, and the
 *   stream ends without `[DONE]`.
 * - `content_type`: the body says to be something else than it is (`text/html`).
 * - `reset`: the connection is reset without an answer.
 * - `refuse`: it is reset, and for `millis` (1,000) nobody listens: connections are refused.
 * - `endless`: the body never ends. A stream repeats its last text, another body is followed by spaces, every `millis` (10).
 * - `giant_event`: one more event of a stream is `bytes` long.
 * - `keep_open`: a stream's connection stays open after `[DONE]`.
 *
 * `garbage_event`, `error_event` and `giant_event` come after `after_events` events (1), or before `[DONE]` where there
 * are fewer.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Fault = Schema.Union([
  Schema.Struct({
    type: Schema.Literal("status"),
    status: Schema.Int.check(Schema.isBetween({ minimum: 200, maximum: 599 })),
    body: Schema.optionalKey(Schema.Json),
    content_type: Schema.optionalKey(HeaderValue),
    retry_after: Schema.optionalKey(Schema.Union([Schema.Finite, HeaderValue]))
  }),
  Schema.Struct({ type: Schema.Literal("delay"), millis: Millis }),
  Schema.Struct({
    type: Schema.Literal("drip"),
    bytes: Schema.optionalKey(Positive),
    millis: Schema.optionalKey(Millis)
  }),
  Schema.Struct({ type: Schema.Literal("stall"), ...position }).check(onePosition),
  Schema.Struct({ type: Schema.Literal("cut"), ...position }).check(onePosition),
  Schema.Struct({ type: Schema.Literal("cut_character") }),
  Schema.Struct({ type: Schema.Literal("missing_done") }),
  Schema.Struct({ type: Schema.Literal("missing_finish_reason") }),
  Schema.Struct({
    type: Schema.Literal("garbage_event"),
    after_events: Schema.optionalKey(Count),
    data: Schema.optionalKey(Schema.String)
  }),
  Schema.Struct({
    type: Schema.Literal("error_event"),
    after_events: Schema.optionalKey(Count),
    error: Schema.optionalKey(Schema.Json),
    named: Schema.optionalKey(Schema.Boolean)
  }),
  Schema.Struct({ type: Schema.Literal("content_type"), value: Schema.optionalKey(HeaderValue) }),
  Schema.Struct({ type: Schema.Literal("reset") }),
  Schema.Struct({ type: Schema.Literal("refuse"), millis: Schema.optionalKey(Millis) }),
  Schema.Struct({ type: Schema.Literal("endless"), millis: Schema.optionalKey(Millis) }),
  Schema.Struct({
    type: Schema.Literal("giant_event"),
    bytes: Positive,
    after_events: Schema.optionalKey(Count)
  }),
  Schema.Struct({ type: Schema.Literal("keep_open") })
]).annotate({
  expected:
    "a fault, whose type is status, delay, drip, stall, cut, cut_character, missing_done, missing_finish_reason, " +
    "garbage_event, error_event, content_type, reset, refuse, endless, giant_event or keep_open"
})

/**
 * What can be done to an answer.
 *
 * @category models
 * @since 0.1.0
 */
export type Fault = typeof Fault.Type

/**
 * Where a stall or a cut happens: before the headers if nothing is given.
 *
 * @category models
 * @since 0.1.0
 */
export type Position = { readonly afterBytes?: never; readonly afterEvents?: never } | {
  readonly afterBytes: number
  readonly afterEvents?: never
} | { readonly afterEvents: number; readonly afterBytes?: never }

/**
 * Answers with another status. `retryAfter` is in seconds, or an HTTP date.
 *
 * @category constructors
 * @since 0.1.0
 */
export const status = (
  status: number,
  options: {
    readonly body?: Schema.Json | undefined
    readonly contentType?: string | undefined
    readonly retryAfter?: number | string | undefined
  } = {}
): Fault => ({
  type: "status",
  status,
  ...present({ body: options.body, content_type: options.contentType, retry_after: options.retryAfter })
})

/**
 * Sends nothing for a while, then the answer.
 *
 * @category constructors
 * @since 0.1.0
 */
export const delay = (duration: Duration.Input): Fault => ({ type: "delay", millis: millisOf(duration) })

/**
 * Sends the body a few bytes (1) at a time, with a pause (10 milliseconds) before each piece.
 *
 * @category constructors
 * @since 0.1.0
 */
export const drip = (
  options: { readonly bytes?: number | undefined; readonly pause?: Duration.Input | undefined } = {}
): Fault => ({ type: "drip", ...present({ bytes: options.bytes, millis: millisIf(options.pause) }) })

/**
 * Sends no more from some point on, and leaves the connection open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const stall = (position: Position = {}): Fault => ({ type: "stall", ...positionOf(position) })

/**
 * Closes the connection at some point.
 *
 * @category constructors
 * @since 0.1.0
 */
export const cut = (position: Position = {}): Fault => ({ type: "cut", ...positionOf(position) })

/**
 * Closes the connection inside a character that is longer than a byte.
 *
 * @category constructors
 * @since 0.1.0
 */
export const cutCharacter: Fault = { type: "cut_character" }

/**
 * Ends a stream without `[DONE]`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const missingDone: Fault = { type: "missing_done" }

/**
 * Leaves out why the answer ended.
 *
 * @category constructors
 * @since 0.1.0
 */
export const missingFinishReason: Fault = { type: "missing_finish_reason" }

/**
 * Puts an event that is no JSON into a stream.
 *
 * @category constructors
 * @since 0.1.0
 */
export const garbageEvent = (
  options: { readonly afterEvents?: number | undefined; readonly data?: string | undefined } = {}
): Fault => ({ type: "garbage_event", ...present({ after_events: options.afterEvents, data: options.data }) })

/**
 * Ends a stream with an event that holds an error.
 *
 * @category constructors
 * @since 0.1.0
 */
export const errorEvent = (
  options: {
    readonly afterEvents?: number | undefined
    readonly error?: Schema.Json | undefined
    readonly named?: boolean | undefined
  } = {}
): Fault => ({
  type: "error_event",
  ...present({ after_events: options.afterEvents, error: options.error, named: options.named })
})

/**
 * Sends the answer under another content type (`text/html`).
 *
 * @category constructors
 * @since 0.1.0
 */
export const contentType = (value?: string): Fault => ({ type: "content_type", ...present({ value }) })

/**
 * Resets the connection instead of answering.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reset: Fault = { type: "reset" }

/**
 * Resets the connection, and refuses all others for a while (1 second).
 *
 * @category constructors
 * @since 0.1.0
 */
export const refuse = (duration?: Duration.Input): Fault => ({
  type: "refuse",
  ...present({ millis: millisIf(duration) })
})

/**
 * Never ends the body; more of it comes after each pause (10 milliseconds).
 *
 * @category constructors
 * @since 0.1.0
 */
export const endless = (options: { readonly pause?: Duration.Input | undefined } = {}): Fault => ({
  type: "endless",
  ...present({ millis: millisIf(options.pause) })
})

/**
 * Puts an event of many bytes into a stream.
 *
 * @category constructors
 * @since 0.1.0
 */
export const giantEvent = (bytes: number, options: { readonly afterEvents?: number | undefined } = {}): Fault => ({
  type: "giant_event",
  bytes,
  ...present({ after_events: options.afterEvents })
})

/**
 * Leaves the connection open after `[DONE]`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const keepOpen: Fault = { type: "keep_open" }

/** An object without the keys that hold `undefined`. */
type Present<A> = { readonly [K in keyof A]?: Exclude<A[K], undefined> }

const present = <A extends object>(object: A): Present<A> =>
  // Whatever is left holds a value, and every key may be missing.
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Present<A>

const positionOf = (position: Position) =>
  present({ after_bytes: position.afterBytes, after_events: position.afterEvents })

const millisOf = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))

const millisIf = (duration: Duration.Input | undefined): number | undefined =>
  duration === undefined ? undefined : millisOf(duration)
