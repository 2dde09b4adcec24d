import * as Effect from "effect/Effect"
import type { LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import { refused } from "../sql/ledgerError.ts"

/** The tables of a ledger in memory. */
export interface MemoryTables {
  readonly batches: Map<number, MemoryBatch>
  readonly keys: Map<string, number>
  readonly workers: Map<string, MemoryWorker>
  nextKey: number
}

/** A batch with all that belongs to it. `row` is replaced at each change, so that callers may keep what they were given. */
export interface MemoryBatch {
  row: Ledger.Batch
  readonly parts: Array<MemoryPart>
  /** By `seq`. */
  readonly items: Array<MemoryItem>
  /** The `seq` of items that are not identical to an earlier one, by their hash. */
  readonly seqsByHash: Map<number, Array<number>>
  /** The `seq` of items that are identical to an earlier one, in their order. */
  readonly identical: Array<number>
  /** In the order of `position`. */
  outcomes: Array<MemoryOutcome>
  nextPosition: number
}

/** A part. `worker` is the one that claimed it and has not given it back, in the run `claimRun`. */
export interface MemoryPart {
  readonly part: Ledger.Part
  state: "open" | "handedOut" | "done"
  claim: number
  claimRun: number
  worker: string | null
  job: Ledger.JobStep | null
}

export interface MemoryItem {
  readonly item: string
  readonly hash: number
  readonly sameAs: number | null
  outcome: MemoryOutcome | null
}

/** An outcome, with the claim of the worker that committed it. */
export type MemoryOutcome =
  & Pick<
    Ledger.StoredOutcome,
    "seq" | "position" | "failed" | "body" | "asked" | "promptTokens" | "completionTokens"
  >
  & { readonly claim: number }

/**
 * A worker. `chargeable` is how many more requests of it may count as perhaps paid twice. It is 0 for a worker that was never
 * opened, whose concurrency nobody knows.
 */
export interface MemoryWorker {
  concurrency: number
  chargeable: number
  /** What it has claimed and not given back, also if another worker has claimed it since. */
  readonly claims: Map<string, PartClaim>
}

export interface PartClaim {
  readonly key: number
  readonly part: number
  readonly claim: number
}

export const makeTables = (): MemoryTables => ({
  batches: new Map(),
  keys: new Map(),
  workers: new Map(),
  nextKey: 1
})

/** Whether an item is to be asked: it has no outcome, and is not identical to an earlier one. */
export const isOpen = ({ outcome, sameAs }: MemoryItem): boolean => outcome === null && sameAs === null

/** The items of a part that are open. */
export const openItems = ({ items }: MemoryBatch, { first, last }: Ledger.Part) => {
  const open: Array<Ledger.Claim["items"][number]> = []
  for (let seq = first; seq <= last; seq++) {
    const item = items[seq]
    if (item !== undefined && isOpen(item)) open.push({ seq, item: item.item, hash: item.hash })
  }
  return open
}

/** The part of a claim, unless another worker has claimed it since. */
export const partOfClaim = (tables: MemoryTables, { claim, key, part }: PartClaim): MemoryPart | undefined => {
  const found = tables.batches.get(key)?.parts[part]
  return found?.claim === claim ? found : undefined
}

export const workerOf = ({ workers }: MemoryTables, id: string): MemoryWorker => {
  const known = workers.get(id)
  if (known !== undefined) return known
  const worker: MemoryWorker = { concurrency: 0, chargeable: 0, claims: new Map() }
  workers.set(id, worker)
  return worker
}

export const partKey = ({ key, part }: { readonly key: number; readonly part: number }): string => `${key}/${part}`

/** Runs an operation on the batch of a key, or fails if there is none. */
export const withBatch = <A, E>(
  tables: MemoryTables,
  operation: string,
  key: number,
  run: (batch: MemoryBatch) => Effect.Effect<A, E>
): Effect.Effect<A, E | LedgerError> =>
  Effect.suspend((): Effect.Effect<A, E | LedgerError> => {
    const batch = tables.batches.get(key)
    return batch === undefined
      ? Effect.fail(refused(operation, "the batch was removed"))
      : run(batch)
  })
