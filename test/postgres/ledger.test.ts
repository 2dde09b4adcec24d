/** The laws of the ledger on PostgreSQL, and clients that make its tables at once. */
import { Ledger } from "@effect-mistral/batch"
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { inject } from "vitest"
import { ledgerLaws } from "../../packages/batch/test/durable/ledger/laws.ts"

const url = inject("postgresUrl")

/** A client with connections of its own. */
const client = (database: string) =>
  Layer.fresh(PgClient.layer({ url: Redacted.make(url.replace(/\/[^/]*$/, `/${database}`)), maxConnections: 10 }))

describe.skipIf(url === "")("the ledger on PostgreSQL", () => {
  ledgerLaws(Ledger.layer.pipe(Layer.provide(client("postgres")), Layer.orDie))

  it.live("makes its tables once, when eight clients start at the same moment", () =>
    Effect.gen(function*() {
      yield* Effect.flatMap(SqlClient.SqlClient, (sql) => sql`CREATE DATABASE eight_ledgers`).pipe(
        Effect.provide(client("postgres"))
      )
      const open = Effect.flatMap(Ledger.Ledger, (ledger) => ledger.list).pipe(
        Effect.provide(Layer.fresh(Ledger.layer).pipe(Layer.provide(client("eight_ledgers"))))
      )
      const opened = yield* Effect.all(Array.from({ length: 8 }, () => open), { concurrency: 8 })
      assert.deepStrictEqual(opened, Array.from({ length: 8 }, () => []))
      const names = yield* Effect.flatMap(
        SqlClient.SqlClient,
        (sql) => sql<{ readonly name: string }>`SELECT name FROM mistral_batch_migrations ORDER BY migration_id`
      ).pipe(Effect.provide(client("eight_ledgers")))
      assert.deepStrictEqual(names.map(({ name }) => name), ["ledger", "rateLimit"])
    }))
})
