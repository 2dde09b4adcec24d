import type { Endpoint } from "@effect-mistral/core/Endpoint"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import { authorize } from "../http/authorization.ts"
import { detail, ErrorResponse, invalid, type Problem } from "../http/errorResponse.ts"
import { parseBody } from "../http/jsonBody.ts"
import { validationProblems } from "../http/validationProblems.ts"
import type { Settings } from "../settings/settings.ts"
import { CurrentRateLimiter } from "./rateLimiter.ts"
import { CurrentScript, ScriptedReply } from "./scriptRules.ts"

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const

/** What an endpoint says of how it is asked. */
export type Route<Request> = Pick<Endpoint<Request, unknown>, "method" | "path" | "request">

/** What came beside the body of a request. */
export interface Incoming {
  readonly query: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** As the client wrote it, with the host it reached the emulator by. */
  readonly url: URL
}

/** An operation in the emulator: what it is asked by, and how it answers. */
export interface Operation<Request> {
  readonly route: Route<Request>
  /** Whether a script's reply can be the answer; others can only be refused by a script. */
  readonly completes?: boolean
  /** How a body that is no JSON or does not fit is refused, where that is not in the form of the completions. */
  readonly invalid?: (problems: ReadonlyArray<Problem>) => ErrorResponse
  readonly respond: (
    request: Request,
    parameters: Readonly<Record<string, string | undefined>>,
    incoming: Incoming
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, ErrorResponse>
}

/** What a handler fails with: its own refusal, or a body that could not be read. */
export type Failure = ErrorResponse | HttpServerError.HttpServerError

/** The paths of an endpoint in the router's form; clients whose base URL lacks `/v1` are served too. */
const pathsOf = (path: Route<unknown>["path"]): ReadonlyArray<`/${string}`> => {
  const parameters = path.replace(/\{(\w+)\}/g, ":$1")
  return [`/${parameters.slice(1)}`, `/${parameters.slice("/v1/".length)}`]
}

const decode = Effect.fnUntraced(function*<Request>(operation: Operation<Request>) {
  const { route } = operation
  const request = yield* HttpServerRequest.HttpServerRequest
  // An endpoint without a body has nothing to decode; its request is `undefined`.
  const parsed = route.request.ast._tag === "Void" ? { value: undefined } : parseBody(yield* request.text)
  if (parsed instanceof ErrorResponse) {
    return yield* operation.invalid?.([{ type: "json_invalid", loc: ["body"], msg: "no JSON", input: {} }]) ?? parsed
  }
  const problems = validationProblems(route.request, parsed.value)
  if (problems.length > 0) return yield* (operation.invalid ?? invalid)(problems)
  // Core's request schemas change nothing: a value that fits is a request.
  return parsed.value as Request
})

/** An operation with its request hidden, so that operations of all kinds go into one list. */
export interface Handler {
  readonly method: Endpoint<unknown, unknown>["method"]
  readonly path: Route<unknown>["path"]
  readonly handle: (settings: Settings) => Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    Failure,
    HttpServerRequest.HttpServerRequest | HttpServerRequest.ParsedSearchParams | HttpRouter.RouteContext
  >
}

/** What answers the requests of an operation. */
export const handler = <Request>(operation: Operation<Request>): Handler => ({
  method: operation.route.method,
  path: operation.route.path,
  handle: Effect.fnUntraced(function*(settings) {
    yield* authorize(settings.apiKey)
    yield* (yield* CurrentRateLimiter).admit
    const request = yield* decode(operation)
    const { respond, completes = false, route } = operation
    const scripted = yield* (yield* CurrentScript).take({ path: route.path, completes }, request)
    if (scripted instanceof ErrorResponse) return yield* scripted
    return yield* Effect.provideService(
      respond(request, yield* HttpRouter.params, yield* incoming),
      ScriptedReply,
      scripted
    )
  })
})

const incoming = Effect.gen(function*() {
  const { headers, url } = yield* HttpServerRequest.HttpServerRequest
  const origin = `http://${headers["host"]}`
  return {
    query: yield* HttpServerRequest.ParsedSearchParams,
    url: new URL(url, URL.canParse(origin) ? origin : "http://localhost")
  }
})

/** Serves operations under the paths of their endpoints, and refuses the other methods there. */
export const operationRoutes = (
  settings: Settings,
  handlers: ReadonlyArray<Handler>
): Layer.Layer<never, never, HttpRouter.HttpRouter | HttpRouter.Request<"Error", Failure>> =>
  HttpRouter.addAll(
    [...new Set(handlers.map(({ path }) => path))].flatMap((path) => {
      const same = handlers.filter((one) => one.path === path)
      const refuse = Effect.fail(
        detail(405, "Method Not Allowed", { allow: same.map(({ method }) => method).join(", ") })
      )
      return pathsOf(path).flatMap((path) =>
        methods.map((method) =>
          HttpRouter.route(method, path, same.find((one) => one.method === method)?.handle(settings) ?? refuse)
        )
      )
    })
  )

/** Serves an operation under the paths of its endpoint, and refuses the other methods there. */
export const operationRoute = <Request>(settings: Settings, operation: Operation<Request>) =>
  operationRoutes(settings, [handler(operation)])
