import * as Context from "effect/Context"
import * as Layer from "effect/Layer"
import { type Database, type DatabaseError, openDatabase } from "./database.ts"

/** The database of an emulator: events, judges, campaigns, datasets, files and batch jobs. */
export class EmulatorDatabase extends Context.Service<EmulatorDatabase, Database>()(
  "@effect-mistral/emulator/internal/EmulatorDatabase"
) {}

/** Opens the database at a path (`:memory:` for none on disk), and closes it with the scope. */
export const layerDatabase = (path: string): Layer.Layer<EmulatorDatabase, DatabaseError> =>
  Layer.effect(EmulatorDatabase, openDatabase(path))
