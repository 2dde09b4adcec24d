import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import { isHttpClientError } from "effect/http/HttpClientError"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as ByteSource from "../ByteSource.ts"

/** A body to be read, and whether the scope of its request must be closed although it was read to its end. */
export interface Source extends ByteSource.ByteSource {
  readonly closes: boolean
  /** Lets go of a body that was not read to its end, where aborting the request does not. */
  readonly cancel: () => void
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
  if (direct !== undefined) return Effect.succeed({ read: direct.read, closes: false, cancel: nothing })
  // A response that was given another stream of its own is not the web response it was made from.
  const web = Object.hasOwn(response, "stream") ? Option.none() : HttpClientResponse.toWeb(response)
  return Option.isSome(web) ? Effect.succeed(fromWeb(web.value.body)) : fromStream(response, scope)
}

const fromWeb = (body: ReadableStream<Uint8Array> | null): Source => {
  if (body === null) return { closes: false, cancel: nothing, read: ({ onEnd }) => (onEnd(), nothing) }
  const reader = body.getReader()
  return {
    closes: false,
    cancel: () => void reader.cancel().catch(nothing),
    read: ({ onBytes, onEnd, onError }) => {
      reader.read().then(({ done, value }) => done ? onEnd() : onBytes([value]), onError)
      return nothing
    }
  }
}

const fromStream = (
  response: HttpClientResponse.HttpClientResponse,
  scope: Scope.Scope
): Effect.Effect<Source> =>
  Effect.contextWith((context) => {
    const fork = Effect.runForkWith(context)
    return Effect.map(Scope.provide(Stream.toPull(response.stream), scope), (pull): Source => ({
      closes: true,
      cancel: nothing,
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

const nothing = () => {}
