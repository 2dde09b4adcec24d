import { Chat } from "@effect-mistral/chat"
import { RetryPolicy } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Layer, Stream } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { layerCircuitBreaker } from "../circuit-breaker.ts"
import { layerRateLimit } from "../rate-limit.ts"
import { emulated } from "./emulated.ts"

const request = { model: "mistral-small-latest", messages: [{ role: "user" as const, content: "Hello" }] }

const sent = Effect.flatMap(Emulator.Emulator, ({ requests }) => Effect.map(requests, ({ length }) => length))

const reasonOf = (call: Effect.Effect<unknown, { readonly reason: { readonly _tag: string } }, Chat.Chat>) =>
  Effect.map(Effect.flip(call), ({ reason }) => reason._tag)

const operations = {
  complete: Chat.complete(request),
  stream: Stream.runDrain(Chat.stream(request))
}

describe("a circuit breaker around the chat service", () => {
  for (const [name, call] of Object.entries(operations)) {
    it.effect(`opens after three failures in a row that may pass: ${name}`, () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.status(503), { times: 2 })
        for (const _ of [1, 2]) yield* Effect.flip(call)
        yield* call
        // The success began a new series.
        yield* faults.next(Fault.status(503), { times: 3 })
        for (const _ of [1, 2, 3]) assert.strictEqual(yield* reasonOf(call), "CapacityExceeded")
        assert.strictEqual(yield* sent, 6)

        const rejected = yield* Effect.flip(call)
        assert.strictEqual(rejected.operation, `Chat.${name}`)
        assert.deepInclude(rejected.reason, {
          _tag: "ConnectionFailed",
          description: "Circuit open for mistral-small-latest",
          circuitOpen: true,
          retryAfter: Duration.seconds(30)
        })
        // The client of a program that wraps this one does not retry it.
        assert.isFalse(rejected.isRetryable)
        assert.strictEqual(yield* sent, 6)
      }).pipe(Effect.provide(ChatTest)))

    it.effect(`tries the server after half a minute, and closes when it answers: ${name}`, () =>
      Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.status(500), { times: 4 })
        for (const _ of [1, 2, 3]) yield* Effect.flip(call)
        yield* TestClock.adjust("29 seconds")
        assert.strictEqual(yield* reasonOf(call), "ConnectionFailed")
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* reasonOf(call), "ServerError")
        assert.strictEqual(yield* reasonOf(call), "ConnectionFailed")
        yield* TestClock.adjust("30 seconds")
        yield* call
        yield* call
        assert.strictEqual(yield* sent, 6)
      }).pipe(Effect.provide(ChatTest)))
  }

  it.effect("opens for as long as the server asks for in Retry-After", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(503, { retryAfter: 120 }), { times: 3 })
      for (const _ of [1, 2, 3]) yield* Effect.flip(operations.complete)
      yield* TestClock.adjust("119 seconds")
      yield* Effect.flip(operations.complete)
      assert.strictEqual(yield* sent, 3)
      yield* TestClock.adjust("1 second")
      yield* operations.complete
    }).pipe(Effect.provide(ChatTest)))

  it.effect("is not opened by invalid requests, wrong keys and interruptions", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      for (const _ of [1, 2, 3, 4]) {
        assert.strictEqual(yield* reasonOf(Chat.complete({ ...request, temperature: 42 })), "InvalidRequest")
        assert.strictEqual(
          yield* reasonOf(Stream.runDrain(Chat.stream({ ...request, temperature: 42 }))),
          "InvalidRequest"
        )
      }
      assert.strictEqual(yield* sent, 0)
      yield* faults.next(Fault.status(401), { times: 4 })
      for (const _ of [1, 2, 3, 4]) assert.strictEqual(yield* reasonOf(operations.complete), "Authentication")
      yield* faults.next(Fault.stall(), { times: 4 })
      for (const _ of [1, 2, 3, 4]) {
        yield* Fiber.interrupt(yield* Effect.forkChild(operations.complete, { startImmediately: true }))
      }
      yield* operations.complete
      yield* operations.stream
    }).pipe(Effect.provide(ChatTest)))

  it.effect("has a circuit for each model", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(503), { times: 3 })
      for (const _ of [1, 2, 3]) yield* Effect.flip(operations.complete)
      yield* Effect.flip(operations.complete)
      yield* Chat.complete({ ...request, model: "mistral-large-latest" })
    }).pipe(Effect.provide(ChatTest)))

  it.effect("delivers every chunk of a stream once, in order, and closes its request when the reader leaves", () =>
    Effect.gen(function*() {
      const { active } = yield* Emulator.Emulator
      const direct = yield* Stream.runCollect(Stream.unwrap(Effect.map(
        Effect.provide(Chat.Chat, Chat.layer),
        (chat) => chat.stream(request)
      )))
      const guarded = yield* Stream.runCollect(Chat.stream(request))
      assert.deepStrictEqual(guarded.map(({ choices }) => choices), direct.map(({ choices }) => choices))
      yield* Stream.runDrain(Stream.take(Chat.stream(request), 2))
      assert.strictEqual(yield* active, 0)
    }).pipe(Effect.provide(ChatTest)))
})

describe("a circuit breaker around a rate limit around the chat service", () => {
  it.effect("rejects calls without a permit and a turn while the circuit is open", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(503), { times: 3 })
      for (const _ of [1, 2, 3]) {
        const call = yield* Effect.forkChild(Effect.flip(operations.stream), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        yield* Fiber.join(call)
      }
      yield* faults.next(Fault.stall())
      // They would wait for 25 seconds, if each of them took a turn.
      for (const _ of Array.from({ length: 50 })) yield* Effect.flip(operations.stream)
      yield* TestClock.adjust("30 seconds")
      const probe = yield* Effect.forkChild(operations.stream, { startImmediately: true })
      // The probe has the only permit. Other calls fail at once, and do not wait for it.
      assert.strictEqual(yield* reasonOf(operations.complete), "ConnectionFailed")
      assert.strictEqual(yield* sent, 4)
      yield* Fiber.interrupt(probe)
    }).pipe(Effect.provide(
      layerCircuitBreaker.pipe(
        Layer.provide(layerRateLimit(1)),
        Layer.provide([
          Chat.layerOptions({ retry: RetryPolicy.none }),
          RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
        ]),
        Layer.provideMerge(emulated())
      )
    )))
})

const ChatTest = layerCircuitBreaker.pipe(
  Layer.provide(Chat.layerOptions({ retry: RetryPolicy.none })),
  Layer.provideMerge(emulated())
)
