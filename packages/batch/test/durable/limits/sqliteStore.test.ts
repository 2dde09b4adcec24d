/** The `RateLimiterStore` over SQLite does what Effect's store in memory does. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import { makeSqlStore } from "../../../src/internal/limits/sqlStore.ts"
import { timeOfDialect } from "../../../src/internal/limits/storeTime.ts"
import { layerSqlite } from "./sqlite.ts"
import { Adapting, Counting, expiries, kinds, sameAsMemory, tally } from "./storeLaws.ts"

const store = makeSqlStore(timeOfDialect)

layer(layerSqlite)("the store over SQLite", (it) => {
  const seen = tally()

  it.effect.prop(
    "counts in windows and buckets as Effect's store in memory",
    { operations: Counting },
    ({ operations }) => Effect.map(sameAsMemory(store, operations), (results) => results.forEach(seen.count)),
    { arbitrary: { runs: 300 } }
  )

  it.effect.prop(
    "learns limits from refusals as Effect's store in memory",
    { operations: Adapting },
    ({ operations }) => Effect.map(sameAsMemory(store, operations), (results) => results.forEach(seen.count)),
    { arbitrary: { runs: 300 } }
  )

  it.effect("forgets a state when Effect's store in memory does, to the millisecond", () =>
    Effect.gen(function*() {
      for (const [state, operations] of expiries) {
        const results = yield* sameAsMemory(store, operations)
        assert.isAtLeast(results.length, 3, state)
      }
    }))

  it("does so in all states: each was seen", () => {
    assert.deepStrictEqual(seen.seen(3), kinds)
  })
})
