import * as Effect from "effect/Effect"
import * as Latch from "effect/Latch"
import type { Scope } from "effect/Scope"

/**
 * Tells at once what happened to a batch in this process: a part was written or is done, the state was changed. What happens in
 * other processes is found by looking into the ledger from time to time.
 */
export interface Signals {
  readonly notify: (key: number) => void
  /**
   * Listens to the signals of a batch for as long as the scope is open. The effect that is returned waits for a signal since the
   * last wait, but no longer than so many milliseconds.
   */
  readonly listen: (key: number) => Effect.Effect<(millis: number) => Effect.Effect<void>, never, Scope>
}

export const makeSignals = (): Signals => {
  const listeners = new Map<number, Set<Latch.Latch>>()

  const add = (key: number): Latch.Latch => {
    const latch = Latch.makeUnsafe()
    const latches = listeners.get(key)
    if (latches === undefined) listeners.set(key, new Set([latch]))
    else latches.add(latch)
    return latch
  }

  const remove = (key: number, latch: Latch.Latch): void => {
    const latches = listeners.get(key)
    latches?.delete(latch)
    if (latches?.size === 0) listeners.delete(key)
  }

  return {
    notify: (key) => listeners.get(key)?.forEach((latch) => latch.openUnsafe()),
    listen: (key) =>
      Effect.map(
        Effect.acquireRelease(Effect.sync(() => add(key)), (latch) => Effect.sync(() => remove(key, latch))),
        (latch) => (millis) =>
          Effect.suspend(() =>
            // A supervisor is seldom idle, and a race has two fibers.
            latch.closeUnsafe() ? Effect.void : Effect.raceFirst(
              Effect.andThen(latch.await, Effect.sync(() => latch.closeUnsafe())),
              Effect.sleep(millis)
            )
          )
      )
  }
}
