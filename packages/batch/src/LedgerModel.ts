/**
 * What a ledger holds, and its operations. They are exported by `Ledger`, too.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type { LedgerError } from "./BatchError.ts"
import type { Fingerprint } from "./internal/definition/definition.ts"

/**
 * What a batch does: `running`, `paused` (`reason` says why), `cancelled`, or `completed` (each item is answered or failed).
 *
 * @category models
 * @since 0.1.0
 */
export type State = "running" | "paused" | "cancelled" | "completed"

/**
 * The settings of a batch, which `Batches.start` writes down and `Batches.resume` may change.
 *
 * @category models
 * @since 0.1.0
 */
export interface Settings {
  /** How often an item is asked before it fails, at least 1. Default: 4. */
  readonly maxAttempts?: number | undefined
  /** Pauses the batch when it has used so many tokens, or cost so much at `rates`. */
  readonly budget?: { readonly tokens?: number | undefined; readonly cost?: number | undefined } | undefined
  /** The price of a million tokens, in any currency. */
  readonly rates?: { readonly prompt: number; readonly completion: number } | undefined
  /**
   * Pauses the batch when more than this share of the items that were done has failed, once `atLeast` have failed. Default:
   * a half, once 20 have failed. `false` never pauses.
   */
  readonly pauseOnFailures?: { readonly share: number; readonly atLeast: number } | false | undefined
}

/**
 * The numbers of a batch. All of them are written in the transaction that writes the answers, so that they are true after
 * a kill.
 *
 * *Details*: `items` = `answered` + `failed` + `identical` + those that are open. `identical` items have the prompt of an
 * earlier item, and are not asked. `asked` is the number of requests whose end is known, with repeated ones.
 * `perhapsPaidTwice` is the number of requests that may have been answered and paid without a trace: those that a killed
 * process had sent, those whose answer was lost, and answers to an item that had one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Counts {
  readonly items: number
  readonly identical: number
  readonly answered: number
  readonly failed: number
  readonly asked: number
  readonly perhapsPaidTwice: number
  readonly promptTokens: number
  readonly completionTokens: number
}

/**
 * A batch as the ledger keeps it. Times are in milliseconds since the epoch.
 *
 * *Details*: `run` counts the starts and resumptions; work of an earlier run stops. `loaded` is true when all items are
 * written. `supervisedAt` is the last time when a process said that it hands out the parts, `supervisor` its id.
 *
 * @category models
 * @since 0.1.0
 */
export interface Batch extends Counts {
  readonly key: number
  readonly id: string
  readonly fingerprint: Fingerprint
  readonly settings: Settings
  readonly state: State
  readonly reason: string | null
  readonly run: number
  readonly partSize: number
  readonly parts: number
  readonly loaded: boolean
  readonly createdAt: number
  readonly endedAt: number | null
  readonly supervisor: string | null
  readonly supervisedAt: number | null
}

/**
 * A batch that is to be written. `partSize` is the number of items in a part.
 *
 * @category models
 * @since 0.1.0
 */
export interface NewBatch extends Pick<Batch, "id" | "fingerprint" | "settings" | "partSize"> {}

/**
 * An item that is to be written. `hash` (32 bits, signed) is that of its request, and finds items of the same prompt. `sameAs`
 * is the `seq` of the earlier item with the same prompt.
 *
 * @category models
 * @since 0.1.0
 */
export interface NewItem {
  readonly item: string
  readonly hash: number
  readonly sameAs: number | null
}

/**
 * A part of a batch: the items from `first` to `last`. `seq` of the first item of a batch is 0, `part` of the first part is 0.
 *
 * @category models
 * @since 0.1.0
 */
export interface Part {
  readonly part: number
  readonly first: number
  readonly last: number
  /** A hash of the items and requests, an integer of up to 53 bits, by which a start with other items is noticed. */
  readonly hash: number
}

/**
 * What the jobs route has done for a part: the file that it uploaded, and the job that it created.
 *
 * *Details*: `attempt` is the number of the job among those of the part, from 1, and is never used twice: it is in the
 * metadata by which the job is found. The ids of several files are separated by commas. A step without a file and a job says that
 * the job before it has ended, and that its outcomes are written.
 *
 * @category models
 * @since 0.1.0
 */
export interface JobStep {
  readonly attempt: number
  readonly fileId: string | null
  readonly jobId: string | null
}

/**
 * A part that a worker has claimed. `claim` is the number of the claim; whoever claims the part later has a higher one. `items`
 * are those without an answer or a failure, without identical ones. `hash` of an item is that of `NewItem`: the worker compares
 * it with the request that it makes, so that a changed definition is noticed whatever is left of the part.
 *
 * @category models
 * @since 0.1.0
 */
export interface Claim extends Part {
  readonly batch: Batch
  readonly claim: number
  readonly job: JobStep | null
  readonly items: ReadonlyArray<{ readonly seq: number; readonly item: string; readonly hash: number }>
}

/**
 * What requests have cost.
 *
 * *Details*: `asked` is the number of requests that have ended, `doubtful` how many of these may have been paid without an answer.
 *
 * @category models
 * @since 0.1.0
 */
export interface Cost {
  readonly asked: number
  readonly doubtful: number
  readonly promptTokens: number
  readonly completionTokens: number
}

/**
 * The outcome of an item: an answer (`body` is its JSON text), or a failure (`body` is that of a `BatchError.ItemFailure`).
 *
 * *Details*: its cost is that of all requests that were sent for it. `charged` is the part of it that `charge` has counted
 * already. An outcome for an item that has one already is not written; its requests count as perhaps paid twice.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outcome extends Cost {
  readonly key: number
  readonly part: number
  readonly claim: number
  readonly seq: number
  readonly failed: boolean
  readonly body: string
  readonly charged?: Cost | undefined
}

/**
 * What a commit found: the batches of the outcomes as they are now, and the parts that this worker has no more, because
 * another one claimed them.
 *
 * @category models
 * @since 0.1.0
 */
export interface Committed {
  readonly batches: ReadonlyArray<Batch>
  readonly lost: ReadonlyArray<{ readonly key: number; readonly part: number; readonly claim: number }>
}

/**
 * The outcome of an item with the item itself, as it is read back. Identical items have the outcome of the earlier one.
 *
 * @category models
 * @since 0.1.0
 */
export interface StoredOutcome {
  readonly seq: number
  /** The order in which outcomes were written, from 0 with gaps. An identical item has that of the earlier item. */
  readonly position: number
  readonly identical: boolean
  readonly item: string
  readonly failed: boolean
  readonly body: string
  readonly asked: number
  readonly promptTokens: number
  readonly completionTokens: number
}

/**
 * Which outcomes are read, in which order.
 *
 * *Details*: `items` is the order of the items; `after` is then the last `seq` that was read, and the page ends before the first
 * item that has no outcome. `completion` is the order in which outcomes were written; `after` is then the last `position`, and
 * identical items are left out. `identical` are the identical items alone, in the order of the items. `after` is -1 at the start.
 *
 * @category models
 * @since 0.1.0
 */
export interface OutcomeQuery {
  readonly order: "items" | "completion" | "identical"
  readonly after: number
  readonly limit: number
  readonly only?: "answered" | "failed" | undefined
  /** Whether a page goes on after items that have no outcome. Always true with `only`. */
  readonly skipOpen?: boolean | undefined
}

/**
 * The operations of a ledger.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Writes a new batch with run 1, or returns the one that has this id. `created` tells them apart. */
  readonly create: (batch: NewBatch) => Effect.Effect<{ readonly batch: Batch; readonly created: boolean }, LedgerError>
  readonly find: (id: string) => Effect.Effect<Option.Option<Batch>, LedgerError>
  readonly fetch: (key: number) => Effect.Effect<Option.Option<Batch>, LedgerError>
  /** All batches, the newest first. */
  readonly list: Effect.Effect<ReadonlyArray<Batch>, LedgerError>
  /** Deletes a batch with all that belongs to it. */
  readonly remove: (key: number) => Effect.Effect<void, LedgerError>

  /**
   * Writes the next part with its items, in one transaction. A part that is there already is left as it is, and the one that
   * is there is returned.
   */
  readonly addPart: (
    key: number,
    part: Part,
    items: ReadonlyArray<NewItem>
  ) => Effect.Effect<Part, LedgerError>
  /** The parts that are written, from `from` on. */
  readonly parts: (key: number, from: number, limit: number) => Effect.Effect<ReadonlyArray<Part>, LedgerError>
  /** The first item of each prompt that has one of these hashes. Items that are identical to an earlier one are left out. */
  readonly itemsByHash: (
    key: number,
    hashes: ReadonlyArray<number>
  ) => Effect.Effect<ReadonlyArray<{ readonly hash: number; readonly seq: number; readonly item: string }>, LedgerError>
  /** Says that all items are written. */
  readonly finishLoading: (key: number) => Effect.Effect<void, LedgerError>

  /**
   * Changes the state of a batch, if it is one of `from`. Returns the batch as it is then. `newRun` begins a new run: parts that
   * are not done become open. `completed` and `cancelled` write the end time; `running` clears it and the reason.
   */
  readonly setState: (key: number, change: {
    readonly state: State
    readonly reason?: string | undefined
    readonly from: ReadonlyArray<State>
    readonly newRun?: boolean | undefined
    readonly settings?: Settings | undefined
  }) => Effect.Effect<Batch, LedgerError>
  /** Makes failed items open again, with the parts that hold them. Returns their number. */
  readonly reopenFailed: (key: number) => Effect.Effect<number, LedgerError>
  /**
   * Says that this process hands out the parts of a run, or with `null` that it no longer does. False if the run is over.
   */
  readonly supervise: (key: number, run: number, supervisor: string | null) => Effect.Effect<boolean, LedgerError>
  /**
   * The numbers of the parts that a run has to hand out, marked as handed out: up to so many that `window` parts of the batch are
   * handed out and not done. `again` also returns those that are handed out and not done, for a supervisor that begins.
   */
  readonly handOut: (
    key: number,
    run: number,
    window: number,
    again: boolean
  ) => Effect.Effect<{ readonly parts: ReadonlyArray<number>; readonly unfinished: number }, LedgerError>

  /**
   * Writes a worker down: a process that claims parts, and how many requests it sends at once. A worker that was not closed
   * died, and what it may have been asking counts as perhaps paid twice when its parts are claimed.
   */
  readonly openWorker: (
    worker: { readonly id: string; readonly concurrency: number }
  ) => Effect.Effect<void, LedgerError>
  readonly closeWorker: (id: string) => Effect.Effect<void, LedgerError>
  /** Claims a part for a worker. None where the part is done, or the batch is not in this run or not running. */
  readonly claim: (
    key: number,
    part: number,
    run: number,
    worker: string
  ) => Effect.Effect<Option.Option<Claim>, LedgerError>
  /**
   * Writes outcomes in one transaction, with the counts of their batches, and says which parts this worker has lost. Outcomes of
   * lost parts are written, too, unless the items have an outcome. With no outcomes it only looks: for the batches of the parts
   * that this worker has, and the parts that it lost.
   */
  readonly commit: (worker: string, outcomes: ReadonlyArray<Outcome>) => Effect.Effect<Committed, LedgerError>
  /**
   * Gives a part back: `done` if each of its items has an outcome. `doubtful` is the number of requests that were sent and
   * whose end nobody waits for, `asked` that of requests whose end is known, for items that stay open. Does nothing if the
   * claim was lost.
   */
  readonly release: (
    claim: { readonly key: number; readonly part: number; readonly claim: number },
    end: { readonly done: boolean; readonly doubtful: number; readonly asked?: number | undefined }
  ) => Effect.Effect<void, LedgerError>
  /**
   * Counts requests of an item that is asked again, before it waits for that: a process that is killed meanwhile knows no more of
   * them.
   */
  readonly charge: (key: number, cost: Cost) => Effect.Effect<void, LedgerError>
  /** Writes down how far the jobs route is with a part. False if the claim was lost. */
  readonly saveJob: (
    claim: { readonly key: number; readonly part: number; readonly claim: number },
    job: JobStep | null
  ) => Effect.Effect<boolean, LedgerError>

  readonly outcomes: (
    key: number,
    query: OutcomeQuery
  ) => Effect.Effect<ReadonlyArray<StoredOutcome>, LedgerError>
}
