import { Ledger } from "@effect-mistral/batch"
import { Effect, Option } from "effect"
import { randomUUID } from "node:crypto"

/** The ledger under test, with the operations as functions. */
export const ledger = Ledger.Ledger

/** A name that no other test uses, because some ledgers outlive a test. */
export const unique = (name: string): string => `${name}-${randomUUID()}`

export const fingerprint = { name: "reviews", version: "1", endpoint: "/v1/chat/completions", item: "i", answer: "a" }

export const newBatch = (over?: Partial<Ledger.NewBatch>): Ledger.NewBatch => ({
  id: unique("batch"),
  fingerprint,
  settings: {},
  partSize: 10,
  ...over
})

/** The item with this `seq`. */
export const itemText = (seq: number): string => JSON.stringify({ review: `Très bien n° ${seq} "\\ \u0000` })

/** A batch whose items are all written. `sameAs` maps items to the earlier items with the same prompt. */
export const loadedBatch = (
  items: number,
  { sameAs = {}, ...over }: Partial<Ledger.NewBatch> & { readonly sameAs?: Readonly<Record<number, number>> } = {}
) =>
  Effect.gen(function*() {
    const store = yield* ledger
    const { batch } = yield* store.create(newBatch(over))
    const size = batch.partSize
    for (let first = 0; first < items; first += size) {
      const last = Math.min(items, first + size) - 1
      yield* store.addPart(
        batch.key,
        { part: first / size, first, last, hash: first },
        Array.from({ length: last - first + 1 }, (_, place) => ({
          item: itemText(first + place),
          hash: first + place,
          sameAs: sameAs[first + place] ?? null
        }))
      )
    }
    yield* store.finishLoading(batch.key)
    return yield* current(batch.key)
  })

/** The batch as it is now. */
export const current = (key: number) =>
  Effect.flatMap(Effect.flatMap(ledger, (store) => store.fetch(key)), (found) => Effect.fromOption(found))

/** A worker that may send so many requests at once. */
export const worker = (concurrency = 64) => {
  const id = unique("worker")
  return Effect.as(Effect.flatMap(ledger, (store) => store.openWorker({ id, concurrency })), id)
}

/** Claims a part, which has to be free. */
export const claimPart = (batch: Ledger.Batch, part: number, by: string) =>
  Effect.flatMap(
    Effect.flatMap(ledger, (store) => store.claim(batch.key, part, batch.run, by)),
    (claim) => Effect.fromOption(claim)
  )

/** Whether a part can be claimed. */
export const isFree = (batch: Ledger.Batch, part: number, by: string) =>
  Effect.map(Effect.flatMap(ledger, (store) => store.claim(batch.key, part, batch.run, by)), Option.isSome)

/** An answer to an item of a claim. */
export const answerTo = (claim: Ledger.Claim, seq: number, over?: Partial<Ledger.Outcome>): Ledger.Outcome => ({
  key: claim.batch.key,
  part: claim.part,
  claim: claim.claim,
  seq,
  failed: false,
  body: JSON.stringify({ answer: `to ${seq} \u0000 "\\` }),
  asked: 1,
  doubtful: 0,
  promptTokens: 10,
  completionTokens: 2,
  ...over
})

/** Answers all items of a claim, and gives the part back. */
export const finish = (claim: Ledger.Claim, by: string, over?: (seq: number) => Partial<Ledger.Outcome>) =>
  Effect.gen(function*() {
    const store = yield* ledger
    yield* store.commit(by, claim.items.map(({ seq }) => answerTo(claim, seq, over?.(seq))))
    yield* store.release(refOf(claim), { done: true, doubtful: 0 })
  })

export const refOf = ({ batch, claim, part }: Ledger.Claim) => ({ key: batch.key, part, claim })

/** The counts of a batch, of which `expected` names those that are not 0. */
export const counts = (
  { answered, asked, completionTokens, failed, identical, items, perhapsPaidTwice, promptTokens }: Ledger.Counts
): Ledger.Counts => ({ answered, asked, completionTokens, failed, identical, items, perhapsPaidTwice, promptTokens })

export const none: Ledger.Counts = {
  items: 0,
  identical: 0,
  answered: 0,
  failed: 0,
  asked: 0,
  perhapsPaidTwice: 0,
  promptTokens: 0,
  completionTokens: 0
}
