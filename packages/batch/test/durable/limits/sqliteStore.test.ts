/** The `RateLimiterStore` over SQLite does what Effect's store in memory does. */
import { afterAll, assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeSqlStore } from "../../../src/internal/limits/sqlStore.ts"
import { timeOfDialect } from "../../../src/internal/limits/storeTime.ts"
import { layerSqlite } from "./sqlite.ts"
import { Operations, sameAsMemory, tally } from "./storeLaws.ts"

const store = makeSqlStore(timeOfDialect)

describe("the store over SQLite", () => {
  const seen = tally()

  it.effect.prop(
    "gives the results of Effect's store in memory, whatever is done in whatever order",
    { operations: Operations },
    ({ operations }) =>
      Effect.map(sameAsMemory(store, operations), (results) => results.forEach(seen.count)).pipe(
        Effect.provide(layerSqlite)
      ),
    { arbitrary: { runs: 300 } }
  )
  afterAll(() => {
    console.log(seen.counts())
  })
})
