import { Batch, BatchError, Ledger } from "@effect-mistral/batch"
import { SqliteClient } from "@effect-mistral/node"
import { Effect, Latch, Layer, Result, Schema } from "effect"
import { requestHash } from "../../../src/internal/definition/requestHash.ts"
import { makeWorker } from "../../../src/internal/work/makeWorker.ts"
import type { WorkerOptions } from "../../../src/internal/work/worker.ts"
import { ScriptedRoute } from "./scriptedRoute.ts"

export const reviews = Batch.make({
  name: "reviews",
  item: Schema.Struct({ n: Schema.Int }),
  request: ({ n }) => {
    if (n < 0) throw new RangeError("a prompt")
    return { model: "mistral-small-latest", messages: [{ role: "user", content: `review ${n}` }] }
  },
  answer: Schema.String,
  read: ({ id }) => id
})

/** Writes a batch with parts of `sizes` items. The items are `numbers`, or 0, 1, 2 and so on. */
export const writeBatch = Effect.fnUntraced(function*(options: {
  readonly id?: string
  readonly sizes: ReadonlyArray<number>
  readonly numbers?: ReadonlyArray<number>
  readonly settings?: Ledger.Settings
}) {
  const { id = "a", numbers, settings = {}, sizes } = options
  const { definition } = reviews
  const ledger = yield* Ledger.Ledger
  const { batch } = yield* ledger.create({
    id,
    fingerprint: definition.fingerprint,
    settings,
    partSize: Math.max(...sizes)
  })
  let first = 0
  for (const [part, size] of sizes.entries()) {
    const items = Array.from({ length: size }, (_, index) => {
      const seq = first + index
      const item = JSON.stringify({ n: numbers?.[seq] ?? seq })
      const request = definition.request(item)
      return {
        item,
        hash: Result.isSuccess(request) ? requestHash(JSON.stringify(request.success)) : 0,
        sameAs: null
      }
    })
    const last = first + size - 1
    yield* ledger.addPart(batch.key, { part, first, last, hash: part }, items)
    first += size
  }
  yield* ledger.finishLoading(batch.key)
  return batch.key
})

/** Lets everything run that waits for no time. */
export const settle = Effect.forEach(Array.from({ length: 200 }), () => Effect.yieldNow, { discard: true })

export const get = (key: number) =>
  Effect.flatMap(Ledger.Ledger, (ledger) => Effect.flatMap(ledger.fetch(key), Effect.fromOption))

export const setState = (key: number, state: Ledger.State, newRun = false) =>
  Effect.flatMap(Ledger.Ledger, (ledger) => ledger.setState(key, { state, from: ["running", "paused"], newRun }))

export const outcomes = (key: number) =>
  Effect.flatMap(
    Ledger.Ledger,
    (ledger) => ledger.outcomes(key, { order: "items", after: -1, limit: 10_000, skipOpen: true })
  )

/** The `seq` of the items that have an outcome. */
export const written = (key: number) => Effect.map(outcomes(key), (rows) => rows.map(({ seq }) => seq))

/** Makes a worker over a scripted route of so many requests at once, and over the ledger of the tests. */
export const startWorker = Effect.fnUntraced(function*(
  options: Partial<WorkerOptions> & { readonly concurrency?: number; readonly parts?: number } = {}
) {
  const { concurrency = 4, parts = 4, ...others } = options
  const route = new ScriptedRoute(concurrency, parts)
  const worker = yield* makeWorker({
    ledger: yield* Ledger.Ledger,
    route: route.service,
    definitions: new Map([[reviews.name, reviews.definition]]),
    ...others
  })
  return { worker, route }
})

/** A ledger that records commits, and that can be away. */
export class LedgerControl {
  /** The `seq` of the outcomes of each commit that was tried. A look is an empty one. */
  readonly commits: Array<ReadonlyArray<number>> = []
  readonly tries = new Map<string, number>()
  /** Commits of outcomes wait as long as it is closed. */
  readonly gate = Latch.makeUnsafe(true)
  away = false
  /** Operations that fail as if the database were away, while the others work. */
  readonly failing = new Set<string>()
  /** Commits that hold this item are refused for good. */
  refusedSeq = -1

  get looks(): number {
    return this.commits.filter(({ length }) => length === 0).length
  }

  get writes(): ReadonlyArray<ReadonlyArray<number>> {
    return this.commits.filter(({ length }) => length > 0)
  }

  control(ledger: Ledger.Service): Ledger.Service {
    const guard = <A>(operation: string, effect: Effect.Effect<A, BatchError.LedgerError>) =>
      Effect.suspend(() => {
        this.tries.set(operation, (this.tries.get(operation) ?? 0) + 1)
        return this.away || this.failing.has(operation)
          ? Effect.fail(failure(operation, "connection refused", true))
          : effect
      })
    return {
      ...ledger,
      fetch: (key) => guard("fetch", ledger.fetch(key)),
      setState: (key, change) => guard("setState", ledger.setState(key, change)),
      closeWorker: (id) => guard("closeWorker", ledger.closeWorker(id)),
      claim: (key, part, run, worker) => guard("claim", ledger.claim(key, part, run, worker)),
      release: (claim, end) => guard("release", ledger.release(claim, end)),
      commit: (worker, outcomes) =>
        guard(
          "commit",
          Effect.suspend(() => {
            const seqs = outcomes.map(({ seq }) => seq)
            this.commits.push(seqs)
            if (seqs.includes(this.refusedSeq)) return Effect.fail(failure("commit", "a constraint failed", false))
            const commit = ledger.commit(worker, outcomes)
            return seqs.length === 0 ? commit : this.gate.whenOpen(commit)
          })
        )
    }
  }
}

const failure = (operation: string, description: string, isRetryable: boolean) =>
  new BatchError.LedgerError({ operation, description, isRetryable })

/** Runs a test over each ledger. */
export const ledgers: ReadonlyArray<readonly [name: string, layer: Layer.Layer<Ledger.Ledger>]> = [
  ["memory", Ledger.layerMemory],
  ["SQLite", Layer.orDie(Ledger.layer.pipe(Layer.provide(SqliteClient.layer({ filename: ":memory:" }))))]
]
