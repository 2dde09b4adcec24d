/** Node's own transport, and a database in memory. */
import { Embedding, Embeddings, MistralClient } from "@effect-mistral/core"
import { SqliteClient, UndiciHttpClient } from "@effect-mistral/node"
import { Effect, Layer, Redacted } from "effect"
import { SqlClient } from "effect/sql"
import { print } from "./client.ts"

const [baseUrl = "", apiKey = ""] = process.argv.slice(2)

const program = Effect.gen(function*() {
  const response = yield* Embeddings.create({ model: "mistral-embed", input: "one" })
  const sql = yield* SqlClient.SqlClient
  const [row] = yield* sql<{ readonly sum: number }>`SELECT 1 + 2 AS sum`
  return [Embedding.vectors(response).length, row?.sum]
})

const Live = Layer.merge(
  Embeddings.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make(apiKey), baseUrl })),
    Layer.provide(UndiciHttpClient.layer)
  ),
  SqliteClient.layer({ filename: ":memory:" })
)

print(await Effect.runPromise(Effect.provide(program, Live)))
