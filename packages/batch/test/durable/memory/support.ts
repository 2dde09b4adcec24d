import { Ledger } from "@effect-mistral/batch"
import { Effect } from "effect"

export const fingerprint = {
  name: "reviews",
  version: "1",
  endpoint: "POST /v1/chat/completions",
  item: "1",
  answer: "2"
}

/** A batch with parts of `sizes` items, all written. Items are `"0"`, `"1"` and so on; `sameAs` says which are identical. */
export const loaded = (
  id: string,
  sizes: ReadonlyArray<number>,
  sameAs: Readonly<Record<number, number>> = {}
) =>
  Effect.gen(function*() {
    const ledger = yield* Ledger.Ledger
    const { batch } = yield* ledger.create({ id, fingerprint, settings: {}, partSize: Math.max(...sizes, 1) })
    let first = 0
    for (const [part, size] of sizes.entries()) {
      const items = Array.from({ length: size }, (_, index) => newItem(first + index, sameAs[first + index] ?? null))
      yield* ledger.addPart(batch.key, { part, first, last: first + size - 1, hash: part }, items)
      first += size
    }
    yield* ledger.finishLoading(batch.key)
    return batch.key
  })

export const newItem = (seq: number, sameAs: number | null = null): Ledger.NewItem => ({
  item: JSON.stringify(seq),
  hash: sameAs ?? seq,
  sameAs
})

export const answer = (
  claim: Pick<Ledger.Claim, "batch" | "part" | "claim">,
  seq: number,
  changes: Partial<Ledger.Outcome> = {}
): Ledger.Outcome => ({
  key: claim.batch.key,
  part: claim.part,
  claim: claim.claim,
  seq,
  failed: false,
  body: `"answer ${seq}"`,
  asked: 1,
  doubtful: 0,
  promptTokens: 10,
  completionTokens: 2,
  ...changes
})

export const get = (key: number) =>
  Effect.flatMap(Ledger.Ledger, (ledger) => Effect.flatMap(ledger.fetch(key), Effect.fromOption))

/** Claims a part in run 1, or fails. */
export const claim = (key: number, part: number, worker: string, run = 1) =>
  Effect.flatMap(Ledger.Ledger, (ledger) => Effect.flatMap(ledger.claim(key, part, run, worker), Effect.fromOption))
