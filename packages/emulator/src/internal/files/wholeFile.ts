import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type { Database } from "../storage/database.ts"
import { contentOf, fileRow } from "./fileStore.ts"

/** Makes a function that reads the whole content of a file; it gives `undefined` for a file that the API does not show. */
export const wholeFile = (database: Database) => (id: string): Effect.Effect<Uint8Array | undefined> =>
  Effect.map(
    Clock.currentTimeMillis,
    (now) => fileRow(database, id, now) === undefined ? undefined : Buffer.concat([...contentOf(database, id)])
  )
