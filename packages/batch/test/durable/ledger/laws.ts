import type { Ledger } from "@effect-mistral/batch"
import type { Layer } from "effect"
import { batchLaws } from "./batchLaws.ts"
import { claimLaws } from "./claimLaws.ts"
import { commitLaws } from "./commitLaws.ts"
import { loadingLaws } from "./loadingLaws.ts"
import { readingLaws } from "./readingLaws.ts"

/** Tests of what is true of every ledger. Each uses batches of its own, so that the ledger may outlive a test. */
export const ledgerLaws = (layer: Layer.Layer<Ledger.Ledger>): void => {
  batchLaws(layer)
  loadingLaws(layer)
  claimLaws(layer)
  commitLaws(layer)
  readingLaws(layer)
}
