import type { Endpoint } from "@effect-mistral/core/Endpoint"
import * as Effect from "effect/Effect"
import * as HttpRouter from "effect/http/HttpRouter"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { authorize } from "../http/authorization.ts"
import { detail, ErrorResponse, invalid, type Problem } from "../http/errorResponse.ts"
import { parseBody } from "../http/jsonBody.ts"
import { type Reduced, withoutStreamOptions } from "../http/streamOptions.ts"
import { textProblems } from "../http/textProblems.ts"
import { validationProblems } from "../http/validationProblems.ts"
import type { ScriptedEndpoint } from "../script/answerKind.ts"
import { CurrentAnswer, CurrentScope, CurrentScript, NoteRule } from "../script/currentScript.ts"
import type { Settings } from "../settings/settings.ts"
import { CurrentRateLimiter } from "./rateLimiter.ts"

const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const

/** The parts of an endpoint that the router needs. */
export type Route<Request> = Pick<Endpoint<Request, unknown>, "method" | "path" | "request">

/** The parts of a request beside its body. */
export interface Incoming {
  readonly query: Readonly<Record<string, string | ReadonlyArray<string> | undefined>>
  /** The URL as the client wrote it, with the host that it used. */
  readonly url: URL
  /** By lower-case names. */
  readonly headers: Readonly<Record<string, string>>
}

/** An operation of the emulator: its endpoint, and how it responds. */
export interface Operation<Request> {
  readonly route: Route<Request>
  /** The kind of a script's answers that can be the response. For other operations a script can only give an error. */
  readonly answers?: ScriptedEndpoint["answers"]
  /**
   * The error response to a body that does not fit or is not JSON, if its form differs from that of the completions.
   */
  readonly invalid?: (problems: ReadonlyArray<Problem>) => ErrorResponse
  /** What happens to the key `stream_options`, which the schemas of the operations lack. Without it, no key is special. */
  readonly streamOptions?: Settings["streamOptions"]
  readonly respond: (
    request: Request,
    parameters: Readonly<Record<string, string | undefined>>,
    incoming: Incoming
  ) => Effect.Effect<HttpServerResponse.HttpServerResponse, ErrorResponse>
}

/** The failures of a handler: an error response, or a body that could not be read. */
export type Failure = ErrorResponse | HttpServerError.HttpServerError

/** The router's paths of an endpoint, with and without `/v1`, because a base URL may lack it. */
const pathsOf = (path: Route<unknown>["path"]): ReadonlyArray<`/${string}`> => {
  const parameters = path.replace(/\{(\w+)\}/g, ":$1")
  return [`/${parameters.slice(1)}`, `/${parameters.slice("/v1/".length)}`]
}

const decode = Effect.fnUntraced(function*<Request>(operation: Operation<Request>) {
  const { route } = operation
  const request = yield* HttpServerRequest.HttpServerRequest
  // An endpoint without a body decodes to `undefined`.
  const parsed = route.request.ast._tag === "Void" ? { value: undefined } : yield* parseText(yield* request.text)
  if (parsed instanceof ErrorResponse) {
    return yield* operation.invalid?.([{ type: "json_invalid", loc: ["body"], msg: "not JSON", input: {} }]) ?? parsed
  }
  return yield* validate(operation, parsed.value)
})

/** The length of a body from which on other requests are let through between the steps of reading it. */
const long = 1024 * 1024

const parseText = Effect.fnUntraced(function*(text: string) {
  if (text.length < long) return parseBody(text)
  yield* Effect.yieldNow
  const parsed = parseBody(text)
  yield* Effect.yieldNow
  return parsed
})

/** Checks a value by the schema of an operation. */
const validate = <Request>(
  { invalid: refused = invalid, route, streamOptions }: Operation<Request>,
  body: unknown
): Effect.Effect<Request, ErrorResponse> =>
  Effect.suspend(() => {
    const { problems: more, value }: Reduced = streamOptions === undefined
      ? { value: body, problems: [] }
      : withoutStreamOptions(body, streamOptions)
    const problems = [...validationProblems(route.request, value), ...more, ...textProblems(value)]
    // Core's request schemas transform nothing, so a value that fits is a request.
    return problems.length > 0 ? Effect.fail(refused(problems)) : Effect.succeed(value as Request)
  })

/** Responds to a request by the script, or by the operation where the script has no answer. */
const respondTo = Effect.fnUntraced(function*<Request>(
  { answers, respond, route }: Pick<ReceivingOperation<Request>, "answers" | "respond" | "route">,
  request: Request,
  parameters: Readonly<Record<string, string | undefined>>,
  incoming: Incoming
): Effect.fn.Return<HttpServerResponse.HttpServerResponse, ErrorResponse> {
  const rules = yield* CurrentScript
  const taken = yield* rules.take({ path: route.path, answers }, request, incoming.headers, yield* CurrentScope)
  if (taken === undefined) return yield* respond(request, parameters, incoming)
  const note = (yield* NoteRule)(taken.label)
  const { answer, putBack } = taken
  if (answer instanceof ErrorResponse) {
    yield* note
    return yield* answer
  }
  return yield* respond(request, parameters, incoming).pipe(
    Effect.provideService(CurrentAnswer, answer),
    // A request that breaks the API's rules is refused whatever the script says.
    Effect.tapError(() => putBack),
    Effect.tap(() => note)
  )
})

/** No request without HTTP has a URL of its own. */
const withoutUrl: Incoming = { query: {}, url: new URL("http://emulator.invalid"), headers: {} }

/** Responds to the value of a body as over HTTP, but without a key and rate limits. */
export const respondToValue = <Request>(
  operation: Operation<Request>,
  value: unknown
): Effect.Effect<HttpServerResponse.HttpServerResponse, ErrorResponse> =>
  Effect.flatMap(validate(operation, value), (request) => respondTo(operation, request, {}, withoutUrl))

/** Responds to the body of a request whose key, limits and JSON were checked elsewhere, in the form of a deployment. */
export const respondToBody = Effect.fnUntraced(function*<Request>(operation: Operation<Request>, body: unknown) {
  const request = yield* validate(operation, body)
  return yield* respondTo(operation, request, yield* HttpRouter.params, yield* incoming)
})

/** An operation with its request type hidden, so that all operations fit into one list. */
export interface Handler {
  readonly method: Endpoint<unknown, unknown>["method"]
  readonly path: Route<unknown>["path"]
  readonly handle: (settings: Settings) => Effect.Effect<
    HttpServerResponse.HttpServerResponse,
    Failure,
    HttpServerRequest.HttpServerRequest | HttpServerRequest.ParsedSearchParams | HttpRouter.RouteContext | Scope.Scope
  >
}

/** An operation whose request is not JSON. */
export interface ReceivingOperation<Request> extends Pick<Operation<Request>, "answers" | "respond"> {
  readonly route: Pick<Route<never>, "method" | "path">
  /** How the request is received. What it acquires is released when the request has ended. */
  readonly receive: Effect.Effect<Request, Failure, HttpServerRequest.HttpServerRequest | Scope.Scope>
}

/** Makes the handler of an operation: it checks the key, the rate limits, the body and the script. */
export const handler = <Request>(operation: Operation<Request>): Handler =>
  receivingHandler({ ...operation, receive: decode(operation) })

/** Makes the handler of an operation whose request is not JSON. */
export const receivingHandler = <Request>(operation: ReceivingOperation<Request>): Handler => ({
  method: operation.route.method,
  path: operation.route.path,
  handle: Effect.fnUntraced(function*(settings) {
    yield* authorize(settings.apiKey)
    yield* (yield* CurrentRateLimiter).admit
    return yield* respondTo(operation, yield* operation.receive, yield* HttpRouter.params, yield* incoming)
  })
})

const incoming = Effect.gen(function*() {
  const { headers, url } = yield* HttpServerRequest.HttpServerRequest
  const origin = `http://${headers["host"]}`
  return {
    query: yield* HttpServerRequest.ParsedSearchParams,
    url: new URL(url, URL.canParse(origin) ? origin : "http://localhost"),
    headers
  }
})

/** Routes operations by the paths of their endpoints. Other methods are 405. */
export const operationRoutes = (
  settings: Settings,
  handlers: ReadonlyArray<Handler>
): Layer.Layer<never, never, HttpRouter.HttpRouter | HttpRouter.Request<"Error", Failure>> =>
  HttpRouter.addAll(
    [...new Set(handlers.map(({ path }) => path))].flatMap((path) => {
      const same = handlers.filter((one) => one.path === path)
      const notAllowed = Effect.fail(
        detail(405, "Method Not Allowed", { allow: same.map(({ method }) => method).join(", ") })
      )
      return pathsOf(path).flatMap((path) =>
        methods.map((method) =>
          HttpRouter.route(method, path, same.find((one) => one.method === method)?.handle(settings) ?? notAllowed)
        )
      )
    })
  )

/** Routes one operation by the path of its endpoint. Other methods are 405. */
export const operationRoute = <Request>(settings: Settings, operation: Operation<Request>) =>
  operationRoutes(settings, [handler(operation)])
