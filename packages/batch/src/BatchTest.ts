/**
 * Layers for tests of programs that run durable batches: everything in memory, on the test's clock.
 *
 * @since 0.1.0
 */
import * as Layer from "effect/Layer"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import * as Ledger from "./Ledger.ts"

/**
 * An engine and a ledger in memory.
 *
 * *When to use*: under `Batches.layer` in tests, with a route over a mock. Time is that of the `Clock`, so that `TestClock` runs
 * waits and schedules.
 *
 * *Gotchas*: each `Effect.provide` of the layer begins with an empty ledger. To test a program that is stopped and started
 * again, provide the layer once around both runs, or keep the batches in a file.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<WorkflowEngine.WorkflowEngine | Ledger.Ledger> = Layer.mergeAll(
  WorkflowEngine.layerMemory,
  Ledger.layerMemory
)
