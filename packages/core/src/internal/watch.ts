import type * as Clock from "effect/Clock"
import type * as Context from "effect/Context"
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

export const makeWatch = <E>(limits: Limits<E>): Effect.Effect<Watch<E>> =>
  Effect.contextWith((context) => Effect.clockWith((clock) => Effect.succeed(new AlarmWatch(limits, clock, context))))

interface Limits<E> {
  readonly firstByte: Duration.Duration
  readonly idle: Duration.Duration
  readonly deadline: Deadline
  readonly onTimeout: (ranOut: RanOut) => E
}

/** It is the sleeper itself, and a class, for there may be thousands of them. */
class AlarmWatch<E> implements Watch<E>, Sleeper {
  due = Infinity
  #expire: (() => void) | undefined
  readonly #limits: Limits<E>
  readonly #clock: Clock.Clock
  readonly #context: Context.Context<never>

  constructor(limits: Limits<E>, clock: Clock.Clock, context: Context.Context<never>) {
    this.#limits = limits
    this.#clock = clock
    this.#context = context
  }

  expire(): void {
    this.#expire?.()
  }

  stop(): void {
    alarmOf(this.#clock).remove(this)
  }

  read<A, E2>(start: Start<A, E2>): Effect.Effect<A, E | E2> {
    return this.#limited("idle", start)
  }

  toFirstByte<A>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> {
    return this.#limited<A, E>("firstByte", (done) => {
      const fiber = Effect.runForkWith(this.#context)(effect)
      fiber.addObserver(done)
      return () => fiber.interruptUnsafe()
    })
  }

  #limited<A, E2>(phase: "firstByte" | "idle", start: Start<A, E2>): Effect.Effect<A, E | E2> {
    return Effect.callback<A, E | E2>((resume) => {
      const { deadline, onTimeout } = this.#limits
      const limit = Duration.toMillis(this.#limits[phase])
      const now = this.#clock.currentTimeMillisUnsafe()
      let due = Math.min(now + limit, deadline.at)
      const timedOut = Effect.suspend(() =>
        Effect.fail(onTimeout(
          due === deadline.at
            ? { phase: "total", duration: deadline.total }
            : { phase, duration: this.#limits[phase] }
        ))
      )
      if (due <= now) return resume(timedOut)
      let over = false
      const cancel = start((result) => {
        if (over) return
        over = true
        this.#rest()
        resume(result)
      }, () => {
        due = Math.min(this.#clock.currentTimeMillisUnsafe() + limit, deadline.at)
        if (this.#expire !== undefined) this.due = due
      })
      // It called back at once.
      if (over) return
      const giveUp = () => {
        over = true
        this.#rest()
        cancel()
      }
      this.#expire = () => {
        // A transport that cannot even let go is no reason to wait for it.
        try {
          giveUp()
        } finally {
          resume(timedOut)
        }
      }
      this.due = due
      alarmOf(this.#clock).set(this)
      return Effect.sync(giveUp)
    })
  }

  #rest(): void {
    this.#expire = undefined
    this.due = Infinity
  }
}
