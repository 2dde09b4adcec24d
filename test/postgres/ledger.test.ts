import { Ledger } from "@effect-mistral/batch"
import { PgClient } from "@effect/sql-pg"
import { describe } from "@effect/vitest"
import { Layer, Redacted } from "effect"
import { inject } from "vitest"
import { ledgerLaws } from "../../packages/batch/test/durable/ledger/laws.ts"

const url = inject("postgresUrl")

describe.skipIf(url === "")("the ledger on PostgreSQL", () => {
  ledgerLaws(Ledger.layer.pipe(Layer.provide(PgClient.layer({ url: Redacted.make(url) })), Layer.orDie))
})
