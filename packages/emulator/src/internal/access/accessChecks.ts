import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { IncomingMessage } from "node:http"
import { badRequest } from "../http/errorResponse.ts"
import { isLoopback } from "../http/loopback.ts"
import type { Settings } from "../settings/settings.ts"
import { isPreflight, preflightResponse, readableBy, withoutCorsHeaders } from "./corsHeaders.ts"
import { hostName, isExpectedHost } from "./hostName.ts"
import { allowedOrigins, isOwnOrigin, originOf } from "./origin.ts"

/** The number of different refusals that are printed. A page can make up more names than anybody wants to read. */
const printed = 20

/**
 * Refuses requests of foreign web pages, and lets the pages of the allowed origins read responses.
 *
 * *Details*: a request with an `Origin` other than the emulator's own needs `cors`. On a loopback connection, `Host` must
 * be a name of this machine, the host that the emulator listens on, or one of `allowedHosts`. On a connection to another
 * address no host is checked: that address is open to others anyway, under names that the emulator cannot know. Requests
 * without a socket are not checked, because no page can send them. A refusal is printed once for each host or origin.
 */
export const withAccessChecks = <E, R>(
  { allowedHosts, cors, host }: Pick<Settings, "allowedHosts" | "cors" | "host">,
  app: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
): Effect.Effect<HttpServerResponse.HttpServerResponse, E, R | HttpServerRequest.HttpServerRequest> => {
  const hosts = [host, ...allowedHosts]
  const answerTo = allowedOrigins(cors)
  const told = new Set<string>()
  const refuse = Effect.fnUntraced(function*(type: "host_not_allowed" | "origin_not_allowed", message: string) {
    if (told.size < printed && !told.has(message)) {
      told.add(message)
      yield* Console.warn(message)
    }
    const { body, status } = badRequest({ status: 403, message, type })
    return HttpServerResponse.jsonUnsafe(body, { status })
  })
  return Effect.gen(function*() {
    const request = yield* HttpServerRequest.HttpServerRequest
    const { source } = request
    if (!(source instanceof IncomingMessage)) return yield* app
    const { host: header, origin } = request.headers
    if (header !== undefined && isOnLoopback(source) && !isExpectedHost(header, hosts)) {
      return yield* refuse("host_not_allowed", foreignHost(header))
    }
    if (origin === undefined || (header !== undefined && isOwnOrigin(origin, header))) {
      return withoutCorsHeaders(yield* app)
    }
    const answer = answerTo(origin)
    if (answer === undefined) return yield* refuse("origin_not_allowed", foreignOrigin(origin))
    if (isPreflight(request)) return preflightResponse(request, answer)
    return readableBy(withoutCorsHeaders(yield* app), answer)
  })
}

/** Whether a request arrived at a loopback address, which only programs of this machine can connect to. */
const isOnLoopback = ({ socket }: IncomingMessage): boolean => isLoopback(socket.localAddress ?? "")

const foreignHost = (header: string): string => {
  const name = hostName(header)
  return name === undefined
    ? "The emulator refuses requests whose Host header is not a name"
    : `The emulator refuses requests for the host ${name}, which is not this machine: allow it with --allow-host ${name}`
}

const foreignOrigin = (origin: string): string => {
  const name = originOf(origin)
  return name === undefined
    ? "The emulator refuses requests whose Origin header is not an origin"
    : `The emulator refuses requests of web pages from ${name}: allow them with --cors ${name}`
}
