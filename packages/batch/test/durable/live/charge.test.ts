/** What the ledger knows of requests whose process is killed while their items wait for a retry. */
import { Batch, Batches, BatchRoute, BatchTest, Ledger, Limits } from "@effect-mistral/batch"
import { Completion, Endpoint, MistralError } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Schema } from "effect"
import { TestClock } from "effect/testing"

const Numbers = Batch.make({
  name: "numbers",
  item: Schema.Int,
  request: (number) => ({ model: "m", messages: [{ role: "user" as const, content: `${number}` }] }),
  answer: Schema.String,
  read: Completion.text
})

/** Lets whatever is ready go on, without the time that a retry waits for. */
const pass = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** The counts while ten items wait for a retry, and those at the end. Each item fails once in this way. */
const countsWith = Effect.fnUntraced(function*(reason: MistralError.MistralErrorReason) {
  const seen = new Set<string>()
  const Route = BatchRoute.liveWith((request) =>
    Effect.suspend(() => {
      const key = JSON.stringify(request)
      if (seen.has(key)) return Effect.succeed(TestCompletion.response("yes"))
      seen.add(key)
      return Effect.fail(MistralError.make(Endpoint.chat.complete, reason))
    }), { concurrency: 4 })
  const Live = Batches.layer([Numbers]).pipe(
    Layer.provide(Route.pipe(Layer.provide(Limits.layerUnlimited))),
    Layer.provideMerge(BatchTest.layer)
  )
  return yield* Effect.gen(function*() {
    yield* Batches.start(Numbers, { id: "a", items: Array.from({ length: 10 }, (_, index) => index) })
    // The engine makes its ids in other threads, which no clock of a test waits for.
    while (seen.size < 10) yield* pass
    for (let step = 0; step < 100; step++) yield* pass
    const ledger = yield* Ledger.Ledger
    const waiting = Option.getOrThrow(yield* ledger.find("a"))
    yield* TestClock.adjust("1 minute")
    return { waiting, end: yield* Batches.await("a") }
  }).pipe(Effect.provide(Live))
})

describe("items that wait for a retry", () => {
  it.effect("have their lost answers in the ledger already, so that a kill does not hide them", () =>
    Effect.gen(function*() {
      const { end, waiting } = yield* countsWith(
        new MistralError.ConnectionLost({ description: "reset", chunks: 0 })
      )
      assert.deepInclude(waiting, { answered: 0, asked: 10, perhapsPaidTwice: 10 })
      assert.deepInclude(end, { answered: 10, asked: 20, perhapsPaidTwice: 10 })
    }))

  it.effect("cost no statement where the server refused them, which is not paid", () =>
    Effect.gen(function*() {
      const { end, waiting } = yield* countsWith(new MistralError.ServerError({ status: 503 }))
      assert.deepInclude(waiting, { answered: 0, asked: 0, perhapsPaidTwice: 0 })
      assert.deepInclude(end, { answered: 10, asked: 20, perhapsPaidTwice: 0 })
    }))
})
