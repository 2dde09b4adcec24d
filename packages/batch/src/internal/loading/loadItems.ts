import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { type BatchError, BatchNotFound, ItemsChanged, type LedgerError, WrongState } from "../../BatchError.ts"
import type * as Ledger from "../../LedgerModel.ts"
import type { Definition } from "../definition/definition.ts"
import { type Entry, makeEntry } from "./entry.ts"
import { IdenticalPrompts } from "./identicalPrompts.ts"
import { addHash, partHash } from "./partHash.ts"
import { compareParts, StoredParts } from "./storedParts.ts"

/** What is loaded where. `written` is called after each part that was written, and when all items are. */
export interface Loading {
  readonly ledger: Ledger.Service
  readonly definition: Definition
  readonly batch: Ledger.Batch
  /** Whether items are asked whose request is that of an earlier item. */
  readonly askIdentical: boolean
  readonly written: () => void
}

/**
 * Writes the items of a batch to the ledger, part by part, and says that all are written. Parts that an earlier start has
 * written are compared and skipped.
 */
export const loadItems = <E, R>(
  loading: Loading,
  items: Stream.Stream<unknown, E, R>
): Effect.Effect<void, BatchError | E, R> =>
  Effect.suspend(() => {
    const loader = new Loader(loading)
    return Effect.andThen(Stream.runForEachArray(items, (values) => loader.add(values)), loader.finish)
  })

class Loader {
  readonly #loading: Loading
  readonly #identical: IdenticalPrompts | undefined
  readonly #stored: StoredParts
  readonly finish: Effect.Effect<void, BatchError>
  #entries: Array<Entry> = []
  #part = 0
  #first = 0
  #checkedAt = 0

  constructor(loading: Loading) {
    const { askIdentical, batch, definition, ledger } = loading
    this.#loading = loading
    this.#stored = new StoredParts(ledger, batch.key)
    this.#identical = askIdentical
      ? undefined
      : new IdenticalPrompts(definition, (hashes) => retry(ledger.itemsByHash(batch.key, hashes)))
    this.finish = Effect.suspend(() => this.#finish())
  }

  /** Takes items, and writes a part as soon as it is full: a slow source holds back no part that is full. */
  add(values: ReadonlyArray<unknown>): Effect.Effect<void, BatchError> {
    const { batch, definition } = this.#loading
    return Effect.gen({ self: this }, function*() {
      for (const value of values) {
        const entry = makeEntry(definition, batch.id, this.#first + this.#entries.length, value)
        if (Result.isFailure(entry)) return yield* entry.failure
        this.#entries.push(entry.success)
        if (this.#entries.length < batch.partSize) continue
        yield* this.#write()
        yield* this.#checkState()
        // Loading computes and writes without a pause. This lets requests and commits of parts that are written go on.
        yield* Effect.yieldNow
      }
    })
  }

  #write(): Effect.Effect<void, BatchError> {
    const { batch, ledger, written } = this.#loading
    return Effect.gen({ self: this }, function*() {
      const entries = this.#entries
      yield* this.#identical?.mark(entries, this.#first) ?? Effect.void
      const part = makePart(this.#part, this.#first, entries)
      const stored = yield* retry(this.#stored.get(part.part))
      yield* compareParts(
        batch.id,
        stored ?? (yield* retry(ledger.addPart(batch.key, part, entries.map(newItem)))),
        part
      )
      this.#entries = []
      this.#part += 1
      this.#first += entries.length
      if (stored === undefined) written()
    })
  }

  /** Looks once a second whether the batch is still wanted. */
  #checkState(): Effect.Effect<void, BatchError> {
    const { batch: { id, key }, ledger } = this.#loading
    return Effect.gen({ self: this }, function*() {
      const now = yield* Clock.currentTimeMillis
      if (now - this.#checkedAt < 1000) return
      this.#checkedAt = now
      const batch = Option.getOrUndefined(yield* retry(ledger.fetch(key)))
      if (batch === undefined) return yield* new BatchNotFound({ id })
      if (batch.state === "cancelled") return yield* cancelled(id)
    })
  }

  #finish(): Effect.Effect<void, BatchError> {
    const { batch, ledger, written } = this.#loading
    return Effect.gen({ self: this }, function*() {
      if (this.#entries.length > 0) yield* this.#write()
      // Parts after the last one of this start: there were more items before.
      const more = yield* retry(this.#stored.get(this.#part))
      if (more !== undefined) return yield* new ItemsChanged({ id: batch.id, part: more.part })
      yield* retry(ledger.finishLoading(batch.key))
      written()
    })
  }
}

/** The error of a start that has nothing to go on with. */
export const cancelled = (id: string): WrongState =>
  new WrongState({ id, operation: "start", state: "cancelled", hint: "Remove it first, or start one with another id." })

const makePart = (part: number, first: number, entries: ReadonlyArray<Entry>): Ledger.Part => {
  let items = 0
  let requests = 0
  for (const { hash, item } of entries) {
    items = addHash(items, Hash.string(item))
    requests = addHash(requests, hash)
  }
  return { part, first, last: first + entries.length - 1, hash: partHash(items, requests) }
}

const newItem = ({ hash, item, sameAs }: Entry): Ledger.NewItem => ({ hash, item, sameAs })

/** Each operation may be repeated: a part that was written already is left as it is. */
const retry = <A>(operation: Effect.Effect<A, LedgerError>): Effect.Effect<A, LedgerError> =>
  Effect.retry(operation, { while: ({ isRetryable }) => isRetryable, schedule: Schedule.exponential(200), times: 5 })
