import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { Worker } from "../work/worker.ts"

/**
 * Works on a part only when this process has left it in the run before. Otherwise a batch that is paused and resumed at once
 * would ask items again whose requests are still in flight.
 */
export const serialParts = ({ runPart }: Worker): Worker["runPart"] => {
  const locks = new Map<string, { readonly semaphore: Semaphore.Semaphore; users: number }>()
  return (key, part, run) =>
    Effect.suspend(() => {
      const name = `${key}/${part}`
      const lock = locks.get(name) ?? { semaphore: Semaphore.makeUnsafe(1), users: 0 }
      locks.set(name, lock)
      lock.users += 1
      return Effect.ensuring(
        lock.semaphore.withPermit(runPart(key, part, run)),
        Effect.sync(() => {
          lock.users -= 1
          if (lock.users === 0) locks.delete(name)
        })
      )
    })
}
