import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import { type HttpClientError, isHttpClientError } from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Scope from "effect/Scope"
import { headerReader, responseBody } from "./responseBody.ts"
import type { Request, ResponseBody, Transport, TransportResponse } from "./transport.ts"

/** Sends through any `HttpClient`, each request in a fiber and a scope of its own. */
export const httpClientTransport = (client: HttpClient.HttpClient.With<unknown>): Transport => {
  const scoped = HttpClient.withScope(client)
  return {
    send: (request, handler) => {
      const scope = Scope.makeUnsafe()
      let waiting: Fiber.Fiber<unknown, unknown> | undefined
      const fiber = Effect.runForkWith(handler.contextWithSpan)(
        scoped.execute(toHttpClientRequest(request)).pipe(
          Scope.provide(scope),
          Effect.flatMap((response) => Effect.map(responseBody(response, scope), (body) => withBody(response, body))),
          Effect.catch((error) => {
            if (!isHttpClientError(error) || error.response === undefined) {
              return Effect.fail(handler.toMistralError(error))
            }
            const { response } = error
            // A client that fails on error statuses (`filterStatusOk`) still has the response.
            return error.reason._tag === "StatusCodeError"
              ? Effect.map(responseBody(response, scope), (body) => withBody(response, body))
              : Effect.succeed(withBody(response, brokenBody(error)))
          })
        )
      )
      waiting = fiber
      fiber.addObserver((exit) => {
        // Releases the request's memory while the response is read.
        waiting = undefined
        if (Exit.isFailure(exit)) handler.onFailure(Exit.failCause(exit.cause))
        else handler.onResponse(exit.value)
      })
      return Effect.suspend(() => {
        waiting?.interruptUnsafe()
        return Scope.close(scope, Exit.void)
      })
    }
  }
}

const withBody = (response: HttpClientResponse, body: ResponseBody): TransportResponse => ({
  status: response.status,
  header: headerReader(response),
  headers: () => response.headers,
  body
})

/** The body of a response that a changed client read itself and failed on: it has begun, and breaks off. */
const brokenBody = (error: HttpClientError): ResponseBody => ({
  read: ({ onBytes, onError }) => {
    onBytes([new Uint8Array()])
    onError(error)
    return () => {}
  }
})

const toHttpClientRequest = ({ body, headers, method, url }: Request): HttpClientRequest.HttpClientRequest => {
  const request = HttpClientRequest.make(method)(url, { headers })
  return body === undefined
    ? request
    : HttpClientRequest.setBody(request, typeof body === "string" ? HttpBody.text(body, "application/json") : body)
}
