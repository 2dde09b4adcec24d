import { type Batch, BatchError, Ledger } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { Effect, Layer, Option, Result, Schema } from "effect"

/** The ledgers of one process. */
export const ledgers = [
  { name: "in memory", layer: Ledger.layerMemory },
  { name: "in SQLite", layer: Ledger.layer.pipe(Layer.provide(SqliteClient.layer({ filename: ":memory:" }))) }
]

/** Writes a batch to the ledger, and claims its parts for a worker that commits what it is told. */
export const store = Effect.fnUntraced(function*<Item, Answer>(
  { answer, definition }: Batch.Batch<Item, Answer>,
  id: string,
  items: ReadonlyArray<Item>,
  { identical = {}, partSize = 1000 }: {
    /** The items that have the prompt of an earlier one. */
    readonly identical?: Readonly<Record<number, number>>
    readonly partSize?: number
  } = {}
) {
  const ledger = yield* Ledger.Ledger
  const { fingerprint } = definition
  const { batch: { key } } = yield* ledger.create({ id, fingerprint, settings: {}, partSize })
  yield* ledger.openWorker({ id: `worker of ${id}`, concurrency: 1 })
  const claims: Array<number> = []
  for (let first = 0; first < items.length; first += partSize) {
    const members = items.slice(first, first + partSize)
    const part = { part: claims.length, first, last: first + members.length - 1, hash: 0 }
    yield* ledger.addPart(
      key,
      part,
      members.map((item, index) => ({
        item: Result.getOrThrow(definition.encodeItem(item)),
        hash: first + index,
        sameAs: identical[first + index] ?? null
      }))
    )
    const claim = yield* ledger.claim(key, part.part, 1, `worker of ${id}`)
    claims.push(Option.getOrThrow(claim).claim)
  }
  yield* ledger.finishLoading(key)

  const commit = (seqs: ReadonlyArray<number>, failed: boolean, bodyOf: (seq: number) => string) =>
    ledger.commit(
      `worker of ${id}`,
      seqs.map((seq) => {
        const part = Math.floor(seq / partSize)
        return {
          key,
          part,
          claim: claims[part]!,
          seq,
          failed,
          body: bodyOf(seq),
          asked: 1,
          doubtful: 0,
          promptTokens: 10,
          completionTokens: 5
        }
      })
    )
  const encodeAnswer = Schema.encodeUnknownSync(Schema.toCodecJson(answer))
  return {
    key,
    answer: (seqs: ReadonlyArray<number>, answerOf: (seq: number) => Answer) =>
      commit(seqs, false, (seq) => JSON.stringify(encodeAnswer(answerOf(seq)))),
    fail: (seqs: ReadonlyArray<number>, errorOf: (seq: number) => BatchError.ItemFailure) =>
      commit(seqs, true, (seq) => JSON.stringify(encodeFailure(errorOf(seq)))),
    commit,
    setState: (state: Ledger.State) =>
      ledger.setState(key, { state, from: ["running", "paused", "completed", "cancelled"] })
  }
})

const encodeFailure = Schema.encodeUnknownSync(BatchError.ItemFailure)
