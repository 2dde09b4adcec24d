import * as Effect from "effect/Effect"
import { SqlClient } from "effect/sql/SqlClient"
import type { LedgerError } from "../../BatchError.ts"
import type { Service } from "../../LedgerModel.ts"
import { migrate } from "../sql/migrate.ts"
import { batchOperations } from "./batches.ts"
import { claimOperations } from "./claims.ts"
import { commitOperation } from "./commits.ts"
import { handingOutOperations } from "./handingOut.ts"
import { HeldClaims } from "./heldClaims.ts"
import { loadingOperations } from "./loading.ts"
import { makePrompts } from "./prompts.ts"
import { outcomesOperation } from "./readOutcomes.ts"
import { makeStore } from "./store.ts"

/** A ledger in a SQL database, whose tables are made first. */
export const sqlLedger: Effect.Effect<Service, LedgerError, SqlClient> = Effect.gen(function*() {
  yield* migrate
  const store = makeStore(yield* SqlClient)
  const held = new HeldClaims()
  return {
    ...batchOperations(store),
    ...loadingOperations(store, makePrompts(store)),
    ...handingOutOperations(store),
    ...claimOperations(store, held),
    ...commitOperation(store, held),
    ...outcomesOperation(store)
  }
})
