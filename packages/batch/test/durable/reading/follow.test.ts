import { BatchError, Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { readFailures, readOutcomes } from "../../../src/internal/reading/readOutcomes.ts"
import { Numbers } from "./definitions.ts"
import { ledgers, store } from "./stored.ts"

const failed = () => new BatchError.AnswerFailed({ description: "no" })

describe.each(ledgers)("outcomes that are followed $name", ({ layer }) => {
  it.effect("come in the order of the items, which waits for the slowest", () =>
    Effect.gen(function*() {
      const { follow, stored } = yield* running
      const { fiber, seen } = yield* follow({ order: "items" })
      yield* stored.answer([1, 2], String)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(seen, [])
      yield* stored.answer([0], String)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(seen, [0, 1, 2, 3])
      yield* stored.answer([4], String)
      yield* stored.setState("completed")
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(seen, [0, 1, 2, 3, 4])
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(layer)))

  it.effect("come as they are written, identical items after the batch has ended", () =>
    Effect.gen(function*() {
      const { follow, stored } = yield* running
      const { fiber, seen } = yield* follow({ order: "completion" })
      yield* stored.answer([4, 1], String)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(seen, [4, 1])
      yield* stored.answer([0, 2], String)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(seen, [4, 1, 0, 2])
      yield* stored.setState("completed")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(seen, [4, 1, 0, 2, 3])
    }).pipe(Effect.provide(layer)))

  it.effect("end when the batch is paused or cancelled, with all that there are", () =>
    Effect.gen(function*() {
      for (const state of ["paused", "cancelled"] as const) {
        const { follow, stored } = yield* running
        const { fiber, seen } = yield* follow({ order: "items" })
        yield* stored.answer([0, 2, 4], String)
        yield* stored.setState(state)
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(seen, [0, 2, 3, 4])
      }
    }).pipe(Effect.provide(layer)))

  it.effect("have what was written just before the end", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const { stored } = yield* running
      // The batch is completed between the look for outcomes and the look at its state.
      const racing = {
        ...ledger,
        fetch: (key: number) =>
          stored.answer([0, 1, 2, 4], String).pipe(
            Effect.andThen(stored.setState("completed")),
            Effect.andThen(ledger.fetch(key))
          )
      }
      const outcomes = yield* Stream.runCollect(readOutcomes(racing, Numbers, "running 0", { follow: true }))
      assert.deepStrictEqual(outcomes.map(({ index }) => index), [0, 1, 2, 3, 4])
    }).pipe(Effect.provide(layer)))

  it.effect("that failed come in the order of the items, though a later one fails first", () =>
    Effect.gen(function*() {
      const { followFailures, stored } = yield* running
      const { fiber, seen } = yield* followFailures({ order: "items" })
      yield* stored.fail([4], failed)
      yield* TestClock.adjust("1 second")
      yield* stored.answer([1], String)
      yield* stored.fail([0, 2], failed)
      yield* TestClock.adjust("1 second")
      yield* stored.setState("completed")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(seen, [0, 2, 3, 4])
    }).pipe(Effect.provide(layer)))

  it.effect("are looked for once in an interval, and at once while pages are full", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const stored = yield* store(Numbers, "many", Array.from({ length: 5000 }, (_, index) => index))
      yield* stored.answer(Array.from({ length: 4000 }, (_, index) => index), String)
      let looks = 0
      const counted = {
        ...ledger,
        fetch: (key: number) => Effect.tap(ledger.fetch(key), () => Effect.sync(() => looks++))
      }
      let seen = 0
      const fiber = yield* readOutcomes(counted, Numbers, "many", { follow: true, interval: "10 seconds" }).pipe(
        Stream.runForEachArray((page) => Effect.sync(() => seen += page.length)),
        Effect.forkChild
      )
      yield* TestClock.adjust(0)
      assert.strictEqual(seen, 4000)
      assert.strictEqual(looks, 1)
      yield* TestClock.adjust("25 seconds")
      assert.strictEqual(looks, 3)
      yield* Fiber.interrupt(fiber)
    }).pipe(Effect.provide(layer)))

  it.effect("fail when the batch is removed", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const { follow, stored } = yield* running
      const { fiber } = yield* follow({})
      yield* TestClock.adjust("1 second")
      yield* ledger.remove(stored.key)
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual(
        yield* Effect.flip(Fiber.join(fiber)),
        new BatchError.BatchNotFound({ id: "running 0" })
      )
    }).pipe(Effect.provide(layer)))
})

/** A batch of five items, of which item 3 has the prompt of item 2. */
const running = Effect.gen(function*() {
  const ledger = yield* Ledger.Ledger
  const id = `running ${(yield* ledger.list).length}`
  const stored = yield* store(Numbers, id, [0, 1, 2, 3, 4], { identical: { 3: 2 } })
  const collect = Effect.fnUntraced(function*<E>(outcomes: Stream.Stream<{ readonly index: number }, E>) {
    const seen: Array<number> = []
    const fiber = yield* outcomes.pipe(
      Stream.runForEach(({ index }) => Effect.sync(() => seen.push(index))),
      Effect.forkChild
    )
    yield* TestClock.adjust(0)
    return { fiber, seen }
  })
  return {
    stored,
    follow: (options: { readonly order?: "items" | "completion" }) =>
      collect(readOutcomes(ledger, Numbers, id, { ...options, follow: true })),
    followFailures: (options: { readonly order?: "items" | "completion" }) =>
      collect(readFailures(ledger, Numbers, id, { ...options, follow: true }))
  }
})
