import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Scope from "effect/Scope"
import type { Request } from "../DirectTransport.ts"
import { headerOf, sourceOf } from "./byteSource.ts"
import type { Transport } from "./transport.ts"

/** Sends by any `HttpClient`, each request in a fiber and a scope of its own. */
export const clientTransport = (client: HttpClient.HttpClient): Transport => {
  const http = HttpClient.withScope(client)
  return {
    send: (request, recipient) => {
      const scope = Scope.makeUnsafe()
      let asked: Fiber.Fiber<unknown, unknown> | undefined
      const fiber = Effect.runForkWith(recipient.contextWithSpan)(
        http.execute(toHttp(request)).pipe(
          Scope.provide(scope),
          Effect.catch((error) =>
            error.reason._tag === "StatusCodeError"
              // A client told to fail on an error status: the answer is there all the same.
              ? Effect.succeed(error.reason.response)
              : Effect.fail(recipient.explain(error))
          ),
          Effect.flatMap((response) => Effect.map(sourceOf(response, scope), (body) => ({ response, body })))
        )
      )
      asked = fiber
      fiber.addObserver((exit) => {
        // As long as the answer lasts, it would hold on to the request.
        asked = undefined
        if (Exit.isFailure(exit)) return recipient.onFailure(Exit.failCause(exit.cause))
        const { body, response } = exit.value
        recipient.onResponse({
          status: response.status,
          header: headerOf(response),
          headers: () => response.headers,
          body
        })
      })
      return Effect.suspend(() => {
        asked?.interruptUnsafe()
        return Scope.close(scope, Exit.void)
      })
    }
  }
}

const toHttp = ({ body, headers, method, url }: Request): HttpClientRequest.HttpClientRequest => {
  const request = HttpClientRequest.make(method)(url, { headers })
  return body === undefined ? request : HttpClientRequest.setBody(request, HttpBody.text(body, "application/json"))
}
