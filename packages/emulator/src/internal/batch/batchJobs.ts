import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import type * as Scope from "effect/Scope"
import { CurrentScope, type ScriptRules, withScript } from "../script/currentScript.ts"
import type { Settings } from "../settings/settings.ts"
import type { Database } from "../storage/database.ts"
import { ifAvailable, whileAvailable } from "../storage/databaseTrouble.ts"
import { EmulatorDatabase } from "../storage/emulatorDatabase.ts"
import { runJob } from "./jobRun.ts"
import { removeAllLeftovers, unfinishedJobs } from "./jobStore.ts"

/** The jobs of an emulator. */
export interface BatchJobs {
  readonly database: Database
  /** Runs a job in the background, by the rules of the scope in which it is first started. It stops with the emulator, and is resumed when the database is opened again. */
  readonly start: (id: string) => Effect.Effect<void>
  /** Stops a job, and returns when it does nothing any more. What it has done stays. */
  readonly stop: (id: string) => Effect.Effect<void>
}

/** Makes the jobs of an emulator, and resumes those that an earlier process left. They stop with the scope. */
export const makeBatchJobs = Effect.fnUntraced(
  function*(
    settings: Settings,
    rules: ScriptRules
  ): Effect.fn.Return<BatchJobs, never, EmulatorDatabase | Scope.Scope> {
    const database = yield* EmulatorDatabase
    const fibers = yield* FiberMap.make<string>()
    // Rules of a scope do not outlive the process, so the scopes of its jobs need not either.
    const scopes = new Map<string, string | undefined>()
    const start = Effect.fnUntraced(function*(id: string) {
      if (!scopes.has(id)) scopes.set(id, yield* CurrentScope)
      const run = Effect.tap(whileAvailable(runJob(database, settings, id)), () => Effect.sync(() => scopes.delete(id)))
      yield* FiberMap.run(fibers, id, withScript(rules, scopes.get(id))(run), { startImmediately: false })
    })
    yield* ifAvailable(Effect.sync(() => removeAllLeftovers(database)))
    yield* Effect.forEach(unfinishedJobs(database), start, { discard: true })
    return { database, start, stop: (id) => FiberMap.remove(fibers, id) }
  }
)
