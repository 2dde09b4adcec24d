/** Whole batches on the emulator with its faults: the worker, the live route and a ledger in memory. */
import { BatchRoute, Ledger, Limits } from "@effect-mistral/batch"
import { MistralClient } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Result } from "effect"
import { TestClock } from "effect/testing"
import { requestHash } from "../../../src/internal/definition/requestHash.ts"
import { makeWorker } from "../../../src/internal/work/makeWorker.ts"
import { texts } from "./support.ts"

const { definition } = texts
const count = 12

const services = (limits: Layer.Layer<Limits.Limits>) =>
  BatchRoute.live({ concurrency: 4, partSize: count }).pipe(
    Layer.provide([limits, MistralClient.layer({ apiKey: Redacted.make("emulator-key") })]),
    Layer.provideMerge(Layer.fresh(Emulator.layerMemory({ timeToFirstToken: 0, tokensPerSecond: Infinity }))),
    Layer.provideMerge(Ledger.layerMemory)
  )

const write = Effect.gen(function*() {
  const ledger = yield* Ledger.Ledger
  const { batch } = yield* ledger.create({
    id: "a",
    fingerprint: definition.fingerprint,
    settings: { maxAttempts: 3, pauseOnFailures: false },
    partSize: count
  })
  const items = Array.from({ length: count }, (_, n) => {
    const item = JSON.stringify({ n })
    return { item, hash: requestHash(JSON.stringify(Result.getOrThrow(definition.request(item)))), sameAs: null }
  })
  yield* ledger.addPart(
    batch.key,
    { part: 0, first: 0, last: count - 1, hash: 1 },
    items
  )
  yield* ledger.finishLoading(batch.key)
  return batch.key
})

/** Runs the batch while the first requests have a fault, and gives its numbers and the requests that the server saw. */
const run = Effect.fnUntraced(function*(fault: Fault.Fault, times: number) {
  const ledger = yield* Ledger.Ledger
  const route = yield* BatchRoute.BatchRoute
  const emulator = yield* Emulator.Emulator
  const key = yield* write
  yield* emulator.faults.next(fault, { times })
  const worker = yield* makeWorker({ ledger, route, definitions: new Map([[definition.name, definition]]) })
  const fiber = yield* Effect.forkChild(worker.runPart(key, 0, 1))
  yield* TestClock.adjust("29 seconds")
  const early = (yield* emulator.requests).length
  yield* TestClock.adjust("1 minute")
  yield* Fiber.join(fiber)
  const batch = yield* Effect.flatMap(ledger.fetch(key), Effect.fromOption)
  const requests = yield* emulator.requests
  assert.strictEqual(yield* emulator.active, 0)
  return { batch, early, requests, outcomes: yield* ledger.outcomes(key, { order: "items", after: -1, limit: 100 }) }
})

const cases: Readonly<
  Record<
    string,
    {
      fault: Fault.Fault
      times: number
      answered: number
      asked: number
      doubtful: number
    }
  >
> = {
  "429 with Retry-After": {
    fault: Fault.status(429, { retryAfter: 7 }),
    times: 5,
    answered: 12,
    asked: 17,
    doubtful: 0
  },
  "503": { fault: Fault.status(503), times: 5, answered: 12, asked: 17, doubtful: 0 },
  "500": { fault: Fault.status(500), times: 5, answered: 12, asked: 17, doubtful: 5 },
  "connections that are reset": { fault: Fault.reset, times: 3, answered: 12, asked: 15, doubtful: 3 },
  "responses that are cut": { fault: Fault.cut({ afterBytes: 30 }), times: 3, answered: 12, asked: 15, doubtful: 3 },
  "responses that are not JSON": {
    fault: Fault.status(200, { body: "{\"id\":", contentType: "application/json" }),
    times: 2,
    answered: 10,
    asked: 12,
    doubtful: 2
  },
  "422": { fault: Fault.status(422), times: 2, answered: 10, asked: 12, doubtful: 0 },
  "503 without end": { fault: Fault.status(503), times: 1000, answered: 0, asked: 36, doubtful: 0 },
  "500 without end": { fault: Fault.status(500), times: 1000, answered: 0, asked: 36, doubtful: 36 }
}

describe("a batch on a server with faults", () => {
  for (const [name, { answered, asked, doubtful, fault, times }] of Object.entries(cases)) {
    it.effect(`counts each request: ${name}, ${times} times`, () =>
      Effect.gen(function*() {
        const { batch, outcomes, requests } = yield* run(fault, times)
        assert.deepInclude(batch, { state: "running", answered, failed: count - answered, asked })
        assert.strictEqual(batch.perhapsPaidTwice, doubtful)
        assert.strictEqual(requests.length, asked)
        assert.strictEqual(outcomes.length, count)
        assert.isAtLeast(batch.promptTokens, answered)
      }).pipe(Effect.provide(services(Limits.layerUnlimited)), Effect.scoped))
  }

  it.effect("pauses at once by a key that is refused, and nothing fails", () =>
    Effect.gen(function*() {
      const { batch, requests } = yield* run(Fault.status(401), 1000)
      assert.deepInclude(batch, { state: "paused", answered: 0, failed: 0, perhapsPaidTwice: 0 })
      assert.isAbove(requests.length, 0)
      assert.strictEqual(batch.asked, requests.length)
      assert.include(batch.reason ?? "", "401")
      assert.notInclude(batch.reason ?? "", "emulator-key")
    }).pipe(Effect.provide(services(Limits.layerUnlimited)), Effect.scoped))

  it.effect("sends nothing for the time of a Retry-After", () =>
    Effect.gen(function*() {
      const { batch, early } = yield* run(Fault.status(429, { retryAfter: 30 }), 1)
      assert.deepInclude(batch, { answered: 12, failed: 0, asked: 13, perhapsPaidTwice: 0 })
      // At most those that were sent together.
      assert.isTrue(early >= 1 && early <= 4)
    }).pipe(Effect.provide(services(Limits.layerMemory())), Effect.scoped))
})
