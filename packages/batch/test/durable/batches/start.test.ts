import { BatchError, Batches } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Stream } from "effect"
import { executions, untilAnswered, withBatches } from "./layers.ts"
import { Echo, echo, fakeRoute, holdBack, texts } from "./support.ts"

const never = Stream.die("the items were read")

for (const execution of executions) {
  describe(`Batches.start, ${execution.name}`, () => {
    it.effect("asks each item once, and completes the batch", () => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        const started = yield* Batches.start(Echo, { id: "b", items: Stream.fromIterable(texts(95)) })
        assert.deepStrictEqual([started.items, started.loaded], [95, true])
        const { answered, asked, failed, open, state } = yield* Batches.await("b")
        assert.deepStrictEqual({ answered, asked, failed, open, state }, {
          answered: 95,
          asked: 95,
          failed: 0,
          open: 0,
          state: "completed"
        })
        assert.deepStrictEqual(route.asked.toSorted((a, b) => a - b), texts(95).map((_, seq) => seq))
      }).pipe(withBatches(execution, route))
    })

    it.effect("completes a batch that has no items", () => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        yield* Batches.start(Echo, { id: "b", items: [] })
        const { items, state } = yield* Batches.await("b")
        assert.deepStrictEqual({ items, state }, { items: 0, state: "completed" })
      }).pipe(withBatches(execution, route))
    })

    it.effect("asks nothing of a completed batch that is started again, and does not read its items", () => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        yield* Batches.start(Echo, { id: "b", items: texts(12) })
        yield* Batches.await("b")
        const again = yield* Batches.start(Echo, { id: "b", items: never })
        assert.deepStrictEqual([again.state, again.answered], ["completed", 12])
        assert.strictEqual(route.asked.length, 12)
      }).pipe(withBatches(execution, route))
    })

    it.effect("asks the parts that are written while the source of the items is slow", () => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        const slow = Stream.concat(Stream.fromIterable(texts(25)), Stream.never)
        const loading = yield* Effect.forkChild(Batches.start(Echo, { id: "b", items: slow }))
        yield* untilAnswered(20)
        const { loaded, state } = yield* Batches.status("b")
        assert.deepStrictEqual({ loaded, state }, { loaded: false, state: "running" })
        yield* Fiber.interrupt(loading)
        assert.strictEqual(route.asked.length, 20)
      }).pipe(withBatches(execution, route))
    })

    it.effect("fails as the items fail, asks what was written, and goes on with the next start", () => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        const broken = Stream.concat(Stream.fromIterable(texts(25)), Stream.fail("no more lines"))
        const exit = yield* Effect.exit(Batches.start(Echo, { id: "b", items: broken }))
        assert.deepStrictEqual(exit, Exit.fail("no more lines"))
        yield* untilAnswered(20)
        yield* Batches.start(Echo, { id: "b", items: texts(25) })
        const { answered, state } = yield* Batches.await("b")
        assert.deepStrictEqual([answered, state, route.asked.length], [25, "completed", 25])
      }).pipe(withBatches(execution, route))
    })

    it.effect("reads the items of two starts at once one after the other, and asks them once", () => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        const start = Batches.start(Echo, { id: "b", items: texts(50) })
        const reports = yield* Effect.all([start, start], { concurrency: 2 })
        assert.deepStrictEqual(reports.map(({ loaded }) => loaded), [true, true])
        yield* Batches.await("b")
        assert.strictEqual(route.asked.length, 50)
      }).pipe(withBatches(execution, route))
    })

    it.effect("changes nothing when a batch that runs is started again", () => {
      const route = fakeRoute()
      const open = holdBack(route)
      return Effect.gen(function*() {
        yield* Batches.start(Echo, { id: "b", items: texts(20) })
        const again = yield* Batches.start(Echo, { id: "b", items: never })
        assert.strictEqual(again.run, 1)
        yield* open
        const { answered } = yield* Batches.await("b")
        assert.deepStrictEqual([answered, route.asked.length], [20, 20])
      }).pipe(withBatches(execution, route))
    })

    it.effect("refuses a definition that has changed, and names what has", () => {
      const route = fakeRoute()
      const now = echo("echo", { version: "2" })
      return Effect.gen(function*() {
        yield* Batches.start(Echo, { id: "b", items: texts(1) })
        const error = yield* Effect.flip(Batches.start(now, { id: "b", items: texts(1) }))
        assert.deepStrictEqual(error, new BatchError.DefinitionChanged({ id: "b", changed: ["version"] }))
      }).pipe(withBatches(execution, route))
    })

    it.effect("refuses a definition that is not registered, before anything is written", () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Batches.start(echo("other"), { id: "b", items: texts(1) }))
        assert.deepStrictEqual(error, new BatchError.NotRegistered({ name: "other" }))
        assert.deepStrictEqual(yield* Batches.list, [])
      }).pipe(withBatches(execution, fakeRoute())))

    it.effect("refuses options that make no sense, and names each", () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(Batches.start(Echo, {
          id: "",
          items: texts(1),
          maxAttempts: 0,
          budget: { cost: 10, tokens: -1 },
          pauseOnFailures: { share: 2, atLeast: 20 }
        }))
        assert.strictEqual(error._tag, "InvalidOptions")
        assert.deepStrictEqual(
          error._tag === "InvalidOptions" ? error.issues.map(({ path }) => path.join(".")) : [],
          ["id", "maxAttempts", "budget.tokens", "rates", "pauseOnFailures.share"]
        )
      }).pipe(withBatches(execution, fakeRoute())))
  })
}

describe("Batches.layer", () => {
  it("refuses two definitions of the same name", () => {
    assert.throws(() => Batches.layer([Echo, echo("echo")]), "Two definitions of batches have the name \"echo\"")
    assert.throws(() => Batches.layerInline([Echo, echo("echo")]), "Two definitions of batches have the name \"echo\"")
    Batches.layer([Echo, Echo])
  })
})
