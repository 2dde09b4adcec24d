import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import type * as Scope from "effect/Scope"
import type { Deadline, RanOut } from "./deadline.ts"

/**
 * Limits how long each run of an effect may take, for an effect that is run again and again: the reads of a body.
 *
 * One fiber watches over all of them, for as long as the scope is open. `Effect.timeout` would start a race of two fibers
 * for every read: 3 microseconds of CPU where this takes 0.6.
 */
export const watch = <A, E>(
  effect: Effect.Effect<A, E>,
  options: {
    readonly idle: Duration.Duration
    readonly deadline: Deadline
    readonly onTimeout: (ranOut: RanOut) => E
    readonly scope: Scope.Scope
  }
): Effect.Effect<Effect.Effect<A, E>> => {
  const idle = Duration.toMillis(options.idle)
  const { deadline } = options
  if (idle === Infinity && deadline.at === Infinity) return Effect.succeed(effect)

  return Effect.contextWith((context) => {
    const fork = Effect.runForkWith(context)
    // The run under way: when it is over time, and how it is told.
    let due = Infinity
    let expire: ((ranOut: RanOut) => void) | undefined
    const ranOut = (): RanOut =>
      due === deadline.at ? { phase: "total", duration: deadline.total } : { phase: "idle", duration: options.idle }

    const watcher = Effect.clockWith((clock) =>
      Effect.whileLoop({
        while: () => true,
        body: () => {
          const now = clock.currentTimeMillisUnsafe()
          if (expire !== undefined && now >= due) expire(ranOut())
          // A read that begins while it sleeps ends no earlier than it wakes.
          const next = expire === undefined ? Math.min(now + idle, deadline.at) : due
          return Effect.sleep(next > now ? next - now : idle)
        },
        step: () => {}
      })
    )

    const watched = Effect.clockWith((clock) =>
      Effect.callback<A, E>((resume) => {
        const now = clock.currentTimeMillisUnsafe()
        due = Math.min(now + idle, deadline.at)
        if (due <= now) return resume(Effect.fail(options.onTimeout(ranOut())))
        const fiber = fork(effect)
        const stop = (ranOut: RanOut) => {
          expire = undefined
          fiber.interruptUnsafe()
          resume(Effect.fail(options.onTimeout(ranOut)))
        }
        expire = stop
        fiber.addObserver((exit) => {
          if (expire !== stop) return
          expire = undefined
          resume(exit)
        })
        return Effect.suspend(() => {
          expire = undefined
          return Fiber.interrupt(fiber)
        })
      })
    )

    return Effect.as(Effect.forkIn(watcher, options.scope, { startImmediately: true }), watched)
  })
}
