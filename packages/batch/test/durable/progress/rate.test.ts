import { BatchProgress, type Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { makeRate } from "../../../src/internal/progress/makeRate.ts"
import { watchBatch } from "../../../src/internal/progress/watchBatch.ts"
import { batch } from "./batches.ts"

describe("the rate of a batch", () => {
  it("is that of the last half minute", () => {
    const progress = watched([0, { answered: 0 }], [15, { answered: 300 }], [30, { answered: 310 }], [
      45,
      { answered: 320 }
    ])
    assert.deepStrictEqual(progress.map(({ perMinute }) => perMinute), [0, 1200, 620, 40])
  })

  it("counts failures, and the tokens beside", () => {
    const [, progress] = watched([0, {}], [30, {
      answered: 10,
      failed: 5,
      promptTokens: 1000,
      completionTokens: 500
    }])
    assert.deepInclude(progress, { perMinute: 30, tokensPerMinute: 3000 })
  })

  it("does not count what was done before the batch was watched", () => {
    const [first, second] = watched([0, { answered: 500 }], [30, { answered: 530 }])
    assert.strictEqual(first!.perMinute, 0)
    assert.strictEqual(second!.perMinute, 60)
  })

  it("says how long the open items take", () => {
    const [, progress] = watched([0, {}], [30, { answered: 300 }])
    assert.deepInclude(progress, { open: 600, perMinute: 600, remaining: 60_000 })
  })

  it("does not say how long it takes where that is not known", () => {
    const remaining = (change: Partial<Ledger.Batch>) =>
      watched([0, {}], [30, { answered: 300, ...change }])[1]!.remaining
    assert.strictEqual(watched([0, {}])[0]!.remaining, undefined)
    assert.strictEqual(remaining({ answered: 0 }), undefined)
    assert.strictEqual(remaining({ loaded: false }), undefined)
    assert.strictEqual(remaining({ state: "paused" }), undefined)
    assert.strictEqual(remaining({ state: "completed" }), 0)
  })

  it("begins anew when the batch is resumed, and when failed items are asked again", () => {
    const resumed = watched([0, { answered: 100 }], [30, { answered: 100, run: 2 }], [40, { answered: 200, run: 2 }])
    assert.deepStrictEqual(resumed.map(({ perMinute }) => perMinute), [0, 0, 600])
    const again = watched([0, { failed: 100 }], [30, {}], [40, { answered: 50 }])
    assert.deepStrictEqual(again.map(({ perMinute }) => perMinute), [0, 0, 300])
  })

  it("keeps no more than the looks of half a minute", () => {
    const addRate = makeRate()
    let perMinute = 0
    for (let second = 0; second <= 3600; second++) {
      ;({ perMinute } = addRate(BatchProgress.report({ ...batch, items: 1e6, answered: second ** 2 }), second * 1000))
    }
    assert.strictEqual(perMinute, 2 * (3600 ** 2 - 3570 ** 2))
  })
})

describe("a watched batch", () => {
  it.effect("is looked at once in an interval, and for the last time when it does not run any more", () =>
    Effect.gen(function*() {
      let now: Ledger.Batch = batch
      let looks = 0
      const read = Effect.sync(() => {
        looks++
        return now
      })
      const seen: Array<BatchProgress.Progress> = []
      const fiber = yield* watchBatch(read, "500 millis").pipe(
        Stream.runForEach((progress) => Effect.sync(() => seen.push(progress))),
        Effect.forkChild
      )
      yield* TestClock.adjust(0)
      assert.strictEqual(looks, 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(looks, 3)
      now = { ...batch, state: "paused", reason: "the budget is used up" }
      yield* TestClock.adjust("499 millis")
      assert.strictEqual(looks, 3)
      yield* TestClock.adjust("1 millis")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(seen.map(({ state }) => state), ["running", "running", "running", "paused"])
      assert.strictEqual(seen[3]!.reason, "the budget is used up")
    }))

  it.effect("that does not run is looked at once", () =>
    Effect.gen(function*() {
      const seen = yield* Stream.runCollect(watchBatch(Effect.succeed({ ...batch, state: "cancelled" }), "1 hour"))
      assert.strictEqual(seen.length, 1)
    }))

  it.effect("can be watched by several readers, each with a rate of its own", () =>
    Effect.gen(function*() {
      const progress = watchBatch(Effect.succeed({ ...batch, state: "completed", answered: 900 }), "1 hour")
      const [first, second] = yield* Effect.all([Stream.runCollect(progress), Stream.runCollect(progress)])
      assert.deepStrictEqual(first, second)
    }))
})

/** What is seen of a batch by looks at these seconds. */
const watched = (...looks: ReadonlyArray<readonly [seconds: number, change: Partial<Ledger.Batch>]>) => {
  const addRate = makeRate()
  return looks.map(([seconds, change]) => addRate(BatchProgress.report({ ...batch, ...change }), seconds * 1000))
}
