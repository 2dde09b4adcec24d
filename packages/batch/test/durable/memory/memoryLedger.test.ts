import { Ledger } from "@effect-mistral/batch"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { answer, claim, get, loaded } from "./support.ts"

describe("a ledger in memory", () => {
  it.effect("writes nothing of a commit with an outcome of an item that is not asked", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const key = yield* loaded("a", [2], { 1: 0 })
      const claimed = yield* claim(key, 0, "w")
      for (const seq of [1, 2]) {
        const error = yield* Effect.flip(ledger.commit("w", [answer(claimed, 0), answer(claimed, seq)]))
        assert.strictEqual(error._tag, "LedgerError")
        assert.isFalse(error.isRetryable)
      }
      assert.strictEqual((yield* get(key)).asked, 0)
    }).pipe(Effect.provide(Ledger.layerMemory)))

  it.effect("gives batches that stay as they were when they were read", () =>
    Effect.gen(function*() {
      const ledger = yield* Ledger.Ledger
      const key = yield* loaded("a", [2])
      const before = yield* get(key)
      const claimed = yield* claim(key, 0, "w")
      yield* ledger.commit("w", [answer(claimed, 0)])
      yield* ledger.setState(key, { state: "paused", from: ["running"] })
      assert.deepInclude(before, { answered: 0, state: "running" })
      assert.deepInclude(yield* get(key), { answered: 1, state: "paused" })
    }).pipe(Effect.provide(Ledger.layerMemory)))
})
