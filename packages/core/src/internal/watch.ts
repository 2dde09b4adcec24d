import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { alarmOf, type Sleeper } from "./alarm.ts"
import type { Deadline, RanOut } from "./deadline.ts"

/**
 * The time limits of one attempt: to the first byte, then for each read, and the whole call's over all of them.
 *
 * One alarm serves all of them: `Effect.timeout` would race two fibers for every read, 3 microseconds of CPU.
 */
export interface Watch<E> {
  /** Runs an effect, at most as long as it may take to the first byte. */
  readonly toFirstByte: <A>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Waits for a callback, at most as long as a read may take. */
  readonly read: <A, E2>(start: Start<A, E2>) => Effect.Effect<A, E | E2>
  /** Ends all waits. */
  readonly stop: () => void
}

/** Begins to wait: is given whom to tell, and what says that something came; gives what ends the wait. */
type Start<A, E> = (done: (result: Effect.Effect<A, E>) => void, came: () => void) => () => void

export const makeWatch = <E>(options: {
  readonly firstByte: Duration.Duration
  readonly idle: Duration.Duration
  readonly deadline: Deadline
  readonly onTimeout: (ranOut: RanOut) => E
}): Effect.Effect<Watch<E>> =>
  Effect.contextWith((context) =>
    Effect.clockWith((clock) => {
      const fork = Effect.runForkWith(context)
      const { deadline, onTimeout } = options
      const limits = { firstByte: Duration.toMillis(options.firstByte), idle: Duration.toMillis(options.idle) }
      const alarm = alarmOf(clock)
      // The wait under way: when its time is over, and how it is told.
      let expire: (() => void) | undefined
      const sleeper: Sleeper = { due: Infinity, expire: () => expire?.() }

      const over = (): void => {
        expire = undefined
        sleeper.due = Infinity
      }

      const limited = <A, E2>(phase: "firstByte" | "idle", start: Start<A, E2>): Effect.Effect<A, E | E2> =>
        Effect.callback<A, E | E2>((resume) => {
          const now = clock.currentTimeMillisUnsafe()
          let due = Math.min(now + limits[phase], deadline.at)
          const timedOut = Effect.suspend(() =>
            Effect.fail(onTimeout(
              due === deadline.at
                ? { phase: "total", duration: deadline.total }
                : { phase, duration: options[phase] }
            ))
          )
          if (due <= now) return resume(timedOut)
          let isOver = false
          const cancel = start((result) => {
            if (isOver) return
            isOver = true
            over()
            resume(result)
          }, () => {
            due = Math.min(clock.currentTimeMillisUnsafe() + limits[phase], deadline.at)
            if (expire !== undefined) sleeper.due = due
          })
          // It called back at once.
          if (isOver) return
          const giveUp = () => {
            isOver = true
            over()
            cancel()
          }
          expire = () => {
            giveUp()
            resume(timedOut)
          }
          sleeper.due = due
          alarm.set(sleeper)
          return Effect.sync(giveUp)
        })

      return Effect.succeed<Watch<E>>({
        read: (start) => limited("idle", start),
        toFirstByte: <A>(effect: Effect.Effect<A, E>) =>
          limited<A, E>("firstByte", (done) => {
            const fiber = fork(effect)
            fiber.addObserver(done)
            return () => fiber.interruptUnsafe()
          }),
        stop: () => alarm.remove(sleeper)
      })
    })
  )
