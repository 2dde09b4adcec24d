import type * as Ledger from "../../LedgerModel.ts"
import { memoryClaims } from "./memoryClaims.ts"
import { memoryCommits } from "./memoryCommits.ts"
import { memoryLoading } from "./memoryLoading.ts"
import { memoryOutcomes } from "./memoryOutcomes.ts"
import { memoryRuns } from "./memoryRuns.ts"
import { makeTables } from "./memoryTables.ts"

/** Makes an empty ledger in memory. Each operation is synchronous, and so a transaction. */
export const makeMemoryLedger = (): Ledger.Service => {
  const tables = makeTables()
  return {
    ...memoryLoading(tables),
    ...memoryRuns(tables),
    ...memoryClaims(tables),
    ...memoryCommits(tables),
    ...memoryOutcomes(tables)
  }
}
