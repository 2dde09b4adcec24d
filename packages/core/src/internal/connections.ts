import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"

/**
 * The connections of a client that are in use, and those whose stream is over but which are not free yet: they are read to
 * their end after `[DONE]`, or their pool is about to take them back.
 *
 * Where two such are all there is, the next request gives them a moment: opening one more would cost it more.
 */
export interface Connections {
  /** Counts one more connection in use, or one less. */
  readonly count: (change: 1 | -1) => void
  /** Reads what is left of an answer, if anything is, counted as not free yet. */
  readonly drain: (drain: Effect.Effect<void>) => Effect.Effect<void>
  /** Connections that are about to be free are all there is. */
  readonly crowded: () => boolean
  /** Gives them a moment. */
  readonly giveWay: Effect.Effect<void>
}

export const makeConnections = (): Connections => {
  let inUse = 0
  let draining = 0
  const freed = Latch.makeUnsafe(false)
  return {
    count: (change) => {
      inUse += change
    },
    drain: (drain) =>
      Effect.suspend(() => {
        draining++
        return Effect.ensuring(
          // Undici takes a connection back one turn of the event loop after its answer has ended, and tells its pool in
          // the next.
          Effect.andThen(drain, Effect.andThen(Effect.yieldNow, Effect.yieldNow)),
          Effect.suspend(() => {
            draining--
            return freed.release
          })
        )
      }),
    crowded: () => draining >= 2 && inUse <= draining,
    giveWay: aMoment(freed.await)
  }
}

/**
 * Waits at most 10 milliseconds, of real time: this is about sockets, which a test's clock does not move. The turns of
 * the event loop after them are for a program that was busy longer than that: the end it waits for may have come, and is
 * only not read yet.
 */
const aMoment = (effect: Effect.Effect<void>): Effect.Effect<void> =>
  Effect.raceFirst(
    effect,
    Effect.sleep("10 millis").pipe(
      Effect.provideService(Clock.Clock, Clock.Clock.defaultValue()),
      Effect.andThen(Effect.repeat(Effect.yieldNow, { times: 5 }))
    )
  )
