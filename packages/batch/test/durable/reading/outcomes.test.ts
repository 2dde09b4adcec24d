import { Batch, BatchError, BatchOutcome, BatchResult, Ledger } from "@effect-mistral/batch"
import { MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Schema, Stream } from "effect"
import { readFailures, readOutcomes } from "../../../src/internal/reading/readOutcomes.ts"
import { Numbers, Review, Reviews } from "./definitions.ts"
import { ledgers, store } from "./stored.ts"

describe.each(ledgers)("the outcomes of a batch $name", ({ layer }) => {
  it.effect("are items with their answers, by the schemas of the definition", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const item = new Review({ text: "late", day: new Date(0) })
      const stored = yield* store(Reviews, "a", [item])
      yield* stored.answer([0], () => ({ sentiment: "bad" }))
      assert.deepStrictEqual(yield* Stream.runCollect(readOutcomes(ledger, Reviews, "a")), [{
        index: 0,
        item,
        identical: false,
        result: Result.succeed({ sentiment: "bad" as const }),
        asked: 1,
        promptTokens: 10,
        completionTokens: 5
      }])
    }).pipe(Effect.provide(layer)))

  it.effect("come in the order of the items, without those that are open", () =>
    Effect.gen(function*() {
      const { numbers } = yield* someOutcomes
      assert.deepStrictEqual(yield* numbers({}), [0, 1, 2, 4])
    }).pipe(Effect.provide(layer)))

  it.effect("come in the order in which they were written, identical items at the end", () =>
    Effect.gen(function*() {
      const { numbers } = yield* someOutcomes
      assert.deepStrictEqual(yield* numbers({ order: "completion" }), [4, 0, 1, 2])
    }).pipe(Effect.provide(layer)))

  it.effect("are those of the earlier item where prompts are identical, and cost nothing then", () =>
    Effect.gen(function*() {
      const { outcomes } = yield* someOutcomes
      for (const order of ["items", "completion"] as const) {
        const same = (yield* outcomes({ order })).filter(({ identical }) => identical)
        assert.deepStrictEqual(same, [{
          index: 2,
          item: 20,
          identical: true,
          result: Result.succeed("the answer to item 0"),
          asked: 0,
          promptTokens: 0,
          completionTokens: 0
        }])
      }
    }).pipe(Effect.provide(layer)))

  it.effect("have the typed error of an item that failed", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const stored = yield* store(Numbers, "a", [0, 1, 2, 3])
      const errors: ReadonlyArray<BatchError.ItemFailure> = [
        new MistralError.MistralError({
          operation: "Chat.complete",
          method: "POST",
          path: "/v1/chat/completions",
          reason: new MistralError.RateLimited({ status: 429, serverMessage: "slow down", requestId: "r1" })
        }),
        new BatchResult.NotProcessed({ custom_id: "1", jobId: "j", status: "FAILED", requests: 1, problems: ["x"] }),
        new BatchError.RequestFailed({ description: "no" }),
        new BatchError.AnswerFailed({ description: "no" })
      ]
      yield* stored.fail([0, 1, 2, 3], (seq) => errors[seq]!)
      const outcomes = yield* Stream.runCollect(readOutcomes(ledger, Numbers, "a"))
      const found = outcomes.map(({ result }) => Result.isFailure(result) ? result.failure : undefined)
      assert.deepStrictEqual(found, [...errors])
      assert.instanceOf(found[0], MistralError.MistralError)
      assert.isTrue(found[0]?.isRetryable)
      assert.isTrue(outcomes.every(BatchOutcome.isFailed))
    }).pipe(Effect.provide(layer)))

  it.effect("that failed can be read alone, with identical items", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const stored = yield* store(Numbers, "a", [0, 1, 2, 3, 4], { identical: { 3: 1 } })
      yield* stored.fail([1], () => new BatchError.AnswerFailed({ description: "no" }))
      yield* stored.answer([0, 2], String)
      for (const order of ["items", "completion"] as const) {
        const failures = yield* Stream.runCollect(readFailures(ledger, Numbers, "a", { order }))
        assert.deepStrictEqual(failures.map(({ index }) => index), [1, 3])
        assert.deepStrictEqual(failures.map(({ result }) => result.failure._tag), ["AnswerFailed", "AnswerFailed"])
      }
    }).pipe(Effect.provide(layer)))

  it.effect("are failures where what is stored does not fit any more, so that the others can be read", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const stored = yield* store(Numbers, "a", [0, 1, 2, 3])
      yield* stored.commit([0], false, () => "{\"secret\":1}")
      yield* stored.commit([1], true, () => "{\"_tag\":\"OfALaterVersion\"}")
      yield* stored.commit([2], true, () => "no JSON")
      yield* stored.answer([3], String)
      const outcomes = yield* Stream.runCollect(readOutcomes(ledger, Numbers, "a"))
      assert.deepStrictEqual(outcomes.map(({ result }) => Result.isFailure(result) && result.failure._tag), [
        "AnswerFailed",
        "AnswerFailed",
        "AnswerFailed",
        false
      ])
      assert.notInclude(JSON.stringify(outcomes), "secret")
    }).pipe(Effect.provide(layer)))

  it.effect("are all there where they fill many pages", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const count = 5000
      const stored = yield* store(Numbers, "a", Array.from({ length: count }, (_, index) => index))
      yield* stored.answer(Array.from({ length: count }, (_, index) => count - 1 - index), String)
      const inOrder = yield* Stream.runCollect(readOutcomes(ledger, Numbers, "a"))
      assert.deepStrictEqual(inOrder.map(({ item }) => item), Array.from({ length: count }, (_, index) => index))
      const asWritten = yield* Stream.runCollect(readOutcomes(ledger, Numbers, "a", { order: "completion" }))
      assert.deepStrictEqual(asWritten.map(({ item }) => item), inOrder.map(({ item }) => item).toReversed())
    }).pipe(Effect.provide(layer)))

  it.effect("of no items are none", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      yield* store(Numbers, "a", [])
      assert.deepStrictEqual(yield* Stream.runCollect(readOutcomes(ledger, Numbers, "a")), [])
    }).pipe(Effect.provide(layer)))
})

describe.each(ledgers)("a batch that cannot be read $name", ({ layer }) => {
  it.effect("is one that is not in the ledger", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const error = yield* Effect.flip(Stream.runDrain(readOutcomes(ledger, Numbers, "b")))
      assert.deepStrictEqual(error, new BatchError.BatchNotFound({ id: "b" }))
    }).pipe(Effect.provide(layer)))

  it.effect("is one of another definition, or of other items or answers", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      yield* store(Numbers, "a", [1])
      const error = yield* Effect.flip(Stream.runDrain(readOutcomes(ledger, Reviews, "a")))
      assert.deepStrictEqual(error, new BatchError.DefinitionChanged({ id: "a", changed: ["name", "item", "answer"] }))
      const other = yield* Effect.flip(Stream.runDrain(readFailures(ledger, textNumbers(), "a")))
      assert.deepStrictEqual(other, new BatchError.DefinitionChanged({ id: "a", changed: ["item"] }))
    }).pipe(Effect.provide(layer)))

  it.effect("is not one of another version, whose items and answers are the same", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const stored = yield* store(Numbers, "a", [1])
      yield* stored.answer([0], String)
      const next = Batch.make({
        name: "numbers",
        version: "2",
        item: Schema.Int,
        request: (number) => ({
          model: "mistral-large-latest",
          messages: [{ role: "user", content: `Say ${number}!` }]
        }),
        answer: Schema.String,
        read: () => ""
      })
      assert.strictEqual((yield* Stream.runCollect(readOutcomes(ledger, next, "a"))).length, 1)
    }).pipe(Effect.provide(layer)))

  it.effect("is one whose items do not fit, from the first such item on", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const stored = yield* store(small(1000), "a", [1, 2, 500, 3])
      yield* stored.answer([0, 1, 2, 3], String)
      const seen: Array<number> = []
      const error = yield* readOutcomes(ledger, small(1000, 100), "a").pipe(
        Stream.runForEach(({ item }) => Effect.sync(() => seen.push(item))),
        Effect.flip
      )
      assert.deepStrictEqual(seen, [1, 2])
      assert.strictEqual(error._tag, "InvalidItem")
      assert.deepInclude(error, { id: "a", index: 2 })
    }).pipe(Effect.provide(layer)))
})

/** Five items, of which item 2 has the prompt of item 0. Items 4, 0 and 1 were answered in this order, item 3 is open. */
const someOutcomes = Effect.gen(function*() {
  const ledger = yield* Ledger.Ledger
  const stored = yield* store(Numbers, "some", [0, 10, 20, 30, 40], { identical: { 2: 0 } })
  yield* stored.answer([4], (seq) => `the answer to item ${seq}`)
  yield* stored.answer([0, 1], (seq) => `the answer to item ${seq}`)
  const outcomes = (options: Parameters<typeof readOutcomes>[3]) =>
    Stream.runCollect(readOutcomes(ledger, Numbers, "some", options))
  return {
    outcomes,
    numbers: (options: Parameters<typeof readOutcomes>[3]) =>
      Effect.map(outcomes(options), (all) => all.map(({ index }) => index))
  }
})

const textNumbers = () =>
  Batch.make({
    name: "numbers",
    item: Schema.String,
    request: (number) => ({ model: "mistral-small-latest", messages: [{ role: "user", content: number }] }),
    answer: Schema.String,
    read: () => ""
  })

/** A definition whose fingerprint is that of numbers up to `limit`, and which takes numbers up to `actual`. */
const small = (limit: number, actual = limit) => {
  const make = (most: number) =>
    Batch.make({
      name: "small",
      item: Schema.Int.check(Schema.isLessThanOrEqualTo(most)),
      request: (number) => ({ model: "mistral-small-latest", messages: [{ role: "user", content: `${number}` }] }),
      answer: Schema.String,
      read: () => ""
    })
  const { definition: { fingerprint } } = make(limit)
  const batch = make(actual)
  return { ...batch, definition: { ...batch.definition, fingerprint } }
}
