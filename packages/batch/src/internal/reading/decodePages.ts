import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"

/**
 * Decodes a stream array by array, because an effect for each element would take most of the time. The stream fails at the first
 * element that cannot be decoded, after those before it.
 */
export const decodePages = <A, B, E, E2, R>(
  pages: Stream.Stream<A, E, R>,
  decode: (element: A) => Result.Result<B, E2>
): Stream.Stream<B, E | E2, R> =>
  Stream.transformPull(pages, (pull) => {
    let failed: Effect.Effect<never, E2> | undefined
    const next: Pull.Pull<Arr.NonEmptyReadonlyArray<B>, E | E2> = Effect.suspend(() => {
      if (failed !== undefined) return failed
      return Effect.flatMap(pull, (page) => {
        const decoded: Array<B> = []
        for (const element of page) {
          const result = decode(element)
          if (Result.isFailure(result)) {
            failed = Effect.fail(result.failure)
            break
          }
          decoded.push(result.success)
        }
        return Arr.isReadonlyArrayNonEmpty(decoded) ? Effect.succeed(decoded) : next
      })
    })
    return Effect.succeed(next)
  })
