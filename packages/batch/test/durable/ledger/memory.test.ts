import { Ledger } from "@effect-mistral/batch"
import { describe } from "@effect/vitest"
import { ledgerLaws } from "./laws.ts"

describe("the ledger in memory", () => {
  ledgerLaws(Ledger.layerMemory)
})
