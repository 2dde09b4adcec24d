import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Semaphore from "effect/Semaphore"
import { BatchNotFound, DefinitionChanged, type LedgerError, NotRegistered } from "../../BatchError.ts"
import type * as BatchRoute from "../../BatchRoute.ts"
import type * as Ledger from "../../LedgerModel.ts"
import type { Definition, Fingerprint } from "../definition/definition.ts"
import type { Execution, InlineExecution } from "../supervising/inlineExecution.ts"
import type { Signals } from "../supervising/signals.ts"
import type { Worker } from "../work/worker.ts"

/** What the operations on batches need. */
export interface Operations {
  readonly ledger: Ledger.Service
  readonly route: BatchRoute.Service
  readonly worker: Worker
  /** The definitions that this process can run, by their names. */
  readonly definitions: ReadonlyMap<string, Definition>
  readonly signals: Signals
  /** Executes runs by the engine, if there is one. */
  readonly engine: Execution | undefined
  readonly inline: InlineExecution
  /** The locks under which items are loaded, by the keys of batches. */
  readonly loading: Map<number, Semaphore.Semaphore>
}

export const findBatch = (
  { ledger }: Operations,
  id: string
): Effect.Effect<Ledger.Batch, LedgerError | BatchNotFound> =>
  Effect.flatMap(
    ledger.find(id),
    Option.match({ onNone: () => Effect.fail(new BatchNotFound({ id })), onSome: Effect.succeed })
  )

/** Fails unless this process can run batches that were started by the definition of this fingerprint. */
export const checkRegistered = (
  { definitions }: Operations,
  id: string,
  fingerprint: Fingerprint
): Effect.Effect<void, NotRegistered | DefinitionChanged> => {
  const registered = definitions.get(fingerprint.name)
  return registered === undefined
    ? Effect.fail(new NotRegistered({ name: fingerprint.name }))
    : checkUnchanged(id, fingerprint, registered.fingerprint)
}

export const checkUnchanged = (
  id: string,
  before: Fingerprint,
  now: Fingerprint
): Effect.Effect<void, DefinitionChanged> => {
  const changed = (["name", "version", "endpoint", "item", "answer"] as const).filter((key) => before[key] !== now[key])
  return changed.length === 0 ? Effect.void : Effect.fail(new DefinitionChanged({ id, changed }))
}
