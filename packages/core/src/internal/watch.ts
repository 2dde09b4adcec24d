import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type { Deadline, RanOut } from "./deadline.ts"

/**
 * The time limits of one attempt: to the first byte, then for each read, and the whole call's over all of them.
 *
 * One timer serves all of them: `Effect.timeout` would race two fibers for every read, 3 microseconds of CPU.
 */
export interface Watch<E> {
  /** Runs an effect, at most as long as it may take to the first byte. */
  readonly toFirstByte: <A>(effect: Effect.Effect<A, E>) => Effect.Effect<A, E>
  /** Waits for a callback, at most as long as a read may take. */
  readonly read: <A, E2>(start: Start<A, E2>) => Effect.Effect<A, E | E2>
  /** Ends the timer. */
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
      // The wait under way: when its time is over, and how it is told.
      let wait: { due: number; readonly expire: () => void } | undefined
      let timer: { readonly fiber: Fiber.Fiber<void>; readonly wakes: number } | undefined

      const wake = Effect.sync(() => {
        timer = undefined
        if (wait === undefined) return
        if (clock.currentTimeMillisUnsafe() >= wait.due) wait.expire()
        else ensureTimer(wait.due)
      })

      /** Sees to it that something wakes at a time or before it. Whoever wakes early looks again. */
      const ensureTimer = (due: number): void => {
        if (due === Infinity || (timer !== undefined && timer.wakes <= due)) return
        timer?.fiber.interruptUnsafe()
        const now = clock.currentTimeMillisUnsafe()
        const wakes = Math.min(due, now + limits.idle)
        timer = { wakes, fiber: fork(Effect.flatMap(Effect.sleep(wakes - now), () => wake)) }
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
          let over = false
          const cancel = start((result) => {
            if (over) return
            over = true
            wait = undefined
            resume(result)
          }, () => {
            due = Math.min(clock.currentTimeMillisUnsafe() + limits[phase], deadline.at)
            if (wait !== undefined) wait.due = due
          })
          // It called back at once.
          if (over) return
          const giveUp = () => {
            over = true
            wait = undefined
            cancel()
          }
          wait = {
            due,
            expire: () => {
              giveUp()
              resume(timedOut)
            }
          }
          ensureTimer(due)
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
        stop: () => timer?.fiber.interruptUnsafe()
      })
    })
  )
