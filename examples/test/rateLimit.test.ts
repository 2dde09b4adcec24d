import { Chat } from "@effect-mistral/chat"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Stream } from "effect"
import { RateLimiter } from "effect/persistence"
import { TestClock } from "effect/testing"
import { layerRateLimit } from "../rate-limit.ts"
import { emulated } from "./emulated.ts"

const request = { model: "mistral-small-latest", messages: [{ role: "user" as const, content: "Hello" }] }

const operations = {
  complete: Effect.asVoid(Chat.complete(request)),
  stream: Stream.runDrain(Chat.stream(request))
}

const ChatTest = (
  options: Parameters<typeof layerRateLimit>[0],
  emulator?: Parameters<typeof emulated>[0]
) =>
  layerRateLimit(options).pipe(
    Layer.provide([Chat.layer, RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))]),
    Layer.provideMerge(emulated(emulator))
  )

describe("a rate limit around the chat service", () => {
  for (const [name, call] of Object.entries(operations)) {
    it.effect(`sends two calls at once and then two a second: ${name}`, () =>
      Effect.gen(function*() {
        const times: Array<number> = []
        const fiber = yield* Effect.forEach(
          [1, 2, 3, 4, 5],
          () => call.pipe(Effect.andThen(Clock.currentTimeMillis), Effect.map((now) => times.push(now))),
          { concurrency: "unbounded" }
        ).pipe(Effect.forkChild({ startImmediately: true }))
        for (const _ of Array.from({ length: 20 })) yield* TestClock.adjust("100 millis")
        yield* Fiber.join(fiber)
        assert.deepStrictEqual(times, [0, 0, 500, 1000, 1500])
      }).pipe(Effect.provide(ChatTest({ limit: 2, window: "1 second", concurrency: 10 }))))

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
      }).pipe(
        Effect.provide(
          ChatTest({ limit: 100, window: "1 second", concurrency: 3 }, {
            timeToFirstToken: "5 seconds",
            tokensPerSecond: 1
          })
        )
      ))
  }

  it.effect("gives back the permits of calls that fail, are interrupted, or are read in part", () =>
    Effect.gen(function*() {
      const { active, faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(401))
      yield* Effect.flip(operations.complete)
      yield* faults.next(Fault.cut({ afterEvents: 2 }))
      yield* Effect.flip(operations.stream)
      yield* Stream.runDrain(Stream.take(Chat.stream(request), 2))
      yield* faults.next(Fault.stall())
      const stalled = yield* Effect.forkChild(operations.complete, { startImmediately: true })
      const waiting = yield* Effect.forkChild(operations.complete, { startImmediately: true })
      assert.strictEqual((yield* requests).length, 4)
      // A call that waits for its permit can be interrupted, too.
      yield* Fiber.interrupt(waiting)
      yield* Fiber.interrupt(stalled)
      yield* operations.complete
      assert.strictEqual(yield* active, 0)
    }).pipe(Effect.provide(ChatTest({ limit: 100, window: "1 second", concurrency: 1 }))))
})
