/**
 * Layers for tests of programs that run durable batches: everything in memory, on the test's clock.
 *
 * @since 0.1.0
 */
import * as Layer from "effect/Layer"
import * as WorkflowEngine from "effect/workflow/WorkflowEngine"
import * as Ledger from "./Ledger.ts"
import * as Limits from "./Limits.ts"

/**
 * An engine, a ledger and limits in memory. The limits are without numbers: they obey the server's headers and a 429.
 *
 * *When to use*: under `Batches.layer` in tests, with a route over a mock. Time is that of the `Clock`, so that `TestClock` runs
 * waits, schedules and limits. To test limits of your own, provide `Limits.layerMemory` in its place.
 *
 * *Gotchas*: each `Effect.provide` of the layer begins with an empty ledger. To test a program that is stopped and started
 * again, provide the layer once around both runs, or keep the batches in a file.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<WorkflowEngine.WorkflowEngine | Ledger.Ledger | Limits.Limits> = Layer.mergeAll(
  WorkflowEngine.layerMemory,
  Ledger.layerMemory,
  Limits.layerMemory()
)
