import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Scope from "effect/Scope"
import type { Request } from "../../DirectTransport.ts"
import { headerReader, responseBody } from "./responseBody.ts"
import type { Transport } from "./transport.ts"

/** Sends through any `HttpClient`, each request in a fiber and a scope of its own. */
export const httpClientTransport = (client: HttpClient.HttpClient): Transport => {
  const scoped = HttpClient.withScope(client)
  return {
    send: (request, handler) => {
      const scope = Scope.makeUnsafe()
      let waiting: Fiber.Fiber<unknown, unknown> | undefined
      const fiber = Effect.runForkWith(handler.contextWithSpan)(
        scoped.execute(toHttpClientRequest(request)).pipe(
          Scope.provide(scope),
          Effect.catch((error) =>
            error.reason._tag === "StatusCodeError"
              // A client that fails on error statuses (`filterStatusOk`) still has the response.
              ? Effect.succeed(error.reason.response)
              : Effect.fail(handler.toMistralError(error))
          ),
          Effect.flatMap((response) => Effect.map(responseBody(response, scope), (body) => ({ response, body })))
        )
      )
      waiting = fiber
      fiber.addObserver((exit) => {
        // Releases the request's memory while the response is read.
        waiting = undefined
        if (Exit.isFailure(exit)) return handler.onFailure(Exit.failCause(exit.cause))
        const { body, response } = exit.value
        handler.onResponse({
          status: response.status,
          header: headerReader(response),
          headers: () => response.headers,
          body
        })
      })
      return Effect.suspend(() => {
        waiting?.interruptUnsafe()
        return Scope.close(scope, Exit.void)
      })
    }
  }
}

const toHttpClientRequest = ({ body, headers, method, url }: Request): HttpClientRequest.HttpClientRequest => {
  const request = HttpClientRequest.make(method)(url, { headers })
  return body === undefined ? request : HttpClientRequest.setBody(request, HttpBody.text(body, "application/json"))
}
