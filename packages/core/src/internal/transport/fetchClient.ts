import * as Cause from "effect/Cause"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { Fetch, RequestInit } from "effect/http/FetchHttpClient"
import * as Headers from "effect/http/Headers"
import * as HttpClient from "effect/http/HttpClient"
import { EncodeError, HttpClientError, TransportError } from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import { halfDuplex, takesStreams } from "./browser.ts"
import { toReadable } from "./readableStream.ts"

/** An `HttpClient` over `fetch`. It sends as that of `effect/http` does, in a smaller bundle. */
export const fetchClient: HttpClient.HttpClient = HttpClient.make((request, url, signal, fiber) => {
  const { body, method } = request
  const fail = (reason: EncodeError | TransportError) => new HttpClientError({ reason })
  const encodeError = (cause: unknown) => fail(new EncodeError({ request, cause }))
  const send = (content: globalThis.RequestInit["body"], other?: object) => {
    const fetch = Context.get(fiber.context, Fetch)
    const init = Context.getOrUndefined(fiber.context, RequestInit)
    const headers = { ...Headers.fromInput(init?.headers as Headers.Input), ...request.headers }
    // It sets the length by itself.
    delete headers["content-length"]
    return Effect.map(
      Effect.tryPromise({
        try: () => fetch(url, { ...init, method, headers, body: content ?? null, signal, ...other }),
        catch: (cause) => fail(new TransportError({ request, cause }))
      }),
      (web) => HttpClientResponse.fromWeb(request, web)
    )
  }
  if (body._tag !== "Stream") {
    // The cast is safe: the body of `Raw` is what the program wants to give to `fetch`.
    return send(body._tag === "FormData" ? body.formData : body._tag === "Empty" ? undefined : body.body as BodyInit)
  }
  if (!takesStreams()) return Effect.flatMap(Effect.mapError(Stream.mkUint8Array(body.stream), encodeError), send)
  const readable = toReadable(body.stream, fiber.context)
  // Not every `fetch` cancels the body of a request that is aborted.
  signal.addEventListener("abort", readable.close, { once: true })
  return send(readable.stream, halfDuplex).pipe(
    Effect.mapError((error) => readable.failure === undefined ? error : encodeError(Cause.squash(readable.failure))),
    Effect.onError(() => Effect.sync(readable.close))
  )
})
