import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"

/**
 * Gives the elements of a stream a few at a time: a large array may be one chunk of a stream, and what is made of its
 * elements would be in memory at once. Other fibers run after each slice, because the work on elements is synchronous.
 */
export const inSlices = <A, E, R>(stream: Stream.Stream<A, E, R>): Stream.Stream<A, E, R> =>
  Stream.transformPull(stream, (pull) => {
    let chunk: ReadonlyArray<A> = []
    let at = 0
    let sinceYield = 0
    const next: Pull.Pull<Arr.NonEmptyReadonlyArray<A>, E, void, R> = Effect.suspend(() => {
      const slice = chunk.length <= sliceSize ? chunk : chunk.slice(at, at + sliceSize)
      at += sliceSize
      if (at >= chunk.length) chunk = []
      if (!Arr.isReadonlyArrayNonEmpty(slice)) {
        return Effect.flatMap(pull, (arrived) => {
          chunk = arrived
          at = 0
          return next
        })
      }
      sinceYield += slice.length
      if (sinceYield < sliceSize) return Effect.succeed(slice)
      sinceYield = 0
      return Effect.as(Effect.yieldNow, slice)
    })
    return Effect.succeed(next)
  })

const sliceSize = 256
