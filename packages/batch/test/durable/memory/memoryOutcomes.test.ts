import { Ledger } from "@effect-mistral/batch"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { answer, claim, loaded } from "./support.ts"

/** Six items: 3 and 5 are identical to 0 and 4. They are done in the order 2 (failed), 0, 1; 4 is open. */
const batch = Effect.gen(function*() {
  const ledger = yield* Ledger.Ledger
  const key = yield* loaded("a", [6], { 3: 0, 5: 4 })
  const claimed = yield* claim(key, 0, "w")
  yield* ledger.commit("w", [answer(claimed, 2, { failed: true })])
  yield* ledger.commit("w", [answer(claimed, 0), answer(claimed, 1)])
  return (query: Ledger.OutcomeQuery) =>
    Effect.map(ledger.outcomes(key, query), (outcomes) => outcomes.map(({ seq }) => seq))
})

const test = (
  name: string,
  run: (read: Effect.Success<typeof batch>) => Effect.Effect<void, unknown>
) => it.effect(name, () => Effect.flatMap(batch, run).pipe(Effect.provide(Ledger.layerMemory)))

test("outcomes are read in the order of the items, up to the first that is open", (read) =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* read({ order: "items", after: -1, limit: 9 }), [0, 1, 2, 3])
    assert.deepStrictEqual(yield* read({ order: "items", after: -1, limit: 2 }), [0, 1])
    assert.deepStrictEqual(yield* read({ order: "items", after: 1, limit: 9 }), [2, 3])
    assert.deepStrictEqual(yield* read({ order: "items", after: 3, limit: 9 }), [])
    assert.deepStrictEqual(yield* read({ order: "items", after: -1, limit: 9, only: "answered" }), [0, 1, 3])
    assert.deepStrictEqual(yield* read({ order: "items", after: -1, limit: 9, only: "failed" }), [2])
  }))

test("outcomes are read in the order in which they were written, without identical items", (read) =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* read({ order: "completion", after: -1, limit: 9 }), [2, 0, 1])
    assert.deepStrictEqual(yield* read({ order: "completion", after: 0, limit: 1 }), [0])
    assert.deepStrictEqual(yield* read({ order: "completion", after: -1, limit: 1, only: "answered" }), [0])
    assert.deepStrictEqual(yield* read({ order: "completion", after: 2, limit: 9 }), [])
  }))

test("identical items are read alone, in the order of the items", (read) =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* read({ order: "identical", after: -1, limit: 9, skipOpen: true }), [3])
    assert.deepStrictEqual(yield* read({ order: "identical", after: 3, limit: 9, skipOpen: true }), [])
  }))

it.effect("outcomes after an open item are read where open items are skipped", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [3])
    const claimed = yield* claim(key, 0, "w")
    yield* ledger.commit("w", [answer(claimed, 1)])
    const query = { order: "items", after: -1, limit: 9 } as const
    assert.deepStrictEqual(yield* ledger.outcomes(key, query), [])
    assert.deepStrictEqual((yield* ledger.outcomes(key, { ...query, skipOpen: true })).map(({ seq }) => seq), [1])
  }).pipe(Effect.provide(Ledger.layerMemory)))

it.effect("an identical item has its own text and the outcome of the earlier one", () =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const key = yield* loaded("a", [2], { 1: 0 })
    const claimed = yield* claim(key, 0, "w")
    yield* ledger.commit("w", [answer(claimed, 0)])
    const outcomes = yield* ledger.outcomes(key, { order: "items", after: -1, limit: 9 })
    const shared = {
      position: 0,
      failed: false,
      body: "\"answer 0\"",
      asked: 1,
      promptTokens: 10,
      completionTokens: 2
    }
    assert.deepStrictEqual(outcomes, [
      { seq: 0, identical: false, item: "0", ...shared },
      { seq: 1, identical: true, item: "1", ...shared }
    ])
  }).pipe(Effect.provide(Ledger.layerMemory)))
