import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Scope } from "effect/Scope"
import type { WorkflowEngine } from "effect/workflow/WorkflowEngine"
import type { LedgerError } from "../../BatchError.ts"
import type * as BatchRoute from "../../BatchRoute.ts"
import type * as Ledger from "../../LedgerModel.ts"
import type { Definition } from "../definition/definition.ts"
import { makeEngineExecution } from "../engine/engineExecution.ts"
import { makeInlineExecution } from "../supervising/inlineExecution.ts"
import { serialParts } from "../supervising/serialParts.ts"
import { makeSignals } from "../supervising/signals.ts"
import { makeWorker } from "../work/makeWorker.ts"
import type { Operations } from "./operations.ts"

/** What the operations of a process run on. */
export interface Foundation {
  readonly ledger: Ledger.Service
  readonly route: BatchRoute.Service
  readonly definitions: ReadonlyMap<string, Definition>
  readonly drain: Duration.Input | undefined
}

/** The definitions by their names. Throws if two have the same name: the ledger knows a definition by its name alone. */
export const byName = (
  batches: ReadonlyArray<{ readonly definition: Definition }>
): ReadonlyMap<string, Definition> => {
  const definitions = new Map<string, Definition>()
  for (const { definition } of batches) {
    const { name } = definition
    const other = definitions.get(name)
    if (other !== undefined && other !== definition) {
      throw new Error(
        `Two definitions of batches have the name ${JSON.stringify(name)}. Give one of them another name.`
      )
    }
    definitions.set(name, definition)
  }
  return definitions
}

/** Opens a worker whose parts are fibers of this process. */
export const makeInlineOperations = (foundation: Foundation): Effect.Effect<Operations, LedgerError, Scope> =>
  Effect.gen(function*() {
    const made = yield* makeWorker(foundation)
    const worker = { ...made, runPart: serialParts(made) }
    const signals = makeSignals()
    const inline = yield* makeInlineExecution({ ...foundation, worker, signals })
    return { ...foundation, worker, signals, inline, engine: undefined, loading: new Map() }
  })

/** Opens a worker whose parts the engine hands out. */
export const makeEngineOperations = (
  foundation: Foundation
): Effect.Effect<Operations, LedgerError, Scope | WorkflowEngine> =>
  Effect.gen(function*() {
    const operations = yield* makeInlineOperations(foundation)
    return { ...operations, engine: yield* makeEngineExecution({ ...foundation, ...operations }) }
  })
