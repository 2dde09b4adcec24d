import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientError from "effect/http/HttpClientError"
import { type HttpClientRequest, setBody } from "effect/http/HttpClientRequest"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { CutOff, type Loss, lossOf } from "../http/connectionLoss.ts"
import { withBody } from "../http/responseBody.ts"
import { monotonicTime } from "../timing/monotonicMillis.ts"

/** An `HttpClient` whose requests an app handles in the caller's fiber and on the caller's clock. */
export const memoryClient = (
  app: Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    never,
    HttpServerRequest.HttpServerRequest | Scope.Scope
  >
): HttpClient.HttpClient => {
  let refusedUntil = -Infinity
  const fail = (request: HttpClientRequest, cause: Error) =>
    Effect.fail(
      new HttpClientError.HttpClientError({
        reason: new HttpClientError.TransportError({ request, cause: new TypeError("fetch failed", { cause }) })
      })
    )
  return HttpClient.make((request, _, signal) =>
    Effect.uninterruptibleMask(Effect.fnUntraced(function*(restore) {
      const context = yield* Effect.context()
      const now = yield* monotonicTime
      if (now < refusedUntil) return yield* fail(request, failures.refuse)
      const scope = yield* Scope.make()
      const upload = watchedUpload(request)
      const response = yield* restore(app).pipe(
        Effect.provideService(
          HttpServerRequest.HttpServerRequest,
          HttpServerRequest.fromClientRequest(upload.request)
        ),
        Scope.provide(scope),
        Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
      )
      const broken = upload.failure()
      if (broken !== undefined) {
        yield* Scope.close(scope, Exit.interrupt())
        return yield* Effect.fail(
          new HttpClientError.HttpClientError({
            reason: new HttpClientError.TransportError({ request, cause: broken.error })
          })
        )
      }
      const loss = lossOf(response)
      if (loss !== undefined) {
        if (loss.how === "refuse") refusedUntil = (yield* monotonicTime) + loss.millis
        yield* Scope.close(scope, Exit.interrupt())
        return yield* fail(request, loss.how === "close" ? failures.close : failures.reset)
      }
      const { body } = response
      if (body._tag !== "Stream") {
        yield* Scope.close(scope, Exit.void)
        return HttpServerResponse.toClientResponse(response, { request })
      }
      // A response that is dropped unread closes its scope too.
      signal.addEventListener(
        "abort",
        () => void Effect.runForkWith(context)(Scope.close(scope, Exit.interrupt())),
        { once: true }
      )
      const stream = body.stream.pipe(
        // A network delivers no empty reads.
        Stream.filter((bytes) => bytes.length > 0),
        Stream.mapError((error) =>
          error instanceof CutOff ? new TypeError("terminated", { cause: failures.close }) : error
        ),
        Stream.onExit((exit) => Scope.close(scope, exit))
      )
      return HttpServerResponse.toClientResponse(withBody(response, stream, body.contentLength), { request })
    }))
  )
}

/**
 * The request with a body that the app can read as a stream, and the error with which that stream ended, if it did: a
 * request whose body fails has no response.
 */
const watchedUpload = (request: HttpClientRequest) => {
  const { body } = request
  let failure: { readonly error: unknown } | undefined
  const watched = (stream: Stream.Stream<Uint8Array, unknown>) =>
    Stream.tapError(stream, (error) =>
      Effect.sync(() => {
        failure = { error }
      }))
  return {
    failure: () => failure,
    request: body._tag === "Stream"
      ? setBody(request, HttpBody.stream(watched(body.stream), body.contentType, body.contentLength))
      : body._tag === "FormData"
      ? setBody(request, formBody(body.formData))
      : request
  }
}

/** The body of a form as `fetch` sends it. */
const formBody = (form: FormData): HttpBody.HttpBody => {
  const response = new Response(form)
  return HttpBody.stream(
    Stream.fromReadableStream({ evaluate: () => response.body!, onError: (error) => error }),
    response.headers.get("content-type") ?? undefined
  )
}

const failure = (message: string, code: string) => Object.assign(new Error(message), { code })

/** The errors of Node's `fetch` for each way a connection ends. */
const failures: Readonly<Record<Loss["how"], Error>> = {
  close: failure("other side closed", "UND_ERR_SOCKET"),
  reset: failure("read ECONNRESET", "ECONNRESET"),
  refuse: failure("connect ECONNREFUSED", "ECONNREFUSED")
}
