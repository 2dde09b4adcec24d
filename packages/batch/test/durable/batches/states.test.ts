import { BatchError, Batches } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { executions, untilAnswered, withBatches } from "./layers.ts"
import { Echo, fakeRoute, holdBack, texts } from "./support.ts"

for (const execution of executions) {
  describe(`The state of a batch, ${execution.name}`, () => {
    it.effect("is paused with a reason, asks nothing more, and goes on when it is resumed", () => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        const open = holdBack(route)
        yield* Batches.start(Echo, { id: "b", items: texts(40) })
        yield* untilAsked(route, 4)
        const paused = yield* Batches.pause("b", "too late in the evening")
        assert.deepStrictEqual([paused.state, paused.reason], ["paused", "too late in the evening"])
        yield* open
        yield* untilAnswered(4)
        assert.strictEqual((yield* Batches.await("b")).state, "paused")
        assert.isBelow(route.asked.length, 40)
        const resumed = yield* Batches.resume("b")
        assert.deepStrictEqual([resumed.state, resumed.reason, resumed.run], ["running", null, 2])
        const ended = yield* Batches.await("b")
        assert.deepStrictEqual([ended.state, ended.answered], ["completed", 40])
        assert.deepStrictEqual(route.asked.toSorted((a, b) => a - b), texts(40).map((_, seq) => seq))
      }).pipe(withBatches(execution, route))
    })

    it.effect("stays paused when the batch is started again, which only writes the items that are missing", () => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        const broken = Stream.concat(Stream.fromIterable(texts(15)), Stream.fail("no more lines"))
        yield* Effect.flip(Batches.start(Echo, { id: "b", items: broken }))
        yield* Batches.pause("b")
        const again = yield* Batches.start(Echo, { id: "b", items: texts(30) })
        assert.deepStrictEqual([again.state, again.reason, again.items, again.loaded], [
          "paused",
          "paused by the program",
          30,
          true
        ])
        yield* Batches.resume("b")
        assert.strictEqual((yield* Batches.await("b")).answered, 30)
        assert.strictEqual(route.asked.length, 30)
      }).pipe(withBatches(execution, route))
    })

    it.effect("changes the settings that are given to resume alone", () =>
      Effect.gen(function*() {
        const route = fakeRoute()
        yield* Effect.gen(function*() {
          yield* Batches.start(Echo, { id: "b", items: texts(30), budget: { tokens: 20 }, maxAttempts: 2 })
          const paused = yield* Batches.await("b")
          assert.strictEqual(paused.state, "paused")
          const error = yield* Effect.flip(Batches.resume("b", { maxAttempts: 0 }))
          assert.strictEqual(error._tag, "InvalidOptions")
          yield* Batches.resume("b", { budget: { tokens: 1000 } })
          assert.strictEqual((yield* Batches.await("b")).answered, 30)
        }).pipe(withBatches(execution, route))
        assert.strictEqual(route.asked.length, 30)
      }))

    it.effect("is cancelled for good", () => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        const open = holdBack(route)
        yield* Batches.start(Echo, { id: "b", items: texts(40) })
        yield* untilAsked(route, 4)
        assert.strictEqual((yield* Batches.cancel("b")).state, "cancelled")
        assert.strictEqual((yield* Batches.cancel("b")).state, "cancelled")
        yield* open
        yield* untilAnswered(4)
        const refused = yield* Effect.all([
          Effect.flip(Batches.start(Echo, { id: "b", items: texts(40) })),
          Effect.flip(Batches.pause("b")),
          Effect.flip(Batches.resume("b")),
          Effect.flip(Batches.retryFailed("b"))
        ])
        assert.deepStrictEqual(refused.map((error) => error._tag === "WrongState" ? error.message : error._tag), [
          "cannot start batch \"b\", because it is cancelled. Remove it first, or start one with another id.",
          "cannot pause batch \"b\", because it is cancelled. Nothing of it is asked any more.",
          "cannot resume batch \"b\", because it is cancelled. Remove it first, or start one with another id.",
          "cannot retry the failed items of batch \"b\", because it is cancelled. Start a batch with another id."
        ])
        assert.isBelow(route.asked.length, 40)
      }).pipe(withBatches(execution, route))
    })

    it.effect("is not paused, resumed or cancelled once the batch is completed", () =>
      Effect.gen(function*() {
        yield* Batches.start(Echo, { id: "b", items: texts(3) })
        yield* Batches.await("b")
        const refused = yield* Effect.all([
          Effect.flip(Batches.pause("b")),
          Effect.flip(Batches.resume("b")),
          Effect.flip(Batches.cancel("b"))
        ])
        assert.deepStrictEqual(refused.map(({ _tag }) => _tag), ["WrongState", "WrongState", "WrongState"])
        assert.include(refused[1].message, "Batches.retryFailed")
      }).pipe(withBatches(execution, fakeRoute())))

    it.effect("is running again when failed items are asked again, and only they are", () => {
      const route = fakeRoute()
      route.fails = (seq) => seq % 10 === 3
      return Effect.gen(function*() {
        yield* Batches.start(Echo, { id: "b", items: texts(30) })
        const first = yield* Batches.await("b")
        assert.deepStrictEqual([first.answered, first.failed], [27, 3])
        route.fails = () => false
        assert.strictEqual(yield* Batches.retryFailed("b"), 3)
        const second = yield* Batches.await("b")
        assert.deepStrictEqual([second.answered, second.failed, second.state, second.asked], [30, 0, "completed", 33])
        assert.deepStrictEqual(route.asked.slice(30).toSorted((a, b) => a - b), [3, 13, 23])
        assert.strictEqual(yield* Batches.retryFailed("b"), 0)
        assert.strictEqual((yield* Batches.status("b")).state, "completed")
      }).pipe(withBatches(execution, route))
    })

    it.effect("must be ended before the batch is removed", () => {
      const route = fakeRoute()
      holdBack(route)
      return Effect.gen(function*() {
        yield* Batches.start(Echo, { id: "b", items: texts(3) })
        const error = yield* Effect.flip(Batches.remove("b"))
        assert.strictEqual(error.message, "cannot remove batch \"b\", because it is running. Pause or cancel it first.")
        yield* Batches.cancel("b")
        yield* Batches.remove("b")
        assert.deepStrictEqual(yield* Effect.flip(Batches.status("b")), new BatchError.BatchNotFound({ id: "b" }))
      }).pipe(withBatches(execution, route))
    })

    it.effect("is asked for by an id that is there", () =>
      Effect.gen(function*() {
        const operations = [
          Batches.status,
          Batches.await,
          (id: string) => Batches.pause(id),
          (id: string) => Batches.resume(id),
          Batches.cancel,
          Batches.retryFailed,
          Batches.remove
        ]
        for (const operation of operations) {
          const error = yield* Effect.flip<unknown, BatchError.BatchError, Batches.Batches>(operation("none"))
          assert.deepStrictEqual(error, new BatchError.BatchNotFound({ id: "none" }))
        }
      }).pipe(withBatches(execution, fakeRoute())))
  })
}

/** Waits, without a clock, until so many items were asked. */
const untilAsked = (route: { readonly asked: ReadonlyArray<number> }, count: number): Effect.Effect<void> =>
  Effect.suspend(() =>
    route.asked.length >= count ? Effect.void : Effect.andThen(Effect.yieldNow, untilAsked(route, count))
  )
