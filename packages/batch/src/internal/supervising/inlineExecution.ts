import * as Effect from "effect/Effect"
import * as FiberMap from "effect/FiberMap"
import type { Scope } from "effect/Scope"
import type * as BatchRoute from "../../BatchRoute.ts"
import type * as Ledger from "../../LedgerModel.ts"
import type { Worker } from "../work/worker.ts"
import type { Signals } from "./signals.ts"
import { supervise } from "./supervise.ts"

/** What executes the runs of batches. */
export interface Execution {
  /** Sees to it that a run is supervised, and returns before it is over. A run that is executed already goes on. */
  readonly execute: (batch: Ledger.Batch) => Effect.Effect<void>
}

/** Executes runs as fibers of this process, without an engine. */
export interface InlineExecution extends Execution {
  readonly isRunning: (batch: Ledger.Batch) => boolean
  /** Stops the run of a batch in this process, as far as it runs here. Requests in flight may finish. */
  readonly stop: (batch: Ledger.Batch) => Effect.Effect<void>
}

export interface ExecutionParts {
  readonly ledger: Ledger.Service
  readonly route: BatchRoute.Service
  readonly worker: Worker
  readonly signals: Signals
}

const inlinePrefix = "inline/"

/** Whether a supervisor runs its batches as fibers of its process. Such a run ends with its process. */
export const isInlineSupervisor = (supervisor: string): boolean => supervisor.startsWith(inlinePrefix)

/** The fibers live in the scope. */
export const makeInlineExecution = (
  { ledger, route, signals, worker }: ExecutionParts
): Effect.Effect<InlineExecution, never, Scope> =>
  Effect.map(FiberMap.make<string>(), (runs): InlineExecution => {
    const superviseInline = ({ key, run }: Ledger.Batch) => {
      const runPart = (part: number) =>
        worker.runPart(key, part, run).pipe(
          Effect.catchTag("LedgerError", ({ message }) => Effect.logError(message)),
          Effect.ensuring(Effect.sync(() => signals.notify(key)))
        )
      return supervise({
        ledger,
        signals,
        key,
        run,
        supervisor: inlinePrefix + worker.id,
        window: route.window,
        dispatcher: Effect.map(FiberMap.make<number>(), (fibers) =>
          Effect.forEach((part) =>
            FiberMap.run(fibers, part, runPart(part), { onlyIfMissing: true }), {
            discard: true
          }))
      })
    }
    return {
      execute: (batch) =>
        Effect.asVoid(FiberMap.run(runs, nameOf(batch), superviseInline(batch), { onlyIfMissing: true })),
      isRunning: (batch) =>
        FiberMap.hasUnsafe(runs, nameOf(batch)),
      stop: (batch) => FiberMap.remove(runs, nameOf(batch))
    }
  })

const nameOf = ({ key, run }: Ledger.Batch): string => `${key}/${run}`
