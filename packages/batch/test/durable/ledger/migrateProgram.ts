/**
 * A process that makes the tables of a SQLite file that others have open, too, when its standard input says so.
 *
 * Run: node --conditions=@effect-mistral/source migrateProgram.ts FILE
 */
import * as SqliteClient from "@effect-mistral/node/SqliteClient"
import * as Effect from "effect/Effect"
import { once } from "node:events"
import { migrate } from "../../../src/internal/sql/migrate.ts"

const [filename = ":memory:"] = process.argv.slice(2)
process.stdout.write("ready\n")
await once(process.stdin, "data")
await Effect.runPromise(migrate.pipe(Effect.provide(SqliteClient.layer({ filename, exclusive: false }))))
process.exit(0)
