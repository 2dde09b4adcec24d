import { Ledger } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { describe } from "@effect/vitest"
import { Layer } from "effect"
import { ledgerLaws } from "./laws.ts"

describe("the ledger on SQLite", () => {
  ledgerLaws(Ledger.layer.pipe(Layer.provide(SqliteClient.layer({ filename: ":memory:" })), Layer.orDie))
})
