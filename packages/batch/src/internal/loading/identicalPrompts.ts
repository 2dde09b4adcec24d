import * as Effect from "effect/Effect"
import type { LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import type { Definition } from "../definition/definition.ts"
import { noRequest } from "../definition/requestHash.ts"
import { type Entry, requestText } from "./entry.ts"

/** The earlier items of the batch that have one of these hashes. */
type Find = (hashes: ReadonlyArray<number>) => ReturnType<Ledger.Service["itemsByHash"]>

/**
 * Finds items whose request is the same text as that of an earlier item. A table of 2^26 bits knows which hashes have not come
 * yet, so that most items need no look into the ledger. Its 8 MiB do not grow with the batch.
 */
export class IdenticalPrompts {
  readonly #definition: Definition
  readonly #find: Find
  readonly #seen = new Uint32Array(2 ** 21)

  constructor(definition: Definition, find: Find) {
    this.#definition = definition
    this.#find = find
  }

  /** Sets `sameAs` of the entries of a part, whose first item is `first`. Parts are given in their order. */
  mark(entries: ReadonlyArray<Entry>, first: number): Effect.Effect<void, LedgerError> {
    const suspects = entries.filter((entry) => this.#mayHaveCome(entry))
    if (suspects.length === 0) return Effect.void
    if (first === 0) return Effect.sync(() => this.#compare(entries, suspects, first, []))
    return Effect.map(
      this.#find([...new Set(suspects.map(({ hash }) => hash))]),
      (found) => this.#compare(entries, suspects, first, found.filter(({ seq }) => seq < first))
    )
  }

  #mayHaveCome({ hash }: Entry): boolean {
    if (hash === noRequest) return false
    const bit = (hash ^ (hash >>> 26)) & 0x3ffffff
    const word = this.#seen[bit >>> 5] ?? 0
    const mask = 1 << (bit & 31)
    this.#seen[bit >>> 5] = word | mask
    return (word & mask) !== 0
  }

  #compare(
    entries: ReadonlyArray<Entry>,
    suspects: ReadonlyArray<Entry>,
    first: number,
    found: ReadonlyArray<{ readonly seq: number; readonly item: string }>
  ): void {
    const firsts = new Map<string, number>()
    for (const { item, seq } of found) {
      const request = requestText(this.#definition, item)
      if (request !== null && seq < (firsts.get(request) ?? Infinity)) firsts.set(request, seq)
    }
    const suspected = new Set(suspects.map(({ hash }) => hash))
    entries.forEach((entry, index) => {
      if (!suspected.has(entry.hash)) return
      const request = requestText(this.#definition, entry.item)
      if (request === null) return
      const earlier = firsts.get(request)
      if (earlier === undefined) firsts.set(request, first + index)
      else entry.sameAs = earlier
    })
  }
}
