import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"

/**
 * One entry of a script: the response to one request, or a connection that fails. `json`, `sse`, `text`, `bytes` and
 * `connectionError` make it.
 *
 * @category models
 * @since 0.1.0
 */
export type Answer =
  | {
    readonly _tag: "Response"
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    /** The body. Each element is one read of the network. */
    readonly reads: ReadonlyArray<Uint8Array>
    /** The time before the head of the response. */
    readonly delay: Duration.Duration
    /** The time before each read after the first. */
    readonly pause: Duration.Duration
    /** After the last read the body ends, fails as a lost connection does, or stays open for ever. */
    readonly ending: "end" | "fail" | "hang"
  }
  | {
    readonly _tag: "ConnectionError"
    readonly cause: unknown
    readonly delay: Duration.Duration
  }

/**
 * The options of a scripted response.
 *
 * *Details*:
 * - `status`: 200 by default
 * - `headers`: beside the content type, which they can replace
 * - `delay`: the time before the head of the response, none by default
 * - `pause`: the time before each read after the first, none by default
 * - `ending`: after the last read the body ends (`"end"`, the default), fails as a lost connection does (`"fail"`), or
 *   stays open for ever (`"hang"`)
 *
 * @category models
 * @since 0.1.0
 */
export interface AnswerOptions {
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly delay?: Duration.Input | undefined
  readonly pause?: Duration.Input | undefined
  readonly ending?: "end" | "fail" | "hang" | undefined
}

/**
 * Makes a response whose body comes in the given reads of the network, each as bytes or as text.
 *
 * *When to use*: to cut a body at any place, in the middle of a line or of a character.
 *
 * @category answers
 * @since 0.1.0
 */
export const bytes = (reads: ReadonlyArray<Uint8Array | string>, options?: AnswerOptions): Answer => ({
  _tag: "Response",
  status: options?.status ?? 200,
  headers: options?.headers ?? {},
  reads: reads.map((read) => typeof read === "string" ? encoder.encode(read) : read),
  delay: Duration.fromInputUnsafe(options?.delay ?? 0),
  pause: Duration.fromInputUnsafe(options?.pause ?? 0),
  ending: options?.ending ?? "end"
})

/**
 * Makes a response with a text in one read, as `text/plain` unless `headers` has another content type.
 *
 * @category answers
 * @since 0.1.0
 */
export const text = (body: string, options?: AnswerOptions): Answer =>
  bytes(body === "" ? [] : [body], withType("text/plain", options))

/**
 * Makes a response with JSON in one read.
 *
 * @category answers
 * @since 0.1.0
 */
export const json = (body: unknown, options?: AnswerOptions): Answer =>
  bytes([JSON.stringify(body)], withType("application/json", options))

/**
 * Makes a response with an event stream: one read for each event, then `[DONE]` unless `done` is false.
 *
 * *Details*: a string is the data of an event as it is, any other value is written as JSON.
 *
 * @category answers
 * @since 0.1.0
 */
export const sse = (
  events: ReadonlyArray<unknown>,
  options?: AnswerOptions & { readonly done?: boolean | undefined }
): Answer =>
  bytes(
    [...events, ...(options?.done === false ? [] : ["[DONE]"])].map((event) =>
      `data: ${typeof event === "string" ? event : JSON.stringify(event)}\n\n`
    ),
    withType("text/event-stream", options)
  )

/**
 * Makes a connection that fails before any response. `cause` is the error of the transport.
 *
 * @category answers
 * @since 0.1.0
 */
export const connectionError = (
  cause: unknown = new Error("connect ECONNREFUSED"),
  options?: Pick<AnswerOptions, "delay">
): Answer => ({ _tag: "ConnectionError", cause, delay: Duration.fromInputUnsafe(options?.delay ?? 0) })

/** Turns a scripted response into Effect's. `onEnd` runs when its body was read to the end. */
export const toResponse = (
  request: HttpClientRequest.HttpClientRequest,
  answer: Extract<Answer, { readonly _tag: "Response" }>,
  onEnd: () => void
): HttpClientResponse.HttpClientResponse => {
  const head = HttpClientResponse.fromWeb(
    request,
    new Response(null, { status: answer.status, headers: answer.headers })
  )
  const lost = new HttpClientError.HttpClientError({
    reason: new HttpClientError.DecodeError({ request, response: head, cause: new Error("socket hang up") })
  })
  const reads = Stream.fromIterable(answer.reads).pipe(
    // Each element becomes a chunk of its own, which is one read.
    Stream.mapEffect((read, index) =>
      index === 0 || Duration.isZero(answer.pause)
        ? Effect.succeed(read)
        : Effect.delay(Effect.succeed(read), answer.pause)
    )
  )
  const rest: Stream.Stream<Uint8Array, HttpClientError.HttpClientError> = answer.ending === "hang"
    ? Stream.never
    : answer.ending === "fail"
    ? Stream.fail(lost)
    : Stream.fromEffectDrain(Effect.sync(onEnd))
  const stream = Stream.concat(reads, rest)
  const arrayBuffer = Stream.mkArrayBuffer(stream)
  const text = Effect.map(arrayBuffer, (buffer) => new TextDecoder().decode(buffer))
  return Object.create(head, {
    stream: { get: () => stream },
    arrayBuffer: { get: () => arrayBuffer },
    text: { get: () => text },
    json: { get: () => Effect.map(text, (text) => text === "" ? null : JSON.parse(text)) }
  })
}

const encoder = new TextEncoder()

const withType = (type: string, options: AnswerOptions | undefined): AnswerOptions => ({
  ...options,
  headers: { "content-type": type, ...options?.headers }
})
