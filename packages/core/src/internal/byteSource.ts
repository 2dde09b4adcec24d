import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { isHttpClientError } from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ByteSource from "../ByteSource.ts"
import { fromWeb } from "./webSource.ts"

/** A body to be read, and whether the scope of its request must be closed although it was read to its end. */
export interface Source extends ByteSource.ByteSource {
  readonly closes?: boolean
  /** Lets go of a body that was not read to its end, where giving up the request does not. */
  readonly cancel?: () => void
}

/**
 * The body of a response, by the shortest way there is: the transport's own, the web stream of a fetch, or the response's
 * `Stream`, each read of which costs a fiber.
 */
export const sourceOf = (
  response: HttpClientResponse.HttpClientResponse,
  scope: Scope.Scope
): Effect.Effect<Source> => {
  const direct = ByteSource.get(response)
  if (direct !== undefined) return Effect.succeed(direct)
  const web = webOf(response)
  return web === undefined ? fromStream(response, scope) : Effect.succeed(fromWeb(web.body))
}

/**
 * One header of a response after the other. `response.headers` of a fetch is made anew from all of them each time, which
 * takes longer than everything else that is done with a whole answer.
 */
export const headerOf = (response: HttpClientResponse.HttpClientResponse): (name: string) => string | undefined => {
  const web = webOf(response)
  return web === undefined ? (name) => response.headers[name] : (name) => web.headers.get(name) ?? undefined
}

/** A response that was given another stream of its own is not the web response it was made from. */
const webOf = (response: HttpClientResponse.HttpClientResponse): Response | undefined =>
  Object.hasOwn(response, "stream") ? undefined : Option.getOrUndefined(HttpClientResponse.toWeb(response))

const fromStream = (
  response: HttpClientResponse.HttpClientResponse,
  scope: Scope.Scope
): Effect.Effect<Source> =>
  Effect.contextWith((context) => {
    const fork = Effect.runForkWith(context)
    return Effect.map(Scope.provide(Stream.toPull(response.stream), scope), (pull): Source => ({
      closes: true,
      read: ({ onBytes, onEnd, onError }) => {
        const fiber = fork(Pull.matchEffect(pull, {
          onSuccess: (bytes) => Effect.sync(() => onBytes(bytes)),
          onFailure: (cause) =>
            Effect.sync(() => {
              const error = Cause.squash(cause)
              // A response without a body is one that has ended.
              if (isHttpClientError(error) && error.reason._tag === "EmptyBodyError") onEnd()
              else onError(error)
            }),
          onDone: () => Effect.sync(onEnd)
        }))
        return () => fiber.interruptUnsafe()
      }
    }))
  })
