import * as Effect from "effect/Effect"
import { DefinitionChanged, ItemsChanged, type LedgerError } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import { sameItems } from "./partHash.ts"

const pageSize = 1000

/** Reads the parts that an earlier start has written, in their order, page by page. */
export class StoredParts {
  readonly #ledger: Ledger.Service
  readonly #key: number
  #page: ReadonlyArray<Ledger.Part> = []
  #from = 0
  #ended = false

  constructor(ledger: Ledger.Service, key: number) {
    this.#ledger = ledger
    this.#key = key
  }

  /** The part of this number, or `undefined` if it is not written. Each call asks for the next part. */
  get(part: number): Effect.Effect<Ledger.Part | undefined, LedgerError> {
    const known = this.#page[part - this.#from]
    if (known !== undefined || this.#ended) return Effect.succeed(known)
    return Effect.map(this.#ledger.parts(this.#key, part, pageSize), (page) => {
      this.#page = page
      this.#from = part
      this.#ended = page.length < pageSize
      return page[0]
    })
  }
}

/** Fails if the part that is written differs from the one that the items of this start make. */
export const compareParts = (
  id: string,
  stored: Ledger.Part,
  made: Ledger.Part
): Effect.Effect<void, ItemsChanged | DefinitionChanged> => {
  if (stored.last === made.last && stored.hash === made.hash) return Effect.void
  return stored.last === made.last && sameItems(stored.hash, made.hash)
    ? Effect.fail(new DefinitionChanged({ id, changed: ["request"] }))
    : Effect.fail(new ItemsChanged({ id, part: made.part }))
}
