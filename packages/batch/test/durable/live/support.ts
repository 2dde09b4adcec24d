import { Batch, BatchError, BatchRoute, type Ledger, Limits } from "@effect-mistral/batch"
import { Completion, Endpoint, MistralError } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { Deferred, Effect, Layer, Result, Schema, Semaphore } from "effect"
import { PartStopped, type PartWork } from "../../../src/internal/work/partWork.ts"

/** Numbers are asked about, and the text of the response is the answer. */
export const texts = Batch.make({
  name: "texts",
  item: Schema.Struct({ n: Schema.Int }),
  request: ({ n }) => ({ model: "mistral-small-latest", messages: [{ role: "user", content: `question ${n}` }] }),
  answer: Schema.String,
  read: Completion.text
})

/** The answer is an object that the model writes. */
export const verdicts = Batch.make({
  name: "verdicts",
  item: Schema.Struct({ n: Schema.Int }),
  request: ({ n }) => ({ model: "mistral-small-latest", messages: [{ role: "user", content: `question ${n}` }] }),
  answer: Schema.Struct({ good: Schema.Boolean })
})

/** The number of the item that a request is about. */
export const numberOf = (request: object): number => Number(/question (\d+)/.exec(JSON.stringify(request))?.[1])

export const errorOf = (reason: MistralError.MistralErrorReason): MistralError.MistralError =>
  MistralError.make(Endpoint.chat.complete, reason)

export const answered = (n: number, usage?: Completion.Response["usage"]): Completion.Response =>
  TestCompletion.response(`answer ${n}`, usage === undefined || usage === null ? {} : { usage })

export type Written = Parameters<PartWork["commit"]>[0]

/** A part of `count` items, and what a route does with it. */
export class TestPart {
  readonly written: Array<Written> = []
  readonly pauses: Array<string> = []
  readonly unsettled = { requests: 0, ended: 0 }
  /** What was counted before items were asked again. */
  readonly charges: Array<Ledger.Cost> = []
  readonly permits: Semaphore.Semaphore
  /** Runs before an outcome is written. */
  beforeCommit: Effect.Effect<void, BatchError.LedgerError> = Effect.void
  readonly work: PartWork
  readonly #stopped = Deferred.makeUnsafe<never, PartStopped | BatchError.LedgerError>()
  #isStopped = false

  constructor(options: {
    readonly count: number
    readonly permits?: number | Semaphore.Semaphore
    readonly batch?: { readonly name: string; readonly definition: PartWork["definition"] }
    readonly settings?: Ledger.Settings
    readonly answered?: number
  }) {
    const { answered = 0, batch = texts, count, permits = 8, settings = {} } = options
    const { definition } = batch
    this.permits = typeof permits === "number" ? Semaphore.makeUnsafe(permits) : permits
    const items = Array.from({ length: count }, (_, seq) => ({ seq, item: JSON.stringify({ n: seq }), hash: 0 }))
    this.work = {
      definition,
      claim: {
        part: 0,
        first: 0,
        last: count - 1,
        hash: 0,
        claim: 1,
        job: null,
        items,
        batch: {
          key: 1,
          id: "test",
          fingerprint: definition.fingerprint,
          settings,
          state: "running",
          reason: null,
          run: 1,
          partSize: count,
          parts: 1,
          loaded: true,
          createdAt: 0,
          endedAt: null,
          supervisor: null,
          supervisedAt: null,
          items: count,
          identical: 0,
          answered,
          failed: 0,
          asked: 0,
          perhapsPaidTwice: 0,
          promptTokens: 0,
          completionTokens: 0
        }
      },
      requests: items.map(({ item, seq }) => ({ seq, request: Result.getOrThrow(definition.request(item)) })),
      permits: this.permits,
      mayAsk: Effect.suspend(() => this.#isStopped ? Deferred.await(this.#stopped) : Effect.void),
      unsettled: this.unsettled,
      commit: (outcome) => Effect.andThen(this.beforeCommit, Effect.sync(() => void this.written.push(outcome))),
      charge: (cost) => Effect.sync(() => void this.charges.push(cost)),
      saveJob: () => Effect.die("the live route has no jobs"),
      pause: (reason) =>
        Effect.suspend(() => {
          this.pauses.push(reason)
          this.stop("paused")
          return Deferred.await(this.#stopped)
        }),
      stopped: Deferred.await(this.#stopped)
    }
  }

  /** Lets no request be sent until the part is stopped. */
  hold(): void {
    this.#isStopped = true
  }

  stop(why: string): void {
    this.hold()
    Deferred.doneUnsafe(this.#stopped, Effect.fail(new PartStopped({ why, isGivenUp: false })))
  }

  /** The outcome of an item. */
  outcome(seq: number): Written {
    const found = this.written.filter((outcome) => outcome.seq === seq)
    if (found.length !== 1) throw new Error(`item ${seq} has ${found.length} outcomes`)
    return found[0]!
  }

  failure(seq: number): BatchError.ItemFailure {
    return Schema.decodeUnknownSync(BatchError.ItemFailure)(JSON.parse(this.outcome(seq).body))
  }
}

/** Runs a part by a function that sends requests. */
export const runPart = <R = never>(
  part: TestPart,
  ask: (request: object) => Effect.Effect<unknown, MistralError.MistralError, R>,
  settings: BatchRoute.LiveSettings = {},
  limits: Layer.Layer<Limits.Limits> = Limits.layerUnlimited
) =>
  BatchRoute.BatchRoute.use((route) => route.run(part.work)).pipe(
    Effect.provide(BatchRoute.liveWith<object, R>(ask, settings).pipe(Layer.provide(limits)))
  )

/** Limits that write down what they are asked for and told. */
export class RecordedLimits {
  readonly acquired: Array<number> = []
  readonly settled: Array<{ readonly epoch: number } & Limits.Feedback> = []
  /** Runs before a request is let through. */
  wait: Effect.Effect<void, BatchError.LedgerError> = Effect.void
  settles: Effect.Effect<void, BatchError.LedgerError> = Effect.void
  readonly layer: Layer.Layer<Limits.Limits> = Layer.succeed(Limits.Limits, {
    acquire: (tokens) =>
      Effect.suspend(() => {
        const epoch = this.acquired.push(tokens)
        return Effect.as(this.wait, { tokens, epoch })
      }),
    settle: ({ epoch }, feedback) =>
      Effect.suspend(() => {
        this.settled.push({ epoch, ...feedback })
        return this.settles
      })
  })
}

/** Lets everything run that waits for no time. */
export const settle = Effect.forEach(Array.from({ length: 100 }), () => Effect.yieldNow, { discard: true })
