import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Timeout } from "../../MistralErrorReason.ts"

/** Which time limit has expired, and how long it was. */
export interface ExpiredLimit {
  readonly phase: Timeout["phase"]
  readonly duration: Duration.Duration
}

/** The `total` time limit of a call. `at` is a point in monotonic time, in milliseconds. */
export interface Deadline {
  readonly at: number
  readonly total: Duration.Duration
}

/** The clock's monotonic time in milliseconds. Unlike the time of day, it is never set forward or back. */
export const monotonicMillis = (clock: Clock.Clock): number => Number(clock.monotonicTimeNanosUnsafe()) / 1e6

/** Starts the `total` time limit of a call. */
export const startDeadline = (total: Duration.Duration): Effect.Effect<Deadline> =>
  Duration.isFinite(total)
    ? Effect.clockWith((clock) => Effect.succeed({ at: monotonicMillis(clock) + Duration.toMillis(total), total }))
    : Effect.succeed({ at: Infinity, total })

/** Limits an effect to the time that is left until the deadline. */
export const withinDeadline = <A, E, R, E2>(
  effect: Effect.Effect<A, E, R>,
  deadline: Deadline,
  onTimeout: (expired: ExpiredLimit) => E2
): Effect.Effect<A, E | E2, R> =>
  deadline.at === Infinity ? effect : Effect.clockWith((clock) =>
    Effect.timeoutOrElse(effect, {
      duration: Math.max(0, deadline.at - monotonicMillis(clock)),
      orElse: () => Effect.fail(onTimeout({ phase: "total", duration: deadline.total }))
    })
  )

/** The time limits of one attempt. */
export interface AttemptLimits {
  readonly firstByte: Duration.Duration
  readonly idle: Duration.Duration
  readonly nextEvent: Duration.Duration
  readonly deadline: Deadline
}

interface Timer {
  readonly due: number
  cancel: () => void
}

/** Runs when the time limit of a wait has expired. */
export type OnExpired = (expired: ExpiredLimit) => void

/**
 * Enforces the time limits of one attempt: `firstByte`, then `idle` for each read and `nextEvent` for each wait, and the
 * deadline of the whole call over all of them. There is one wait at a time.
 *
 * Each attempt has one timer of its own. A later limit does not move the timer but is checked when it fires, because a
 * stream sets a new limit for every read and most limits never expire.
 */
export class AttemptTimeouts {
  readonly #limits: AttemptLimits
  readonly #clock: Clock.Clock
  readonly #startedAt: number
  readonly #idle: number
  readonly #nextEvent: number
  #phase: "firstByte" | "idle" | "nextEvent" = "firstByte"
  #limit = Infinity
  /** When the wait must be over, however many bytes are received. */
  #waitDue = Infinity
  #due = Infinity
  #onExpired: OnExpired | undefined
  #timer: Timer | undefined

  constructor(limits: AttemptLimits, clock: Clock.Clock) {
    this.#limits = limits
    this.#clock = clock
    this.#startedAt = monotonicMillis(clock)
    this.#idle = Duration.toMillis(limits.idle)
    this.#nextEvent = Duration.toMillis(limits.nextEvent)
  }

  /**
   * Starts to wait for the first byte of the body. The limit counts from the start of the attempt, so that it includes the
   * time it took to get a key. Expires at once if there is no time left.
   */
  waitForFirstByte(onExpired: OnExpired): void {
    this.#onExpired = onExpired
    this.#setDue(this.#startedAt + Duration.toMillis(this.#limits.firstByte), monotonicMillis(this.#clock))
  }

  /** Restarts the limit to the first byte, because a part of the request was sent. */
  restartFirstByte(): void {
    const now = monotonicMillis(this.#clock)
    this.#setDue(now + Duration.toMillis(this.#limits.firstByte), now)
  }

  /** Continues the current wait with another callback. */
  continueWith(onExpired: OnExpired): void {
    this.#onExpired = onExpired
  }

  /** Starts to wait for an event, which may take several reads. Expires at once if there is no time left. */
  waitForRead(onExpired: OnExpired): void {
    this.#wait(this.#idle, this.#nextEvent, onExpired)
  }

  /** Starts to wait for at most `millis` milliseconds, and no longer than the current wait may still last. */
  waitFor(millis: number, onExpired: OnExpired): void {
    this.#wait(Math.min(millis, this.#due - monotonicMillis(this.#clock)), Infinity, onExpired)
  }

  /** Restarts the idle limit of the current wait, because bytes were received. */
  restart(): void {
    this.#restartAt(monotonicMillis(this.#clock))
  }

  /**
   * Ends the current wait: the time that the caller spends between reads does not count as idle, nor the time that the
   * stream of a request body takes to make its next part.
   */
  pause(): void {
    this.#due = Infinity
  }

  /** Cancels the timer. No wait may follow. */
  stop(): void {
    this.#due = Infinity
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #wait(idle: number, nextEvent: number, onExpired: OnExpired): void {
    const now = monotonicMillis(this.#clock)
    this.#limit = idle
    this.#waitDue = now + nextEvent
    this.#onExpired = onExpired
    this.#restartAt(now)
  }

  #restartAt(now: number): void {
    const idleDue = now + this.#limit
    this.#phase = this.#waitDue < idleDue ? "nextEvent" : "idle"
    this.#setDue(Math.min(idleDue, this.#waitDue), now)
  }

  #setDue(due: number, now: number): void {
    this.#due = Math.min(due, this.#limits.deadline.at)
    this.#check(now)
  }

  #check(now: number): void {
    if (this.#due === Infinity) return
    const wait = this.#due - now
    // Sums of fractional milliseconds have rounding errors, so less than a microsecond is no wait.
    if (wait < 0.001) return this.#expire()
    if (this.#timer !== undefined) {
      if (this.#timer.due <= this.#due) return
      this.#timer.cancel()
    }
    // Not longer than the limits of a read, so that a read which follows the first byte needs no earlier timer.
    const sleep = Math.min(wait, this.#idle, this.#nextEvent)
    const timer: Timer = { due: now + sleep, cancel: noop }
    this.#timer = timer
    timer.cancel = startTimer(this.#clock, sleep, this.#onTimer)
  }

  readonly #onTimer = (): void => {
    this.#timer = undefined
    this.#check(monotonicMillis(this.#clock))
  }

  #expire(): void {
    const { deadline } = this.#limits
    const expired: ExpiredLimit = this.#due === deadline.at
      ? { phase: "total", duration: deadline.total }
      : { phase: this.#phase, duration: this.#limits[this.#phase] }
    this.#due = Infinity
    this.#onExpired?.(expired)
  }
}

/**
 * Runs a callback after a delay of `millis` milliseconds, or earlier if the delay is longer than a timer can be. Returns the
 * function that cancels it.
 *
 * On Effect's own clock this is a plain timer, because a sleeping fiber for each attempt costs a tenth of a whole call: see
 * decision 0006. Any other clock, such as `TestClock`, sleeps in a fiber.
 */
const startTimer = (clock: Clock.Clock, millis: number, onTimer: () => void): () => void => {
  if (clock === ownClock) {
    // oxlint-disable-next-line no-restricted-globals -- this is the timer of Effect's own clock
    const timer = setTimeout(onTimer, Math.min(millis, longestTimer))
    return () => clearTimeout(timer)
  }
  return Effect.runCallback(clock.sleep(Duration.millis(millis)), {
    // A fiber that was interrupted exits too.
    onExit: (exit) => Exit.isSuccess(exit) && onTimer()
  })
}

/** Effect's own clock: that of every fiber which was given no other. `Clock.Clock.defaultValue` makes another one. */
const ownClock: Clock.Clock = /* @__PURE__ */ Context.get(/* @__PURE__ */ Context.empty(), Clock.Clock)

const noop = () => {}

/** The longest delay of a timer on every platform, in milliseconds. */
const longestTimer = 2 ** 31 - 1
