import { Batch, BatchError, Batches, BatchTest, Ledger } from "@effect-mistral/batch"
import { Endpoint } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, Option, Schema, Stream } from "effect"
import { TestClock } from "effect/testing"
import { requestHash } from "../../../src/internal/definition/requestHash.ts"
import { executions, process, withBatches } from "./layers.ts"
import { Echo, echo, fakeRoute, texts } from "./support.ts"

const inline = executions[1]

describe("The items of a batch", () => {
  it.effect("are written once, wherever the process was stopped before", () =>
    Effect.forEach([0, 1, 9, 10, 11, 20, 34, 35], (stoppedAfter) => {
      const route = fakeRoute()
      return Effect.gen(function*() {
        const stopped = Stream.concat(Stream.fromIterable(texts(stoppedAfter)), Stream.never)
        const written = stoppedAfter - stoppedAfter % 10
        yield* process(
          inline.batches([Echo]),
          Effect.raceFirst(Batches.start(Echo, { id: "b", items: stopped }), untilWritten(written))
        )
        assert.strictEqual((yield* found).items, written)
        yield* process(
          inline.batches([Echo]),
          Effect.gen(function*() {
            yield* Batches.start(Echo, { id: "b", items: texts(35) })
            assert.strictEqual((yield* Batches.await("b")).answered, 35)
          })
        )
        assert.deepStrictEqual(route.asked.toSorted((a, b) => a - b), texts(35).map((_, seq) => seq))
      }).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
    }))

  it.effect("must be those of the first start, and the first part that differs is named", () =>
    Effect.gen(function*() {
      const broken = Stream.concat(Stream.fromIterable(texts(25)), Stream.fail("broken"))
      yield* Effect.flip(Batches.start(Echo, { id: "b", items: broken }))
      const changed = texts(25).map((item, index) => index === 13 ? { text: "another" } : item)
      const other = yield* Effect.flip(Batches.start(Echo, { id: "b", items: changed }))
      assert.deepStrictEqual(other, new BatchError.ItemsChanged({ id: "b", part: 1 }))
      const fewer = yield* Effect.flip(Batches.start(Echo, { id: "b", items: texts(10) }))
      assert.deepStrictEqual(fewer, new BatchError.ItemsChanged({ id: "b", part: 1 }))
      const swapped = yield* Effect.flip(Batches.start(Echo, { id: "b", items: texts(25).toReversed() }))
      assert.deepStrictEqual(swapped, new BatchError.ItemsChanged({ id: "b", part: 0 }))
      yield* Batches.start(Echo, { id: "b", items: texts(25) })
    }).pipe(withBatches(inline, fakeRoute())))

  it.effect("are told from requests that changed, where a definition makes others of the same items", () => {
    const route = fakeRoute()
    const now = echo("echo", { prompt: (text) => `Say ${text}` })
    return Effect.gen(function*() {
      const broken = Stream.concat(Stream.fromIterable(texts(25)), Stream.fail("broken"))
      yield* process(inline.batches([Echo]), Effect.flip(Batches.start(Echo, { id: "b", items: broken })))
      const error = yield* process(
        inline.batches([now]),
        Effect.andThen(Batches.pause("b"), Effect.flip(Batches.start(now, { id: "b", items: texts(25) })))
      )
      assert.deepStrictEqual(error, new BatchError.DefinitionChanged({ id: "b", changed: ["request"] }))
    }).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })

  it.effect("must fit the schema, and the one that does not is named by its position, without its value", () =>
    Effect.gen(function*() {
      // The cast is what a caller without types does.
      const items = [...texts(12), { text: 13 as unknown as string }, ...texts(12)]
      const error = yield* Effect.flip(Batches.start(Echo, { id: "b", items }))
      assert.strictEqual(error._tag, "InvalidItem")
      assert.match(error.message, /^item 12 of batch "b" does not fit its schema: text: Expected string/)
      assert.notInclude(error.message, "13")
      const { items: written, loaded } = yield* Batches.status("b")
      assert.deepStrictEqual([written, loaded], [10, false])
    }).pipe(withBatches(inline, fakeRoute())))

  it.effect("are written no further once the batch is cancelled or removed", () =>
    Effect.forEach(["cancelled", "removed"] as const, (end) =>
      Effect.gen(function*() {
        const stopped = yield* Deferred.make<void>()
        const items = Stream.concat(
          Stream.fromIterable(texts(10)),
          Stream.concat(Stream.fromEffectDrain(Deferred.await(stopped)), Stream.fromIterable(texts(90, 10)))
        )
        const loading = yield* Effect.forkChild(Effect.flip(Batches.start(Echo, { id: "b", items })))
        yield* untilWritten(10)
        yield* Batches.cancel("b")
        if (end === "removed") yield* Batches.remove("b")
        yield* TestClock.adjust("1 second")
        yield* Deferred.succeed(stopped, undefined)
        const error = yield* Fiber.join(loading)
        if (end === "removed") return assert.isTrue(error._tag === "BatchNotFound" || error._tag === "LedgerError")
        assert.strictEqual(error._tag, "WrongState")
        assert.isBelow((yield* Batches.status("b")).items, 100)
      }).pipe(withBatches(inline, fakeRoute()))))

  it.effect("that have the same prompt are asked once, within a part, over parts and after a stop", () => {
    const route = fakeRoute()
    const items = ["a", "b", "a", "c", "a", "b", "d", "e", "f", "g", "b", "h", "h", "a", "i"].map((text) => ({ text }))
    return Effect.gen(function*() {
      const broken = Stream.concat(Stream.fromIterable(items.slice(0, 12)), Stream.fail("broken"))
      yield* process(inline.batches([Echo]), Effect.flip(Batches.start(Echo, { id: "b", items: broken })))
      const report = yield* process(
        inline.batches([Echo]),
        Effect.andThen(Batches.start(Echo, { id: "b", items }), Batches.await("b"))
      )
      assert.deepStrictEqual([report.items, report.identical, report.answered], [15, 6, 9])
      assert.deepStrictEqual(route.asked.toSorted((a, b) => a - b), [0, 1, 3, 6, 7, 8, 9, 11, 14])
    }).pipe(Effect.provide(Layer.merge(BatchTest.layer, route.layer)))
  })

  it.effect("that have the same prompt are asked each, where the caller says so", () => {
    const route = fakeRoute()
    return Effect.gen(function*() {
      yield* Batches.start(Echo, { id: "b", items: [...texts(3), ...texts(3)], askIdentical: true })
      const { answered, identical } = yield* Batches.await("b")
      assert.deepStrictEqual([answered, identical, route.asked.length], [6, 0, 6])
    }).pipe(withBatches(inline, route))
  })

  it.effect("are not taken for identical because their prompts have the same hash", () => {
    const route = fakeRoute()
    const [one, other] = collision()
    return Effect.gen(function*() {
      const items = [one, ...texts(9), other, one, other]
      yield* Batches.start(Echo, { id: "b", items })
      const { answered, identical } = yield* Batches.await("b")
      assert.deepStrictEqual([answered, identical], [11, 2])
    }).pipe(withBatches(inline, route))
  })

  it.effect("fail alone where the definition can make no request of them", () => {
    const route = fakeRoute()
    const Fussy = Batch.forEndpoint(Endpoint.chat.complete, {
      name: "fussy",
      item: Schema.String,
      request: (text) => {
        if (text === "bad") throw new Error("no")
        return { model: "m", messages: [{ role: "user" as const, content: text }] }
      },
      answer: Schema.String,
      read: () => ""
    })
    return Effect.gen(function*() {
      yield* Batches.start(Fussy, { id: "b", items: ["a", "bad", "b", "bad"] })
      const { answered, failed, identical } = yield* Batches.await("b")
      assert.deepStrictEqual({ answered, failed, identical }, { answered: 2, failed: 2, identical: 0 })
      const failures = yield* Stream.runCollect(Batches.failures(Fussy, "b"))
      assert.deepStrictEqual(failures.map(({ index, result }) => [index, result.failure._tag]), [
        [1, "RequestFailed"],
        [3, "RequestFailed"]
      ])
    }).pipe(withBatches(inline, route, [Fussy]))
  })
})

const found = Effect.flatMap(Ledger.Ledger, (ledger) => Effect.map(ledger.find("b"), Option.getOrThrow))

/** Waits, without a clock, until so many items are written. */
const untilWritten = (count: number): Effect.Effect<void, never, Batches.Batches> =>
  Effect.flatMap(
    Effect.option(Batches.status("b")),
    (report) =>
      Option.isSome(report) && report.value.items >= count
        ? Effect.void
        : Effect.andThen(Effect.yieldNow, untilWritten(count))
  )

/** Two items whose requests differ and have the same hash. */
const collision = () => {
  const seen = new Map<number, string>()
  for (let number = 0;; number++) {
    const text = `c${number.toString(36)}`
    const hash = requestHash(JSON.stringify({ model: "m", messages: [{ role: "user", content: text }] }))
    const other = seen.get(hash)
    if (other !== undefined) return [{ text: other }, { text }] as const
    seen.set(hash, text)
  }
}
