import { Chat } from "@effect-mistral/chat"
import { type MistralError, RetryPolicy } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { layerClientRateLimit, layerRateLimit } from "../rate-limit.ts"
import { emulated } from "./emulated.ts"

const request = { model: "mistral-small-latest", messages: [{ role: "user" as const, content: "Hello" }] }

const operations = {
  complete: Effect.asVoid(Chat.complete(request)),
  stream: Stream.runDrain(Chat.stream(request))
}

/** The times at which calls that start together are answered. */
const times = Effect.fnUntraced(
  function*(calls: ReadonlyArray<Effect.Effect<void, MistralError.MistralError, Chat.Chat>>) {
    const answered: Array<number> = []
    const fiber = yield* Effect.forEach(calls, (call) =>
      call.pipe(
        Effect.andThen(Clock.currentTimeMillis),
        Effect.map((now) => answered.push(now))
      ), {
      concurrency: "unbounded"
    }).pipe(Effect.forkChild({ startImmediately: true }))
    yield* Effect.repeat(TestClock.adjust("50 millis"), { times: 100 })
    yield* Fiber.join(fiber)
    return answered
  }
)

const RateLimiterTest = RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))

describe("a rate limit around the chat service", () => {
  for (const [name, call] of Object.entries(operations)) {
    it.effect(`sends two calls at once and then two a second: ${name}`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* times([call, call, call, call, call]), [0, 0, 500, 1000, 1500])
      }).pipe(Effect.provide(ChatTest(10))))

    it.effect(`has at most three calls in progress, until each has ended: ${name}`, () =>
      Effect.gen(function*() {
        const { active, requests } = yield* Emulator.Emulator
        const fiber = yield* Effect.forEach(Array.from({ length: 7 }), () => call, { concurrency: "unbounded" }).pipe(
          Effect.forkChild({ startImmediately: true })
        )
        const busiest: Array<number> = []
        while ((yield* requests).length < 7) {
          busiest.push(yield* active)
          yield* TestClock.adjust("1 second")
        }
        assert.strictEqual(Math.max(...busiest), 3)
        yield* TestClock.adjust("10 minutes")
        yield* Fiber.join(fiber)
        assert.strictEqual(yield* active, 0)
      }).pipe(Effect.provide(ChatTest(3, { timeToFirstToken: "5 seconds", tokensPerSecond: 1 }))))
  }

  it.effect("counts a call with its retries as one", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(503, { retryAfter: 0 }), { times: 3 })
      yield* times([operations.complete, operations.complete])
      // The turns of the retries are free: the next calls wait for their own only.
      assert.strictEqual((yield* requests).length, 5)
      const now = yield* Clock.currentTimeMillis
      assert.deepStrictEqual(yield* times([operations.complete, operations.complete]), [now, now])
    }).pipe(Effect.provide(ChatTest(10))))

  it.effect("gives back the permits of calls that fail, are interrupted, or are read in part", () =>
    Effect.gen(function*() {
      const { active, faults, requests } = yield* Emulator.Emulator
      const soon = TestClock.adjust("1 second")
      yield* faults.next(Fault.status(401))
      yield* Effect.flip(operations.complete)
      yield* faults.next(Fault.cut({ afterEvents: 2 }))
      yield* Effect.flip(operations.stream)
      yield* soon
      yield* Stream.runDrain(Stream.take(Chat.stream(request), 2))
      yield* faults.next(Fault.stall())
      const stalled = yield* Effect.forkChild(operations.complete, { startImmediately: true })
      const waiting = yield* Effect.forkChild(operations.complete, { startImmediately: true })
      yield* soon
      assert.strictEqual((yield* requests).length, 4)
      // A call that waits for its permit can be interrupted, too.
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(stalled)
      yield* operations.complete
      assert.strictEqual(yield* active, 0)
    }).pipe(Effect.provide(ChatTest(1))))
})

describe("a rate limit in the HTTP client", () => {
  for (const [name, call] of Object.entries(operations)) {
    it.effect(`sends two requests at once and then two a second: ${name}`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* times([call, call, call, call, call]), [0, 0, 500, 1000, 1500])
      }).pipe(Effect.provide(ClientTest)))
  }

  it.effect("counts the retries of a call, too", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(503, { retryAfter: 0 }), { times: 3 })
      yield* times([operations.complete])
      assert.strictEqual((yield* requests).length, 4)
    }).pipe(Effect.provide(ClientTest)))

  it.effect("holds back all requests for the Retry-After of a 429", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(429, { retryAfter: 3 }))
      const refused = yield* Effect.flip(Chat.complete(request, { retry: RetryPolicy.none }))
      assert.strictEqual(refused.reason._tag, "RateLimited")
      assert.deepStrictEqual(yield* times([operations.complete]), [3000])
    }).pipe(Effect.provide(ClientTest)))

  it.effect("leaves the repetition of a 429 to the retry policy, which ends", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(429, { retryAfter: 3 }), { times: 1_000 })
      const failing = yield* Effect.forkChild(Effect.flip(operations.complete), { startImmediately: true })
      yield* TestClock.adjust("10 minutes")
      assert.strictEqual((yield* Fiber.join(failing)).reason._tag, "RateLimited")
      assert.strictEqual((yield* requests).length, 5)
    }).pipe(Effect.provide(ClientTest)))
})

const ChatTest = (concurrency: number, emulator?: Parameters<typeof emulated>[0]) =>
  layerRateLimit(concurrency).pipe(
    Layer.provide([Chat.layer, RateLimiterTest]),
    Layer.provideMerge(emulated(emulator))
  )

const ClientTest = Chat.layer.pipe(
  Layer.provide(layerClientRateLimit({ apiKey: Redacted.make("emulator-key") })),
  Layer.provide(RateLimiterTest),
  Layer.provideMerge(Emulator.layerMemory({ timeToFirstToken: 0, tokensPerSecond: Infinity }))
)
