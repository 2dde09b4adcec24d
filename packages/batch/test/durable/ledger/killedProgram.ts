/**
 * A process that answers all items of a batch, for a test that kills it. It prints a line when it is ready, begins when its standard
 * input says so, and prints a line for each commit.
 *
 * Run: node --conditions=@effect-mistral/source killedProgram.ts FILE
 */
import * as Ledger from "@effect-mistral/batch/Ledger"
import * as SqliteClient from "@effect-mistral/node/SqliteClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { once } from "node:events"

const [filename = ":memory:"] = process.argv.slice(2)
const partSize = 50

const answerAll = Effect.gen(function*() {
  const ledger = yield* Ledger.Ledger
  const worker = `worker-${process.pid}`
  yield* ledger.openWorker({ id: worker, concurrency: 8 })
  const fingerprint = { name: "reviews", version: "1", endpoint: "/v1/chat/completions", item: "i", answer: "a" }
  const { batch } = yield* ledger.create({ id: "killed", fingerprint, settings: {}, partSize })
  // A new run, as after a start: the parts of a killed process are handed out again.
  const { run } = yield* ledger.setState(batch.key, { state: "running", from: ["running"], newRun: true })
  for (let first = 0;; first += partSize) {
    const part = { part: first / partSize, first, last: first + partSize - 1, hash: first }
    const items = Array.from({ length: partSize }, (_, place) => ({ item: `${first + place}`, hash: 1, sameAs: null }))
    yield* ledger.addPart(batch.key, part, items)
    const { parts } = yield* ledger.handOut(batch.key, run, 2, false)
    for (const number of parts) {
      const claim = Option.getOrThrow(yield* ledger.claim(batch.key, number, run, worker))
      const ref = { key: batch.key, part: claim.part, claim: claim.claim }
      for (let from = 0; from < claim.items.length; from += 8) {
        const { batches } = yield* ledger.commit(
          worker,
          claim.items.slice(from, from + 8).map(({ seq }) => ({
            ...ref,
            seq,
            failed: false,
            body: `"answer ${seq}"`,
            asked: 1,
            doubtful: 0,
            promptTokens: 10,
            completionTokens: 2
          }))
        )
        process.stdout.write(`answered ${batches[0]?.answered}\n`)
        yield* Effect.yieldNow
      }
      yield* ledger.release(ref, { done: true, doubtful: 0 })
    }
  }
})

process.stdout.write("ready\n")
await once(process.stdin, "data")
const layer = Ledger.layer.pipe(Layer.provide(SqliteClient.layer({ filename })))
await Effect.runPromise(answerAll.pipe(Effect.provide(layer)))
