import { type BatchError, Batches, BatchTest, Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Option, Stream } from "effect"
import { TestClock } from "effect/testing"
import { executions, process, untilAnswered } from "./layers.ts"
import { Echo, fakeRoute, holdBack, texts } from "./support.ts"

const [byEngine, inline] = executions

describe("A batch that another process runs", () => {
  it.effect("is not run inline, and the error names the process", () => {
    const route = fakeRoute()
    holdBack(route)
    return Effect.gen(function*() {
      const other = yield* Effect.forkChild(process(
        inline.batches([Echo]),
        Effect.andThen(Batches.start(Echo, { id: "b", items: texts(20) }), Effect.never)
      ))
      yield* supervised
      const mine = yield* Effect.forkChild(process(inline.batches([Echo]), runInline))
      yield* TestClock.adjust("3 seconds")
      const error = yield* Effect.flip(Fiber.join(mine))
      const { supervisor } = yield* found
      assert.strictEqual(error._tag, "BatchInUse")
      assert.strictEqual(error._tag === "BatchInUse" ? error.worker : "", supervisor)
      assert.strictEqual((yield* found).run, 1)
      yield* stop(other)
    }).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })

  it.effect("is run inline as soon as the other process has stopped, without a wait", () => {
    const route = fakeRoute()
    return Effect.gen(function*() {
      const broken = Stream.concat(Stream.fromIterable(texts(15)), Stream.never)
      yield* process(
        byEngine.batches([Echo]),
        Effect.raceFirst(Batches.start(Echo, { id: "b", items: broken }), untilAnswered(10))
      )
      const report = yield* process(inline.batches([Echo]), runInline)
      assert.deepStrictEqual([report.state, report.answered], ["completed", 20])
      assert.strictEqual(route.asked.length, 20)
    }).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })

  it.effect("is run inline three seconds after the other process was killed", () => {
    const route = fakeRoute()
    return Effect.gen(function*() {
      yield* abandoned("inline/killed")
      const mine = yield* Effect.forkChild(process(byEngine.batches([Echo]), runInline))
      yield* TestClock.adjust("2999 millis")
      assert.deepStrictEqual(route.asked, [])
      yield* TestClock.adjust("1 millis")
      const report = yield* Fiber.join(mine)
      assert.deepStrictEqual([report.state, report.answered, report.run], ["completed", 20, 2])
    }).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })

  it.effect("is not given to the engine while another process runs it inline", () => {
    const route = fakeRoute()
    holdBack(route)
    return Effect.gen(function*() {
      const other = yield* Effect.forkChild(process(
        inline.batches([Echo]),
        Effect.andThen(Batches.start(Echo, { id: "b", items: texts(20) }), Effect.never)
      ))
      yield* supervised
      const mine = yield* Effect.forkChild(process(byEngine.batches([Echo]), start))
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual((yield* Effect.flip(Fiber.join(mine)))._tag, "BatchInUse")
      yield* stop(other)
    }).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })

  it.effect("keeps its run when it is started again while the engine works on it", () => {
    const route = fakeRoute()
    return Effect.gen(function*() {
      yield* abandoned("killed")
      yield* TestClock.adjust("29 seconds")
      const report = yield* process(byEngine.batches([Echo]), Effect.andThen(start, Batches.await("b")))
      assert.deepStrictEqual([report.state, report.run], ["completed", 1])
    }).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })

  it.effect("gets a new run when it is started and the engine has not worked on it for 30 seconds", () => {
    const route = fakeRoute()
    return Effect.gen(function*() {
      yield* abandoned("killed")
      yield* TestClock.adjust("30 seconds")
      const report = yield* process(byEngine.batches([Echo]), Effect.andThen(start, Batches.await("b")))
      assert.deepStrictEqual([report.state, report.run, report.answered], ["completed", 2, 20])
    }).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })
})

describe("Batches.runInline", () => {
  it.effect("fails as the items fail and stops, and the next call goes on", () => {
    const route = fakeRoute()
    return process(
      byEngine.batches([Echo]),
      Effect.gen(function*() {
        const broken = Stream.concat(Stream.fromIterable(texts(15)), Stream.fail("broken"))
        assert.strictEqual(yield* Effect.flip(Batches.runInline(Echo, { id: "b", items: broken })), "broken")
        const report = yield* runInline
        assert.deepStrictEqual([report.state, report.answered], ["completed", 20])
        assert.strictEqual(route.asked.length, 20)
      })
    ).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })

  it.effect("is joined by a second call in the same process", () => {
    const route = fakeRoute()
    return process(
      inline.batches([Echo]),
      Effect.gen(function*() {
        const reports = yield* Effect.all([runInline, runInline], { concurrency: 2 })
        assert.deepStrictEqual(reports.map(({ answered, run }) => [answered, run]), [[20, 1], [20, 1]])
        assert.strictEqual(route.asked.length, 20)
      })
    ).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })

  it.effect("returns when the batch is paused", () => {
    const route = fakeRoute()
    const open = holdBack(route)
    return process(
      inline.batches([Echo]),
      Effect.gen(function*() {
        const running = yield* Effect.forkChild(runInline)
        yield* Effect.repeat(Effect.yieldNow, { until: () => route.asked.length >= 4 })
        yield* Batches.pause("b")
        yield* open
        assert.strictEqual((yield* Fiber.join(running)).state, "paused")
      })
    ).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })
})

const start = Batches.start(Echo, { id: "b", items: texts(20) })
const runInline = Batches.runInline(Echo, { id: "b", items: texts(20) })

const found = Effect.flatMap(Ledger.Ledger, (ledger) => Effect.map(ledger.find("b"), Option.getOrThrow))

/** Waits, without a clock, until the batch is supervised. */
const supervised: Effect.Effect<void, BatchError.LedgerError, Ledger.Ledger> = Effect.flatMap(
  Effect.flatMap(Ledger.Ledger, (ledger) => ledger.find("b")),
  (batch) =>
    Option.isSome(batch) && batch.value.supervisor !== null && batch.value.loaded
      ? Effect.void
      : Effect.andThen(Effect.yieldNow, supervised)
)

/** Writes a batch of 20 items down that a process supervised until it was killed. */
const abandoned = (supervisor: string) =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const { batch } = yield* ledger.create({
      id: "b",
      fingerprint: Echo.definition.fingerprint,
      settings: {},
      partSize: 10
    })
    yield* ledger.supervise(batch.key, 1, supervisor)
  })

/** Stops a process whose requests never end. */
const stop = <A, E>(fiber: Fiber.Fiber<A, E>) =>
  Effect.gen(function*() {
    const stopping = yield* Effect.forkChild(Fiber.interrupt(fiber))
    yield* TestClock.adjust("1 minute")
    yield* Fiber.join(stopping)
  })
