import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Fetch, RequestInit } from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import { EncodeError, HttpClientError, TransportError } from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"

/**
 * An `HttpClient` over `fetch`. It sends as that of `effect/http` does, but a body that is a `Stream` as a whole: the streams
 * of the platform, and the queues for them, would make every bundle larger by 3 kB.
 */
export const fetchClient: HttpClient.HttpClient = HttpClient.make((request, url, signal, fiber) => {
  const { body, method } = request
  const fail = (reason: EncodeError | TransportError) => new HttpClientError({ reason })
  const send = (content: globalThis.RequestInit["body"]) => {
    const fetch = Context.get(fiber.context, Fetch)
    const init = Context.getOrUndefined(fiber.context, RequestInit)
    const headers = { ...Headers.fromInput(init?.headers as Headers.Input), ...request.headers }
    // It sets the length by itself.
    delete headers["content-length"]
    return Effect.tryPromise({
      try: () => fetch(url, { ...init, method, headers, body: content ?? null, signal }),
      catch: (cause) => fail(new TransportError({ request, cause }))
    })
  }
  const response = body._tag === "Stream"
    ? Effect.flatMap(
      Effect.mapError(Stream.mkUint8Array(body.stream), (cause) => fail(new EncodeError({ request, cause }))),
      send
    )
    // The cast is safe: the body of `Raw` is what the program wants to give to `fetch`.
    : send(body._tag === "FormData" ? body.formData : body._tag === "Empty" ? undefined : body.body as BodyInit)
  return Effect.map(response, (web) => HttpClientResponse.fromWeb(request, web))
})
