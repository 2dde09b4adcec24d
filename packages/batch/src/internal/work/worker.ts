import type * as Duration from "effect/Duration"
import type * as Effect from "effect/Effect"
import type { LedgerError } from "../../BatchError.ts"
import type * as BatchRoute from "../../BatchRoute.ts"
import type * as Ledger from "../../Ledger.ts"
import type { Definition } from "../definition/definition.ts"

/**
 * The worker of a process: it claims the parts that are handed out, lets the route ask for their items, and writes the outcomes.
 */
export interface Worker {
  /** The id by which the ledger knows this worker. It is random, so that a worker that was killed is told from the next one. */
  readonly id: string
  /**
   * Works on a part of a run. It succeeds when each item of the part has an outcome, or when the run is over: paused, cancelled
   * or followed by another run.
   *
   * *Details*: it waits while the process already works on `parts` parts, and while the ledger is away. An item never makes it
   * fail. What concerns all items pauses the batch: a definition that is not registered or has changed, and a defect of the
   * route. It fails where the ledger refuses to work, for a reason that waiting does not cure; the batch is paused then, if
   * that is possible. If another worker claims the part, it stops and waits until the run is over, so that the engine does not
   * take a part for done that the other worker has.
   *
   * *Gotchas*: interruption takes up to `drain`: no more requests are sent, and those in flight may finish. The part is then
   * given back. `stop` interrupts it, too.
   */
  readonly runPart: (key: number, part: number, run: number) => Effect.Effect<void, LedgerError>
  /**
   * Stops all parts as an interruption does, and closes the worker in the ledger. Parts that come later are interrupted at
   * once. Closing the scope of the worker does the same.
   */
  readonly stop: Effect.Effect<void>
}

/** What a worker is made of. */
export interface WorkerOptions {
  readonly ledger: Ledger.Service
  readonly route: BatchRoute.Service
  /** The definitions that this process can run, by their names. */
  readonly definitions: ReadonlyMap<string, Definition>
  /** How long requests in flight may go on when the worker is stopped. Default: 10 seconds. */
  readonly drain?: Duration.Input | undefined
  /**
   * How often the worker looks into the ledger, for batches that were paused and parts that were lost. Default: every second.
   */
  readonly lookEvery?: Duration.Input | undefined
}
