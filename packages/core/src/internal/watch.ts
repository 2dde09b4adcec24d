import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import { type Alarm, alarmOf, type Sleeper } from "./alarm.ts"
import type { Deadline, RanOut } from "./deadline.ts"

/** The time limits of one attempt, and what an attempt that ran out of time fails with. */
export interface Limits<E> {
  readonly firstByte: Duration.Duration
  readonly idle: Duration.Duration
  readonly deadline: Deadline
  onTimeout(ranOut: RanOut): E
}

/** Is told what a wait failed with when its time is over. */
export type OnTimeout<E> = (timedOut: Effect.Effect<never, E>) => void

/**
 * Watches over the time limits of one attempt: to the first byte, then for each read, and the whole call's over all of
 * them. One wait at a time.
 *
 * One alarm serves all attempts: `Effect.timeout` would race two fibers for every read, 3 microseconds of CPU. It is the
 * sleeper itself, and a class, for there may be thousands of them.
 */
export class Watch<E> implements Sleeper {
  due = Infinity
  #phase: "firstByte" | "idle" = "firstByte"
  #limit = Infinity
  #added = false
  #onTimeout: OnTimeout<E> | undefined
  readonly #limits: Limits<E>
  readonly #idle: number
  readonly #clock: Clock.Clock
  readonly #alarm: Alarm

  /** For an attempt of a fiber, by its clock. */
  constructor(limits: Limits<E>, fiber: Fiber.Fiber<unknown, unknown>) {
    this.#limits = limits
    this.#idle = Duration.toMillis(limits.idle)
    this.#clock = fiber.getRef(Clock.Clock)
    this.#alarm = alarmOf(this.#clock)
  }

  /** Begins to wait for the first byte. Tells at once if there is no time left. */
  waitForFirstByte(onTimeout: OnTimeout<E>): void {
    this.#wait("firstByte", Duration.toMillis(this.#limits.firstByte), onTimeout)
  }

  /** The wait goes on, and is another's. */
  handOver(onTimeout: OnTimeout<E>): void {
    this.#onTimeout = onTimeout
  }

  /** Begins to wait for a read. Tells at once if there is no time left. */
  waitForRead(onTimeout: OnTimeout<E>): void {
    this.#wait("idle", this.#idle, onTimeout)
  }

  /** Begins to wait for something else, for so many milliseconds, and no longer than the wait that goes on may last. */
  waitFor(limit: number, onTimeout: OnTimeout<E>): void {
    this.#wait("idle", Math.min(limit, this.due - this.#clock.currentTimeMillisUnsafe()), onTimeout)
  }

  /** Something came, though not yet what is waited for: its time begins anew. */
  again(): void {
    const now = this.#clock.currentTimeMillisUnsafe()
    this.due = Math.min(now + this.#limit, this.#limits.deadline.at)
    if (this.due <= now) this.expire()
    else if (this.#added) this.#alarm.wakeBy(this.due)
    else {
      this.#added = true
      this.#alarm.add(this)
    }
  }

  /** The wait is over. */
  rest(): void {
    this.due = Infinity
  }

  /** No wait comes any more. */
  stop(): void {
    this.due = Infinity
    this.#added = false
    this.#alarm.remove(this)
  }

  expire(): void {
    const { deadline } = this.#limits
    const ranOut: RanOut = this.due === deadline.at
      ? { phase: "total", duration: deadline.total }
      : { phase: this.#phase, duration: this.#limits[this.#phase] }
    this.due = Infinity
    this.#onTimeout?.(Effect.fail(this.#limits.onTimeout(ranOut)))
  }

  #wait(phase: "firstByte" | "idle", limit: number, onTimeout: OnTimeout<E>): void {
    this.#phase = phase
    this.#limit = limit
    this.#onTimeout = onTimeout
    this.again()
  }
}
