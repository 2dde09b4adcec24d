import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Scope } from "effect/Scope"
import * as Activity from "effect/workflow/Activity"
import * as Workflow from "effect/workflow/Workflow"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import { type Execution, type ExecutionParts } from "../supervising/inlineExecution.ts"
import { supervise } from "../supervising/supervise.ts"
import { patience } from "../supervising/untilLedgerWorks.ts"

/**
 * A run of a batch. `createdAt` tells apart batches that had the same key, one after the other: an engine never executes the
 * same execution twice, and may outlive the tables of the ledger.
 */
const Run = { key: Schema.Int, createdAt: Schema.Number, run: Schema.Int }

const BatchWorkflow = Workflow.make("@effect-mistral/batch/Batch", {
  payload: Run,
  idempotencyKey: ({ createdAt, key, run }) => `${key}/${createdAt}/${run}`
})

const PartWorkflow = Workflow.make("@effect-mistral/batch/Part", {
  payload: { ...Run, part: Schema.Int },
  idempotencyKey: ({ createdAt, key, part, run }) => `${key}/${createdAt}/${run}/${part}`
})

/**
 * Executes runs by Effect's engine: a workflow supervises a run, and each part has a workflow of its own, so that parts are
 * spread over all processes. Their messages hold numbers alone. The workflows are registered for as long as the scope is
 * open.
 *
 * Both activities are interruptible. The cluster runs activities in an uninterruptible region, and would otherwise wait for
 * their end before a shard can move or the process can stop. They are interrupted, not answered, and so another process
 * goes on with them.
 */
export const makeEngineExecution = (
  { ledger, route, signals, worker }: ExecutionParts
): Effect.Effect<Execution, never, WorkflowEngine.WorkflowEngine | Scope> =>
  Effect.gen(function*() {
    const engine = yield* WorkflowEngine.WorkflowEngine
    let stopping = false

    yield* engine.register(PartWorkflow, ({ key, part, run }) =>
      Activity.make({
        name: "ask",
        execute: Effect.suspend(() => stopping ? Effect.never : worker.runPart(key, part, run)).pipe(
          // The worker has paused the batch.
          Effect.catchTag("LedgerError", ({ message }) => Effect.logError(message)),
          Effect.ensuring(Effect.sync(() => signals.notify(key))),
          Effect.interruptible
        )
      }))

    yield* engine.register(BatchWorkflow, ({ createdAt, key, run }) =>
      Activity.make({
        name: "supervise",
        execute: supervise({
          ledger,
          signals,
          key,
          run,
          supervisor: worker.id,
          window: route.window,
          dispatcher: Effect.succeed((parts) =>
            Effect.forEach(
              parts,
              (part) =>
                untilEngineWorks(
                  PartWorkflow.execute({ key, createdAt, run, part }, { discard: true, detached: true })
                ),
              { discard: true }
            ).pipe(Effect.provideService(WorkflowEngine.WorkflowEngine, engine))
          )
        }).pipe(Effect.interruptible)
      }))

    // The requests in flight end before the workflows are withdrawn, while the engine still works.
    yield* Effect.addFinalizer(() => {
      stopping = true
      return worker.stop
    })

    return {
      execute: ({ createdAt, key, run }) =>
        BatchWorkflow.execute({ key, createdAt, run }, { discard: true }).pipe(
          Effect.asVoid,
          Effect.provideService(WorkflowEngine.WorkflowEngine, engine)
        )
    }
  })

/** The engine's failures are defects. A part that is not dispatched would never be asked, so it is tried until it works. */
const untilEngineWorks = <A, R>(dispatch: Effect.Effect<A, never, R>): Effect.Effect<A, never, R> =>
  dispatch.pipe(
    Effect.catchDefect((defect) =>
      Effect.andThen(Effect.logWarning("The engine did not take a part, which is tried again"), Effect.fail(defect))
    ),
    Effect.retry(patience),
    Effect.orDie
  )
