/**
 * How far a durable batch is: its counts, its cost, its rate and the time that is left.
 *
 * ```ts
 * import { BatchProgress } from "@effect-mistral/batch"
 *
 * // Shows a batch on the terminal until it is completed, cancelled or paused.
 * export const watch = (id: string) => BatchProgress.show(BatchProgress.make(id))
 * ```
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Stdio } from "effect/Stdio"
import * as Stream from "effect/Stream"
import type { Batch } from "./Batch.ts"
import { BatchNotFound, type InvalidItem, type LedgerError, type RequestFailed } from "./BatchError.ts"
import { display } from "./internal/progress/display.ts"
import type { Estimate, EstimateOptions } from "./internal/progress/estimate.ts"
import { estimateItems } from "./internal/progress/estimateItems.ts"
import { formatProgress } from "./internal/progress/formatProgress.ts"
import { makeReport } from "./internal/progress/makeReport.ts"
import type { Progress, Report } from "./internal/progress/progress.ts"
import { watchBatch } from "./internal/progress/watchBatch.ts"
import * as Ledger from "./Ledger.ts"

export type { Estimate, EstimateOptions } from "./internal/progress/estimate.ts"

export type { Progress, Report, Usage } from "./internal/progress/progress.ts"

/**
 * Makes the report of a batch of the ledger.
 *
 * @category constructors
 * @since 0.1.0
 */
export const report: (batch: Ledger.Batch) => Report = makeReport

/**
 * Watches a batch: gives its progress at once, and again after each `interval` (default: 500 milliseconds). The stream ends with
 * the progress that says that the batch is completed, cancelled or paused.
 *
 * *Details*: it only reads the ledger, so that it watches batches that other processes run, too.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  id: string,
  { interval = "500 millis" }: { readonly interval?: Duration.Input | undefined } = {}
): Stream.Stream<Progress, LedgerError | BatchNotFound, Ledger.Ledger> =>
  Stream.unwrap(Effect.map(Ledger.Ledger, (ledger) =>
    watchBatch(
      Effect.flatMap(
        ledger.find(id),
        Option.match({ onNone: () => Effect.fail(new BatchNotFound({ id })), onSome: Effect.succeed })
      ),
      interval
    )))

/**
 * Writes progress as one line, the most important first: `sentiments 42.0% | 4,200 of 10,000 | 3 failed | 4m 10s left`.
 *
 * @category formatting
 * @since 0.1.0
 */
export const format: (progress: Progress) => string = formatProgress

/**
 * Shows progress on standard error until the stream ends: one line that is written over in place if standard error is a
 * terminal, and otherwise a line every 10 seconds, as for a log file. The last progress is always shown.
 *
 * *Details*: standard output stays free for results. The line is cut to the width of the terminal, which comes from the
 * `Terminal` if there is one, and is 80 characters otherwise. `NodeServices.layer` of `@effect/platform-node` has
 * both services. A failure to write is ignored: a display must not stop a batch.
 *
 * @category running
 * @since 0.1.0
 */
export const show: <E, R>(progress: Stream.Stream<Progress, E, R>) => Effect.Effect<void, E, R | Stdio> = display

/**
 * Estimates a batch before anything is asked or written: how many requests it has, and what they cost.
 *
 * *Details*: tokens of prompts are estimated by the length of their texts: a token for four Latin characters, more for other
 * scripts, and one for three characters of tools and schemas. It is a rule of thumb, without a tokenizer. Repeated requests
 * are not in the estimate.
 *
 * *Gotchas*: the items are read once for it, so give a source that can be read again. Identical items are found by a number
 * for each prompt, of which eight million are kept (about 500 MiB): after so many, further prompts count as different.
 *
 * @category running
 * @since 0.1.0
 */
export const estimate: <Item, Answer, E = never, R = never>(
  batch: Batch<Item, Answer>,
  items: Iterable<Item> | Stream.Stream<Item, E, R>,
  options?: EstimateOptions
) => Effect.Effect<Estimate, InvalidItem | RequestFailed | E, R> = estimateItems
