import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { type Database, type DatabaseError, openDatabase } from "./database.ts"

/** The database of an emulator: events, judges, campaigns, datasets, files and batch jobs. */
export class EmulatorDatabase extends Context.Service<EmulatorDatabase, Database>()(
  "@effect-mistral/emulator/internal/EmulatorDatabase"
) {}

/**
 * Opens the database at a path (`:memory:` for none on disk), and closes it with the scope. What is wrong with it later is
 * said on the terminal.
 */
export const layerDatabase = (path: string): Layer.Layer<EmulatorDatabase, DatabaseError> =>
  Layer.effect(
    EmulatorDatabase,
    Effect.flatMap(Console.Console, (console) => openDatabase(path, (sentence) => console.error(sentence)))
  )
