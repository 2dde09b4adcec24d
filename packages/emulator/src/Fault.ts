/**
 * Failures of a server or a network as values, to inject into the emulator's responses.
 *
 * *Details*: a fault is plain JSON, `{ "type": "cut", "after_events": 3 }`, the same in a program, in the
 * `x-emulator-fault` header of a request and in the body of `POST /_emulator/faults`.
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
import { present } from "./internal/json/present.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const Positive = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const Millis = Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))

/** The position of a fault: after a number of bytes or events of the body, or before the headers if neither is set. */
const position = { after_bytes: Schema.optionalKey(Count), after_events: Schema.optionalKey(Count) }

/** The lines that fail: all of them, every nth, or those with an id. */
const failingLines = Schema.makeFilter<{ readonly every?: number; readonly custom_ids?: ReadonlyArray<string> }>(
  ({ custom_ids, every }) =>
    every === undefined || custom_ids === undefined || "every and custom_ids exclude each other"
)

const onePosition = Schema.makeFilter<{ readonly after_bytes?: number; readonly after_events?: number }>(
  ({ after_bytes, after_events }) =>
    after_bytes === undefined || after_events === undefined || "after_bytes and after_events exclude each other"
)

/**
 * A failure that is injected into a response.
 *
 * *Details*: defaults are in brackets. A fault applies to every response unless its line names streams or completions.
 *
 * - `status`: responds with another status. `body` is sent as JSON, or as it is if it is a string; without it, the body is
 *   the API's own for 401, 404, 429, 500 and 503, and in the form of its other errors for other statuses. `retry_after`
 *   is in seconds, or an HTTP date.
 * - `delay`: sends nothing for `millis`.
 * - `drip`: sends the body `bytes` (1) at a time, with a pause of `millis` (10) before each piece.
 * - `stall`: sends nothing more and leaves the connection open, before the headers or after a number of bytes or events.
 * - `cut`: closes the connection there, or at the end of the body if it is shorter.
 * - `cut_character`: closes the connection inside the first multi-byte character; in a stream, inside the first text. If
 *   there is none, one is inserted.
 * - `missing_done`: ends a stream regularly, but without `[DONE]`.
 * - `missing_finish_reason`: removes the finish reasons of a completion or a stream.
 * - `garbage_event`: inserts an event with `data` (half an object) into a stream.
 * - `error_event`: sends an event with `error` (the API's error 1000), named `error` if `named` is true, and ends the
 *   stream without `[DONE]`.
 * - `content_type`: sends the body under another content type (`text/html`).
 * - `reset`: resets the connection before the response.
 * - `refuse`: resets the connection, and refuses new connections for `millis` (1,000).
 * - `endless`: never ends the body. A stream repeats its last text, another body is followed by spaces, every `millis`
 *   (10).
 * - `giant_event`: inserts an event of `bytes` into a stream.
 * - `keep_open`: leaves a stream's connection open after `[DONE]`.
 * - `file_not_found`: the file of an upload (`POST /v1/files`) succeeds, and is then unknown for `millis` (1,000): to fetch,
 *   to read and to batch jobs.
 * - `batch_line_errors`: makes requests of a batch job fail with `status` (500) and `body` (as for `status`): each of them,
 *   each `every`th, or those with one of `custom_ids`.
 * - `batch_timeout`: ends a batch job with the status TIMEOUT_EXCEEDED after `after_requests` requests.
 * - `batch_failed`: ends a batch job with the status FAILED and `message` before its first request.
 *
 * `garbage_event`, `error_event` and `giant_event` come after `after_events` (1) events, or before `[DONE]` if there are
 * fewer. The faults of batch jobs apply to the request that creates the job, `POST /v1/batch/jobs`; they are stored with the
 * job.
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
  Schema.Struct({ type: Schema.Literal("keep_open") }),
  Schema.Struct({ type: Schema.Literal("file_not_found"), millis: Schema.optionalKey(Millis) }),
  Schema.Struct({
    type: Schema.Literal("batch_line_errors"),
    status: Schema.optionalKey(Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 }))),
    body: Schema.optionalKey(Schema.Json),
    every: Schema.optionalKey(Positive),
    custom_ids: Schema.optionalKey(Schema.Array(Schema.String))
  }).check(failingLines),
  Schema.Struct({ type: Schema.Literal("batch_timeout"), after_requests: Count }),
  Schema.Struct({ type: Schema.Literal("batch_failed"), message: Schema.optionalKey(Schema.String) })
]).annotate({
  expected:
    "a fault, whose type is status, delay, drip, stall, cut, cut_character, missing_done, missing_finish_reason, " +
    "garbage_event, error_event, content_type, reset, refuse, endless, giant_event, keep_open, file_not_found, " +
    "batch_line_errors, batch_timeout or batch_failed"
})

/**
 * A failure that is injected into a response.
 *
 * @category models
 * @since 0.1.0
 */
export type Fault = typeof Fault.Type

/**
 * The position of a stall or a cut: before the headers unless a number of bytes or events is set.
 *
 * @category models
 * @since 0.1.0
 */
export type Position = { readonly afterBytes?: never; readonly afterEvents?: never } | {
  readonly afterBytes: number
  readonly afterEvents?: never
} | { readonly afterEvents: number; readonly afterBytes?: never }

/**
 * Responds with another status. `retryAfter` is in seconds, or an HTTP date.
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
 * Delays the response.
 *
 * @category constructors
 * @since 0.1.0
 */
export const delay = (duration: Duration.Input): Fault => ({ type: "delay", millis: millisOf(duration) })

/**
 * Sends the body in pieces of a few bytes (1), with a pause (10 milliseconds) before each piece.
 *
 * @category constructors
 * @since 0.1.0
 */
export const drip = (
  options: { readonly bytes?: number | undefined; readonly pause?: Duration.Input | undefined } = {}
): Fault => ({ type: "drip", ...present({ bytes: options.bytes, millis: millisIf(options.pause) }) })

/**
 * Stops sending at a position, and leaves the connection open.
 *
 * @category constructors
 * @since 0.1.0
 */
export const stall = (position: Position = {}): Fault => ({ type: "stall", ...positionOf(position) })

/**
 * Closes the connection at a position.
 *
 * @category constructors
 * @since 0.1.0
 */
export const cut = (position: Position = {}): Fault => ({ type: "cut", ...positionOf(position) })

/**
 * Closes the connection inside a multi-byte character.
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
 * Removes the finish reasons of a completion or a stream.
 *
 * @category constructors
 * @since 0.1.0
 */
export const missingFinishReason: Fault = { type: "missing_finish_reason" }

/**
 * Inserts an event that is not JSON into a stream.
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
 * Sends the response under another content type (`text/html`).
 *
 * @category constructors
 * @since 0.1.0
 */
export const contentType = (value?: string): Fault => ({ type: "content_type", ...present({ value }) })

/**
 * Resets the connection instead of responding.
 *
 * @category constructors
 * @since 0.1.0
 */
export const reset: Fault = { type: "reset" }

/**
 * Resets the connection, and refuses new connections for a while (1 second).
 *
 * @category constructors
 * @since 0.1.0
 */
export const refuse = (duration?: Duration.Input): Fault => ({
  type: "refuse",
  ...present({ millis: millisIf(duration) })
})

/**
 * Never ends the body; more of it is sent after each pause (10 milliseconds).
 *
 * @category constructors
 * @since 0.1.0
 */
export const endless = (options: { readonly pause?: Duration.Input | undefined } = {}): Fault => ({
  type: "endless",
  ...present({ millis: millisIf(options.pause) })
})

/**
 * Inserts an event of many bytes into a stream.
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

/**
 * Makes a file unknown for a while (1 second) after its upload.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fileNotFound = (duration?: Duration.Input): Fault => ({
  type: "file_not_found",
  ...present({ millis: millisIf(duration) })
})

/**
 * Makes requests of a batch job fail with a status (500): each of them, each `every`th, or those with one of `customIds`.
 *
 * *Details*: it applies to the request that creates the job, and belongs to that job only: the same requests succeed in
 * another one.
 *
 * @category constructors
 * @since 0.1.0
 */
export const batchLineErrors = (
  options:
    & { readonly status?: number | undefined; readonly body?: Schema.Json | undefined }
    & (
      | { readonly every?: number | undefined; readonly customIds?: never }
      | { readonly customIds: ReadonlyArray<string>; readonly every?: never }
    ) = {}
): Fault => ({
  type: "batch_line_errors",
  ...present({ status: options.status, body: options.body, every: options.every, custom_ids: options.customIds })
})

/**
 * Ends a batch job with the status TIMEOUT_EXCEEDED after a number of its requests.
 *
 * @category constructors
 * @since 0.1.0
 */
export const batchTimeout = (afterRequests: number): Fault => ({
  type: "batch_timeout",
  after_requests: afterRequests
})

/**
 * Ends a batch job with the status FAILED and a message before its first request.
 *
 * @category constructors
 * @since 0.1.0
 */
export const batchFailed = (message?: string): Fault => ({ type: "batch_failed", ...present({ message }) })

const positionOf = (position: Position) =>
  present({ after_bytes: position.afterBytes, after_events: position.afterEvents })

const millisOf = (duration: Duration.Input): number => Duration.toMillis(Duration.fromInputUnsafe(duration))

const millisIf = (duration: Duration.Input | undefined): number | undefined =>
  duration === undefined ? undefined : millisOf(duration)
