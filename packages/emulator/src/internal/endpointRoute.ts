import type { Endpoint } from "@effect-mistral/core/Endpoint"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import { authorize } from "./authorize.ts"
import { parseBody } from "./jsonBody.ts"
import { detail, invalid, Refusal } from "./refusal.ts"
import { requestProblems } from "./requestProblems.ts"
import type { Settings } from "./settings.ts"

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const

/** What an endpoint says of how it is asked. */
export type Route<Request> = Pick<Endpoint<Request, unknown>, "method" | "path" | "request">

/** An operation in the emulator: what it is asked by, and how it answers. */
export interface Operation<Request> {
  readonly route: Route<Request>
  readonly answer: (
    request: Request,
    parameters: Readonly<Record<string, string | undefined>>
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, Refusal>
}

/** What a handler fails with: its own refusal, or a body that could not be read. */
export type Failure = Refusal | HttpServerError.HttpServerError

/** The paths of an endpoint in the router's form; clients whose base URL lacks `/v1` are served too. */
const pathsOf = (path: Route<unknown>["path"]): ReadonlyArray<`/${string}`> => {
  const parameters = path.replace(/\{(\w+)\}/g, ":$1")
  return [`/${parameters.slice(1)}`, `/${parameters.slice("/v1/".length)}`]
}

const decode = Effect.fnUntraced(function*<Request>(route: Route<Request>) {
  const request = yield* HttpServerRequest.HttpServerRequest
  // An endpoint without a body has nothing to decode; its request is `undefined`.
  const parsed = route.request.ast._tag === "Void" ? { value: undefined } : parseBody(yield* request.text)
  if (parsed instanceof Refusal) return yield* parsed
  const problems = requestProblems(route.request, parsed.value)
  if (problems.length > 0) return yield* invalid(problems)
  // Core's request schemas change nothing: a value that fits is a request.
  return parsed.value as Request
})

/** Serves an operation under the paths of its endpoint, and refuses the other methods there. */
export const operationRoute = <Request>(
  settings: Settings,
  operation: Operation<Request>
): Layer.Layer<never, never, HttpRouter.HttpRouter | HttpRouter.Request<"Error", Failure>> => {
  const { answer, route } = operation
  const handler = Effect.gen(function*() {
    yield* authorize(settings)
    const request = yield* decode(route)
    return yield* answer(request, yield* HttpRouter.params)
  })
  const refuse = Effect.fail(detail(405, "Method Not Allowed", { allow: route.method }))
  return HttpRouter.addAll(
    pathsOf(route.path).flatMap((path) =>
      methods.map((method) => HttpRouter.route(method, path, method === route.method ? handler : refuse))
    )
  )
}
