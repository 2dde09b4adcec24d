import { Batches, BatchTest } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { Echo, fakeRoute, texts } from "./support.ts"

describe("Batches.start", () => {
  it.live("asks each item once and completes the batch", () =>
    Effect.gen(function*() {
      const route = fakeRoute()
      yield* Effect.gen(function*() {
        const { start, await: awaitBatch } = yield* Batches.Batches
        const started = yield* start(Echo, { id: "b", items: texts(95) })
        assert.strictEqual(started.items, 95)
        const ended = yield* awaitBatch("b")
        assert.strictEqual(ended.state, "completed")
        assert.strictEqual(ended.answered, 95)
        assert.deepStrictEqual(route.asked.toSorted((a, b) => a - b), texts(95).map((_, seq) => seq))
      }).pipe(Effect.provide(Batches.layer([Echo]).pipe(Layer.provide([route.layer, BatchTest.layer]))))
    }))
})
