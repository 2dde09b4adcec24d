/** What the limits are asked for and told, and how many requests are sent at once. */
import { BatchRoute, Limits } from "@effect-mistral/batch"
import { MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Semaphore } from "effect"
import { TestClock } from "effect/testing"
import { jsonLength, TokenEstimate } from "../../../src/internal/live/tokenEstimate.ts"
import { answered, errorOf, numberOf, RecordedLimits, runPart, settle, TestPart } from "./support.ts"

describe("the limits", () => {
  it.effect("are asked for the estimated tokens, and told those that were used", () =>
    Effect.gen(function*() {
      const limits = new RecordedLimits()
      const part = new TestPart({ count: 2, permits: 1 })
      const usage = { prompt_tokens: 40, completion_tokens: 8, total_tokens: 48 }
      yield* runPart(part, () => Effect.succeed(answered(0, usage)), {}, limits.layer)
      const characters = jsonLength(part.work.requests[0]!.request)
      assert.deepStrictEqual(limits.acquired, [Math.ceil(characters / 4 + 256), 48])
      assert.deepStrictEqual(
        limits.settled.map(({ error, tokens }) => [tokens, error]),
        [[48, undefined], [48, undefined]]
      )
    }))

  it.effect("are told of each error, and that refusals used no tokens", () =>
    Effect.gen(function*() {
      const limits = new RecordedLimits()
      const rateLimits = { "x-ratelimit-remaining-requests": "0" }
      const errors = [
        errorOf(new MistralError.RateLimited({ status: 429, limits: rateLimits })),
        errorOf(new MistralError.ServerError({ status: 500 }))
      ]
      const part = new TestPart({ count: 1 })
      const fiber = yield* Effect.forkChild(runPart(
        part,
        () => {
          const error = errors[limits.settled.length]
          return error === undefined ? Effect.succeed(answered(0)) : Effect.fail(error)
        },
        {},
        limits.layer
      ))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(limits.settled, [
        { epoch: 1, tokens: 0, rateLimits, error: errors[0] },
        { epoch: 2, tokens: undefined, rateLimits: undefined, error: errors[1] },
        { epoch: 3, tokens: 15, rateLimits: undefined }
      ])
    }))

  it.effect("stop all requests after the Retry-After of one", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 40, permits: 4 })
      const at: Array<number> = []
      const fiber = yield* Effect.forkChild(runPart(
        part,
        (request) =>
          Effect.gen(function*() {
            at.push(yield* Clock.currentTimeMillis)
            const refused = at.length === 10
            yield* Effect.sleep(10)
            if (!refused) return answered(numberOf(request))
            return yield* Effect.fail(
              errorOf(new MistralError.RateLimited({ status: 429, retryAfter: Duration.seconds(30) }))
            )
          }),
        {},
        Limits.layerMemory()
      ))
      yield* TestClock.adjust("29 seconds")
      // Those in flight with the one that was refused, and at most three that were let through meanwhile.
      assert.isAtMost(at.length, 15)
      assert.isTrue(at.every((time) => time < 1000))
      yield* TestClock.adjust("5 minutes")
      yield* Fiber.join(fiber)
      assert.strictEqual(part.written.length, 40)
      assert.strictEqual(at.length, 41)
      assert.isTrue(part.written.every(({ doubtful, failed }) => !failed && doubtful === 0))
    }))

  it.effect("pace the requests of a part", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 30, permits: 30 })
      const at: Array<number> = []
      const fiber = yield* Effect.forkChild(runPart(
        part,
        (request) =>
          Effect.map(Clock.currentTimeMillis, (now) => {
            at.push(now)
            return answered(numberOf(request))
          }),
        {},
        Limits.layerMemory({ requestsPerMinute: 60 })
      ))
      yield* TestClock.adjust("40 seconds")
      yield* Fiber.join(fiber)
      assert.isAtLeast(at.at(-1)! - at[0]!, 28_000)
      assert.strictEqual(at.length, 30)
    }))
})

describe("the estimate of tokens", () => {
  const request = { max_tokens: 100 }
  const usage = (prompt: number, completion: number) => ({ prompt, completion, total: prompt + completion })

  it("is a quarter of the characters and max_tokens before the first response", () => {
    assert.strictEqual(new TokenEstimate().of(400, request), 200)
  })

  it("has 256 for a completion without max_tokens", () => {
    assert.strictEqual(new TokenEstimate().of(400, {}), 356)
  })

  it("follows the tokens that responses used", () => {
    const estimate = new TokenEstimate()
    estimate.learn(400, usage(200, 10))
    assert.strictEqual(estimate.of(100, request), 60)
    for (let index = 0; index < 500; index++) estimate.learn(400, usage(100, 30))
    assert.closeTo(estimate.of(400, request), 130, 1)
  })

  it("expects no more than max_tokens", () => {
    const estimate = new TokenEstimate()
    estimate.learn(400, usage(100, 5000))
    assert.strictEqual(estimate.of(400, { max_tokens: 50 }), 150)
    assert.strictEqual(estimate.of(400, {}), 5100)
  })

  it("expects no completion where there are none, as for embeddings", () => {
    const estimate = new TokenEstimate()
    estimate.learn(400, usage(100, 0))
    assert.strictEqual(estimate.of(400, {}), 100)
  })

  it("is 1 at least, and does not fail for a request that has no JSON", () => {
    const circle: { self?: unknown } = {}
    circle.self = circle
    assert.strictEqual(jsonLength(circle), 0)
    assert.strictEqual(new TokenEstimate().of(0, { max_tokens: 0 }), 1)
  })
})

describe("the permits of a process", () => {
  it.effect("are never exceeded by several parts, and all of them are used and given back", () =>
    Effect.gen(function*() {
      const permits = Semaphore.makeUnsafe(5)
      const parts = Array.from({ length: 4 }, () => new TestPart({ count: 25, permits }))
      let now = 0
      let most = 0
      let tries = 0
      const ask = (request: object) =>
        Effect.suspend(() => {
          most = Math.max(most, ++now)
          const error = ++tries % 10 === 0 ? errorOf(new MistralError.ServerError({ status: 503 })) : undefined
          return Effect.sleep("1 second").pipe(
            Effect.andThen(error === undefined ? Effect.succeed(answered(numberOf(request))) : Effect.fail(error)),
            Effect.ensuring(Effect.sync(() => now--))
          )
        })
      const fiber = yield* Effect.forkChild(
        Effect.forEach(parts, (part) => runPart(part, ask), { concurrency: "unbounded", discard: true })
      )
      yield* TestClock.adjust("10 minutes")
      yield* Fiber.join(fiber)
      assert.strictEqual(most, 5)
      assert.deepStrictEqual(parts.map(({ written }) => written.length), [25, 25, 25, 25])
      assert.isTrue(parts.every(({ written }) => written.every(({ failed }) => !failed)))
      assert.isTrue(yield* permits.takeIfAvailable(5))
    }))

  it.effect("are not waited for by a part whose items are all asked", () =>
    Effect.gen(function*() {
      const permits = Semaphore.makeUnsafe(1)
      yield* permits.take(1)
      const part = new TestPart({ count: 4, permits })
      const fiber = yield* Effect.forkChild(
        runPart(part, (request) => Effect.delay(Effect.succeed(answered(numberOf(request))), "1 second"))
      )
      yield* settle
      // It has its turn when the last item of the part is done, and then keeps the permit.
      const other = yield* Effect.forkChild(runPart(new TestPart({ count: 1, permits }), () => Effect.never))
      yield* settle
      yield* permits.release(1)
      yield* TestClock.adjust("4 seconds")
      assert.isDefined(fiber.pollUnsafe())
      assert.strictEqual(part.written.length, 4)
      yield* Fiber.interrupt(other)
    }))

  it.effect("are held until the outcome is written", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 6, permits: 2 })
      let sent = 0
      part.beforeCommit = Effect.sleep("1 second")
      const fiber = yield* Effect.forkChild(runPart(part, (request) => {
        sent++
        return Effect.succeed(answered(numberOf(request)))
      }))
      yield* settle
      assert.strictEqual(sent, 2)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(sent, 4)
      yield* TestClock.adjust("2 seconds")
      yield* Fiber.join(fiber)
    }))

  it.effect("of one part are at most the concurrency of the route", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 9, permits: 8 })
      let now = 0
      let most = 0
      const fiber = yield* Effect.forkChild(runPart(part, (request) =>
        Effect.suspend(() => {
          most = Math.max(most, ++now)
          return Effect.delay(Effect.sync(() => (now--, answered(numberOf(request)))), "1 second")
        }), { concurrency: 3 }))
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual([most, part.written.length], [3, 9])
    }))
})

describe("the settings of the route", () => {
  it.effect("have defaults, and parts and window follow the concurrency", () =>
    Effect.gen(function*() {
      const settingsOf = (settings?: BatchRoute.LiveSettings) =>
        Effect.provide(
          BatchRoute.BatchRoute.useSync(({ concurrency, name, parts, partSize, window }) => ({
            concurrency,
            name,
            parts,
            partSize,
            window
          })),
          BatchRoute.liveWith(() => Effect.die("unused"), settings)
        ).pipe(Effect.provide(Limits.layerUnlimited))
      assert.deepStrictEqual(yield* settingsOf(), {
        name: "live",
        concurrency: 64,
        partSize: 500,
        parts: 4,
        window: 64
      })
      assert.deepStrictEqual(yield* settingsOf({ concurrency: 300, partSize: 100, window: 7 }), {
        name: "live",
        concurrency: 300,
        partSize: 100,
        parts: 6,
        window: 7
      })
    }))

  it("are refused where nothing could be asked", () => {
    for (const settings of [{ concurrency: 0 }, { partSize: 1.5 }, { parts: -1 }, { window: NaN }]) {
      assert.throws(() => BatchRoute.live(settings), RangeError, Object.keys(settings)[0])
      assert.throws(() => BatchRoute.liveWith(() => Effect.die("unused"), settings), RangeError)
    }
  })
})
