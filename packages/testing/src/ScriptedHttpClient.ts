/**
 * An `HttpClient` that responds from a script, and a service that a test can question: the requests in order with their
 * bodies, and the number of responses still open.
 *
 * *Details*: it uses no socket, no promise and no real time; delays pass under `TestClock`.
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
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { type Answer, toResponse } from "./internal/answer.ts"

export { type Answer, type AnswerOptions, bytes, connectionError, json, sse, text } from "./internal/answer.ts"

/**
 * A request that the client was called with. `body` is the parsed JSON of a body in memory, and `undefined` for any other.
 *
 * *Details*: a body that is a `Stream`, such as a form with a file, is read to its end before the answer. `bytes` are then
 * its bytes.
 *
 * @category models
 * @since 0.1.0
 */
export interface SeenRequest {
  readonly method: string
  readonly url: string
  /** The path with the query parameters. */
  readonly path: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: unknown
  readonly bytes?: Uint8Array | undefined
}

/**
 * The members of the service: the record of the requests, and the means to extend the script.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** The requests in the order in which they came. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  /** The number of responses that were neither read to the end nor cancelled. */
  readonly open: Effect.Effect<number>
  /** Adds answers to the end of the script. */
  readonly append: (...answers: ReadonlyArray<Answer>) => Effect.Effect<void>
}

/**
 * The service that a test questions: the record of the requests, and the means to extend the script.
 *
 * @category services
 * @since 0.1.0
 */
export class ScriptedHttpClient
  extends Context.Service<ScriptedHttpClient, Service>()("@effect-mistral/testing/ScriptedHttpClient")
{}

/**
 * Makes the scripted client. `script` is a list with one answer for each request, or a function of the request and its
 * index.
 *
 * *Gotchas*: a request beyond the end of the list is a defect whose message names the request.
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
      seen.push(toSeen(request, url))
      return Effect.flatMap(readStream(request), (bytes) => {
        if (bytes !== undefined) seen[index] = { ...seen[index]!, bytes }
        return reply(request, seen[index]!, index, signal)
      })
    })
  )

  const reply = (
    request: HttpClientRequest.HttpClientRequest,
    record: SeenRequest,
    index: number,
    signal: AbortSignal
  ): Effect.Effect<HttpClientResponse, HttpClientError.HttpClientError> => {
    const answer = typeof script === "function" ? script(record, index) : answers[index]
    if (answer === undefined) {
      return Effect.die(
        new Error(`request ${index + 1} (${record.method} ${record.path}) has no answer in the script`)
      )
    }
    const response = answer._tag === "ConnectionError"
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
    return Duration.isZero(answer.delay) ? response : Effect.delay(response, answer.delay)
  }

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
 * Provides the scripted client as the `HttpClient`, and the service to question it.
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

/** The bytes of a body that is a `Stream`. */
const readStream = (
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<Uint8Array | undefined, HttpClientError.HttpClientError> =>
  request.body._tag !== "Stream" ? Effect.undefined : Effect.mapError(
    Stream.mkUint8Array(request.body.stream),
    (cause) => new HttpClientError.HttpClientError({ reason: new HttpClientError.EncodeError({ request, cause }) })
  )

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
