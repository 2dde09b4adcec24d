import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Ledger from "../../LedgerModel.ts"
import { refused } from "../sql/ledgerError.ts"
import { type MemoryBatch, type MemoryTables, withBatch } from "./memoryTables.ts"

/** The operations that write batches with their items, and find them. */
export const memoryLoading = (
  tables: MemoryTables
): Pick<
  Ledger.Service,
  "create" | "find" | "fetch" | "list" | "remove" | "addPart" | "parts" | "itemsByHash" | "finishLoading"
> => ({
  create: (batch) =>
    Effect.map(Clock.currentTimeMillis, (now) => {
      const known = findById(tables, batch.id)
      if (known !== undefined) return { batch: known.row, created: false }
      const created = newBatch(tables.nextKey++, batch, now)
      tables.batches.set(created.row.key, created)
      tables.keys.set(batch.id, created.row.key)
      return { batch: created.row, created: true }
    }),
  find: (id) => Effect.sync(() => rowOf(findById(tables, id))),
  fetch: (key) => Effect.sync(() => rowOf(tables.batches.get(key))),
  list: Effect.sync(() => Array.from(tables.batches.values(), ({ row }) => row).toReversed()),
  remove: (key) =>
    Effect.sync(() => {
      const batch = tables.batches.get(key)
      if (batch === undefined) return
      tables.batches.delete(key)
      tables.keys.delete(batch.row.id)
    }),
  addPart: (key, part, items) =>
    withBatch(tables, "addPart", key, (batch) => {
      const known = batch.parts[part.part]
      if (known !== undefined) return Effect.succeed(known.part)
      const problem = misplaced(batch, part, items)
      return problem === undefined
        ? Effect.sync(() => addPart(batch, part, items))
        : Effect.fail(refused("addPart", problem))
    }),
  parts: (key, from, limit) =>
    Effect.sync(() => tables.batches.get(key)?.parts.slice(from, from + limit).map(({ part }) => part) ?? []),
  itemsByHash: (key, hashes) =>
    Effect.sync(() => {
      const batch = tables.batches.get(key)
      return batch === undefined ? [] : itemsByHash(batch, hashes)
    }),
  finishLoading: (key) =>
    withBatch(tables, "finishLoading", key, (batch) =>
      Effect.sync(() => {
        batch.row = { ...batch.row, loaded: true }
        // Only loading needs them.
        batch.seqsByHash.clear()
      }))
})

const findById = ({ batches, keys }: MemoryTables, id: string): MemoryBatch | undefined => {
  const key = keys.get(id)
  return key === undefined ? undefined : batches.get(key)
}

const rowOf = (batch: MemoryBatch | undefined): Option.Option<Ledger.Batch> => Option.fromUndefinedOr(batch?.row)

const newBatch = (key: number, batch: Ledger.NewBatch, now: number): MemoryBatch => ({
  row: {
    key,
    id: batch.id,
    fingerprint: batch.fingerprint,
    settings: batch.settings,
    partSize: batch.partSize,
    state: "running",
    reason: null,
    run: 1,
    parts: 0,
    loaded: false,
    createdAt: now,
    endedAt: null,
    supervisor: null,
    supervisedAt: null,
    items: 0,
    identical: 0,
    answered: 0,
    failed: 0,
    asked: 0,
    perhapsPaidTwice: 0,
    promptTokens: 0,
    completionTokens: 0
  },
  parts: [],
  items: [],
  seqsByHash: new Map(),
  identical: [],
  outcomes: [],
  nextPosition: 0
})

/** Says why a part cannot be the next one. */
const misplaced = (
  batch: MemoryBatch,
  { first, last, part }: Ledger.Part,
  items: ReadonlyArray<Ledger.NewItem>
): string | undefined => {
  if (batch.row.loaded) return "all items of the batch are written"
  if (part !== batch.parts.length || first !== batch.items.length) {
    return `part ${part} of items from ${first} is not the next one`
  }
  return items.length === 0 || last - first + 1 !== items.length
    ? `part ${part} has ${items.length} items, which does not fit its numbers`
    : undefined
}

const addPart = (batch: MemoryBatch, part: Ledger.Part, items: ReadonlyArray<Ledger.NewItem>): Ledger.Part => {
  let identical = 0
  for (const { hash, item, sameAs } of items) {
    const seq = batch.items.push({ item, hash, sameAs, outcome: null }) - 1
    if (sameAs === null) {
      const seqs = batch.seqsByHash.get(hash)
      if (seqs === undefined) batch.seqsByHash.set(hash, [seq])
      else seqs.push(seq)
    } else {
      batch.identical.push(seq)
      identical++
    }
  }
  batch.parts.push({ part, state: "open", claim: 0, claimRun: 0, worker: null, job: null })
  batch.row = {
    ...batch.row,
    parts: batch.parts.length,
    items: batch.items.length,
    identical: batch.row.identical + identical
  }
  return part
}

/** The items of some hashes, in their order. */
const itemsByHash = ({ items, seqsByHash }: MemoryBatch, hashes: ReadonlyArray<number>) =>
  [...new Set(hashes)]
    .flatMap((hash) => (seqsByHash.get(hash) ?? []).map((seq) => ({ hash, seq, item: items[seq]?.item ?? "" })))
    .sort((one, other) => one.seq - other.seq)
