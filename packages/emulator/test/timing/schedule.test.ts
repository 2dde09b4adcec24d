import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { scheduled } from "../../src/internal/timing/schedule.ts"

describe("a scheduled stream", () => {
  it.effect("emits each item when it is due, and those that are due together in one chunk", () =>
    Effect.gen(function*() {
      const chunks: Array<ReadonlyArray<number>> = []
      const fiber = yield* Stream.runForEachArray(
        scheduled([0, 10, 10, 30], (due) => due),
        (chunk) => Effect.sync(() => void chunks.push(chunk))
      ).pipe(Effect.forkChild({ startImmediately: true }))
      assert.deepStrictEqual(chunks, [[0]])
      yield* TestClock.adjust(9)
      assert.lengthOf(chunks, 1)
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(chunks, [[0], [10, 10]])
      yield* TestClock.adjust(20)
      assert.deepStrictEqual(chunks, [[0], [10, 10], [30]])
      yield* Fiber.join(fiber)
    }))

  it.effect("counts from its start: a slow reader gets at once what has become due meanwhile", () =>
    Effect.gen(function*() {
      const seen: Array<number> = []
      const fiber = yield* scheduled([0, 10, 20, 30], (due) => due).pipe(
        Stream.runForEach((due) =>
          Effect.andThen(Effect.sync(() => void seen.push(due)), due === 0 ? Effect.sleep(20) : Effect.void)
        ),
        Effect.forkChild({ startImmediately: true })
      )
      yield* TestClock.adjust(20)
      assert.deepStrictEqual(seen, [0, 10, 20])
      yield* TestClock.adjust(10)
      assert.deepStrictEqual(seen, [0, 10, 20, 30])
      yield* Fiber.join(fiber)
    }))

  it.effect("ends at once without items", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Stream.runCollect(scheduled<number>([], () => 0)), [])
    }))
})
