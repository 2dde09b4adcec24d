import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"

/** Who is to be told when a time has come. The time may be moved while it waits. */
export interface Sleeper {
  due: number
  expire(): void
}

/**
 * Tells sleepers when their time has come. One sleeping fiber serves all of a clock: one for each call would be 7 % of a
 * call's CPU, and two kilobytes of a stream's memory.
 */
export interface Alarm {
  readonly add: (sleeper: Sleeper) => void
  /** A sleeper's time was set. */
  readonly wakeBy: (due: number) => void
  readonly remove: (sleeper: Sleeper) => void
}

/** The alarm of a clock. */
export const alarmOf = (clock: Clock.Clock): Alarm => {
  let alarm = alarms.get(clock)
  if (alarm === undefined) alarms.set(clock, alarm = makeAlarm(clock))
  return alarm
}

const alarms = new WeakMap<Clock.Clock, Alarm>()

const makeAlarm = (clock: Clock.Clock): Alarm => {
  const fork = Effect.runForkWith(Context.make(Clock.Clock, clock))
  const sleepers = new Set<Sleeper>()
  let timer: { readonly fiber: Fiber.Fiber<void>; readonly wakes: number } | undefined

  const wake = Effect.suspend(() => {
    timer = undefined
    const now = clock.currentTimeMillisUnsafe()
    const expired: Array<Sleeper> = []
    let next = Infinity
    for (const sleeper of sleepers) {
      if (sleeper.due <= now) expired.push(sleeper)
      else next = Math.min(next, sleeper.due)
    }
    // Calls that have nothing to do with one another share this: what one of them throws is not to cost another its time.
    ensureTimer(next)
    // Nor is a sleeper told whose time was moved while others were told.
    return Effect.forEach(
      expired,
      (sleeper) => Effect.exit(Effect.sync(() => sleeper.due <= now && sleeper.expire())),
      { discard: true }
    )
  })

  /**
   * A timer without sleepers would keep a program from ending. It is given up a turn of the event loop after the last of
   * them, for where calls follow one another the next one is there by then.
   */
  let leaving = false
  const leave = Effect.andThen(
    Effect.yieldNow,
    Effect.sync(() => {
      leaving = false
      if (sleepers.size > 0 || timer === undefined) return
      timer.fiber.interruptUnsafe()
      timer = undefined
    })
  )

  /** Sees to it that something wakes at a time or before it. */
  const ensureTimer = (due: number): void => {
    if (due === Infinity || (timer !== undefined && timer.wakes <= due)) return
    timer?.fiber.interruptUnsafe()
    const wait = due - clock.currentTimeMillisUnsafe()
    timer = { wakes: due, fiber: fork(Effect.flatMap(Effect.sleep(Math.max(0, wait)), () => wake)) }
  }

  return {
    add: (sleeper) => {
      sleepers.add(sleeper)
      ensureTimer(sleeper.due)
    },
    wakeBy: ensureTimer,
    remove: (sleeper) => {
      sleepers.delete(sleeper)
      if (sleepers.size === 0 && timer !== undefined && !leaving) {
        leaving = true
        fork(leave)
      }
    }
  }
}
