/**
 * An `HttpClient` that answers from a script, and a service the test can question: which requests came, in order, with
 * which bodies, and whether their connections were let go.
 *
 * No socket, no promise and no real time is involved: delays pass under `TestClock`.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { MistralClient } from "@effect-mistral/core"
 * import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
 * import { Effect, Layer } from "effect"
 *
 * const TestLive = Chat.layer.pipe(
 *   Layer.provide(MistralClient.layer({})),
 *   Layer.provideMerge(ScriptedHttpClient.layer([
 *     ScriptedHttpClient.json({ message: "overloaded" }, { status: 503 }),
 *     ScriptedHttpClient.sse(TestCompletion.chunks("Claude Monet."))
 *   ]))
 * )
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"

/**
 * A request as the script saw it. `body` is the JSON that was sent, `undefined` where there was none.
 *
 * @category models
 * @since 0.1.0
 */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
}

/**
 * What the script answers to one request: made by `json`, `sse`, `text`, `bytes` and `connectionError`.
 *
 * @category models
 * @since 0.1.0
 */
export type Answer =
  | {
    readonly _tag: "Response"
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    /** One element, one read of the network. */
    readonly reads: ReadonlyArray<Uint8Array>
    readonly delay: Duration.Duration
    /** The time before each read after the first. */
    readonly pause: Duration.Duration
    /** What follows the last read: the end of the body, a lost connection, or nothing, for ever. */
    readonly ending: "end" | "fail" | "hang"
  }
  | {
    readonly _tag: "ConnectionError"
    readonly cause: unknown
    readonly delay: Duration.Duration
  }

/**
 * How a response comes: status (200 by default), further headers, the delay before its head, the pause before each read
 * after the first, and what follows the last.
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
 * The script's record of what happened.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** The requests seen, the first one first. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  /** How many answers are neither read to their end nor given up by the client. */
  readonly open: Effect.Effect<number>
  /** Adds answers to the end of the script. */
  readonly append: (...answers: ReadonlyArray<Answer>) => Effect.Effect<void>
}

/**
 * The script's record of what happened.
 *
 * @category services
 * @since 0.1.0
 */
export class ScriptedHttpClient
  extends Context.Service<ScriptedHttpClient, Service>()("@effect-mistral/testing/ScriptedHttpClient")
{}

/**
 * Answers with reads of your choosing, as bytes or as text; each is one read of the network.
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
 * Answers with a text in one read, as `text/plain` unless a header says otherwise.
 *
 * @category answers
 * @since 0.1.0
 */
export const text = (body: string, options?: AnswerOptions): Answer =>
  bytes(body === "" ? [] : [body], withType("text/plain", options))

/**
 * Answers with JSON in one read.
 *
 * @category answers
 * @since 0.1.0
 */
export const json = (body: unknown, options?: AnswerOptions): Answer =>
  bytes([JSON.stringify(body)], withType("application/json", options))

/**
 * Answers with an event stream: each event in a read of its own, a string as it is and anything else as JSON, then
 * `[DONE]` unless `done` is false.
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
 * Answers with no response at all: the connection fails. `cause` is what the transport says of it.
 *
 * @category answers
 * @since 0.1.0
 */
export const connectionError = (
  cause: unknown = new Error("connect ECONNREFUSED"),
  options?: Pick<AnswerOptions, "delay">
): Answer => ({ _tag: "ConnectionError", cause, delay: Duration.fromInputUnsafe(options?.delay ?? 0) })

/**
 * Makes the scripted client. `script` is a list of answers, one a request, or a function of the request and its number
 * (from 0). A request beyond the list is a defect that says so.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  script: ReadonlyArray<Answer> | ((request: SeenRequest, index: number) => Answer)
): { readonly client: HttpClient.HttpClient; readonly service: Service } => {
  const answers = typeof script === "function" ? [] : [...script]
  const seen: Array<SeenRequest> = []
  const opened = new Set<object>()

  const client = HttpClient.make((request, url, signal) =>
    Effect.suspend(() => {
      const index = seen.length
      const record = toSeen(request, url)
      seen.push(record)
      const answer = typeof script === "function" ? script(record, index) : answers[index]
      if (answer === undefined) {
        return Effect.die(
          new Error(`request ${index + 1} (${record.method} ${record.path}) has no answer in the script`)
        )
      }
      const reply = answer._tag === "ConnectionError"
        ? Effect.fail(
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.TransportError({ request, cause: answer.cause })
          })
        )
        : Effect.sync(() => {
          const connection = {}
          const end = () => void opened.delete(connection)
          opened.add(connection)
          signal.addEventListener("abort", end, { once: true })
          return toResponse(request, answer, end)
        })
      return Duration.isZero(answer.delay) ? reply : Effect.delay(reply, answer.delay)
    })
  )

  return {
    client,
    service: {
      requests: Effect.sync(() => [...seen]),
      open: Effect.sync(() => opened.size),
      append: (...more) => Effect.sync(() => void answers.push(...more))
    }
  }
}

/**
 * The scripted client as the `HttpClient` of the environment, and the service to question it.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  script: ReadonlyArray<Answer> | ((request: SeenRequest, index: number) => Answer) = []
): Layer.Layer<HttpClient.HttpClient | ScriptedHttpClient> =>
  Layer.effectContext(Effect.sync(() => {
    const { client, service } = make(script)
    return Context.make(HttpClient.HttpClient, client).pipe(Context.add(ScriptedHttpClient, service))
  }))

const encoder = new TextEncoder()

const withType = (type: string, options: AnswerOptions | undefined): AnswerOptions => ({
  ...options,
  headers: { "content-type": type, ...options?.headers }
})

const toSeen = (request: HttpClientRequest.HttpClientRequest, url: URL): SeenRequest => {
  const { body } = request
  const text = body._tag === "Uint8Array" ? new TextDecoder().decode(body.body) : undefined
  return {
    method: request.method,
    url: url.href,
    path: url.pathname + url.search,
    headers: { ...request.headers },
    body: text === undefined || text === "" ? undefined : JSON.parse(text)
  }
}

const toResponse = (
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
  const reads = Stream.fromIterable(answer.reads, { chunkSize: 1 }).pipe(
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
