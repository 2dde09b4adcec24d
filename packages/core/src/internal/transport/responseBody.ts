import * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import * as Effect from "effect/Effect"
import { isHttpClientError } from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ByteSource from "../../ByteSource.ts"
import { type ResponseBody, TransportDefect } from "./transport.ts"
import { webBody } from "./webBody.ts"

/**
 * The body of a response in its cheapest form: the transport's own `ByteSource`, the web stream of a fetch, or the
 * response's `Stream`, which runs a fiber for each read.
 */
export const responseBody = (
  response: HttpClientResponse.HttpClientResponse,
  scope: Scope.Scope
): Effect.Effect<ResponseBody> => {
  const direct = hasOwnStream(response) ? undefined : ByteSource.get(response)
  if (direct !== undefined) return Effect.succeed(direct)
  const web = webResponse(response)
  return web === undefined ? streamBody(response, scope) : Effect.succeed(webBody(web))
}

/** Reads single headers. For a fetch, `response.headers` would build a record of all of them at each access. */
export const headerReader = (response: HttpClientResponse.HttpClientResponse): (name: string) => string | undefined => {
  const web = webResponse(response)
  return web === undefined ? (name) => response.headers[name] : (name) => web.headers.get(name) ?? undefined
}

/** The web response of a fetch. */
const webResponse = (response: HttpClientResponse.HttpClientResponse): Response | undefined =>
  hasOwnStream(response) ? undefined : Option.getOrUndefined(HttpClientResponse.toWeb(response))

/** Whether a changed client gave the response a stream of its own. It is then read through that stream. */
const hasOwnStream = (response: HttpClientResponse.HttpClientResponse): boolean => Object.hasOwn(response, "stream")

const streamBody = (
  response: HttpClientResponse.HttpClientResponse,
  scope: Scope.Scope
): Effect.Effect<ResponseBody> =>
  Effect.contextWith((context) => {
    const fork = Effect.runForkWith(context)
    // A stream that fails to start fails its first read.
    const started = Effect.catchCause(
      Channel.toPullScoped(Stream.toChannel(response.stream), scope),
      (cause) => Effect.succeed(Effect.failCause(cause))
    )
    return Effect.map(started, (pull): ResponseBody => ({
      closesScope: true,
      read: ({ onBytes, onEnd, onError }) => {
        const fiber = fork(Pull.matchEffect(pull, {
          onSuccess: (bytes) => Effect.sync(() => onBytes(bytes)),
          onFailure: (cause) =>
            Effect.sync(() => {
              const error = Cause.squash(cause)
              // A response without a body counts as one that has ended.
              if (isHttpClientError(error) && error.reason._tag === "EmptyBodyError") onEnd()
              else onError(Cause.hasDies(cause) ? new TransportDefect(error) : error)
            }),
          onDone: () => Effect.sync(onEnd)
        }))
        return () => fiber.interruptUnsafe()
      }
    }))
  })
