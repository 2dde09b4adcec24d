/** Opens the database of the argument, says so, and keeps it open until the process is killed. */
import * as SqliteClient from "@effect-mistral/node/SqliteClient"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

Console.log("open").pipe(
  Effect.andThen(Effect.never),
  Effect.provide(SqliteClient.layer({ filename: process.argv[2] ?? "" })),
  Effect.runFork
)

setInterval(() => {}, 60_000)
