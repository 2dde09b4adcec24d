import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { Batch } from "../../Batch.ts"
import { BatchNotFound, DefinitionChanged, type InvalidItem, type LedgerError } from "../../BatchError.ts"
import type { Failed, ItemOutcome } from "../../BatchOutcome.ts"
import type * as Ledger from "../../Ledger.ts"
import type { Fingerprint } from "../definition/definition.ts"
import { decodePages } from "./decodePages.ts"
import { outcomePages } from "./outcomePages.ts"
import { makeOutcomeReader } from "./outcomeReader.ts"

/** How the outcomes of a batch are read. */
export interface ReadOptions {
  /**
   * `items` is the order of the items, `completion` that in which outcomes were written, with identical items at the end.
   * Default: `items`.
   */
  readonly order?: "items" | "completion" | undefined
  /** Whether the stream waits for more outcomes until the batch is completed, cancelled or paused. Default: false. */
  readonly follow?: boolean | undefined
  /** With `follow`, the wait between two looks for more. Default: 500 milliseconds. */
  readonly interval?: Duration.Input | undefined
}

/** The errors of reading outcomes. */
export type ReadError = LedgerError | BatchNotFound | DefinitionChanged | InvalidItem

type Reads = Pick<Ledger.Service, "find" | "fetch" | "outcomes">

/** The outcomes of a batch. */
export const readOutcomes = <Item, Answer>(
  ledger: Reads,
  batch: Batch<Item, Answer>,
  id: string,
  options?: ReadOptions
): Stream.Stream<ItemOutcome<Item, Answer>, ReadError> => read(ledger, batch, id, options)

/** The outcomes of the items of a batch that failed. */
export const readFailures = <Item, Answer>(
  ledger: Reads,
  batch: Batch<Item, Answer>,
  id: string,
  options?: ReadOptions
): Stream.Stream<Failed<Item>, ReadError> =>
  // The cast is safe: the ledger gives failures alone, and a failure is read as one.
  read(ledger, batch, id, options, "failed") as Stream.Stream<Failed<Item>, ReadError>

const read = <Item, Answer>(
  ledger: Reads,
  batch: Batch<Item, Answer>,
  id: string,
  { follow = false, interval = "500 millis", order = "items" }: ReadOptions = {},
  only?: "failed"
): Stream.Stream<ItemOutcome<Item, Answer>, ReadError> =>
  Stream.unwrap(Effect.gen(function*() {
    const found = yield* ledger.find(id)
    if (Option.isNone(found)) return yield* new BatchNotFound({ id })
    const changed = changedForReading(found.value.fingerprint, batch.definition.fingerprint)
    if (changed.length > 0) return yield* new DefinitionChanged({ id, changed })
    const pages = outcomePages(ledger, found.value, { order, only, follow, interval })
    return decodePages(pages, makeOutcomeReader(batch, id))
  }))

/** What differs between two definitions so that one cannot read the outcomes of the other. */
const changedForReading = (before: Fingerprint, now: Fingerprint): ReadonlyArray<string> =>
  (["name", "item", "answer"] as const).filter((key) => before[key] !== now[key])
