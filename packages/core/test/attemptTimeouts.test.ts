/** The time limits of one attempt: to the first byte, and between two reads. */
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { TestClock } from "effect/testing"
import { join } from "./fixtures/promptly.ts"
import {
  completion,
  done,
  event,
  eventStream,
  json,
  openBody,
  type Respond,
  settle
} from "./fixtures/scriptedServer.ts"
import { call, passing, phaseOf, timed, timesOut } from "./fixtures/timedCalls.ts"

for (const operation of ["complete", "stream"] as const) {
  const good = () => operation === "complete" ? json(200, completion("Hello")) : eventStream(event("Hello") + done)

  describe(`Chat.${operation}`, () => {
    it.effect("has a limit of its own to the first byte in each attempt", () =>
      Effect.gen(function*() {
        const { layer, times } = timed(
          (attempt) => attempt === 0 ? Effect.never : attempt === 1 ? eventStream(openBody().stream) : good(),
          { timeout: { firstByte: "10 seconds" } }
        )
        const fiber = yield* Effect.forkChild(call(operation).pipe(Effect.provide(layer)))
        yield* settle
        yield* TestClock.adjust("10 seconds")
        yield* passing("2 seconds")
        assert.strictEqual(times.length, 2)
        yield* TestClock.adjust("9 seconds")
        yield* passing("4 seconds")
        assert.strictEqual(times.length, 3)
        assert.strictEqual(yield* join(fiber), "Hello")
      }))

    it.live("has a plain timer on Effect's own clock, and no sleeping fiber", () =>
      Effect.gen(function*() {
        const clock = yield* Clock.clockWith(Effect.succeed)
        const { sleep } = clock
        let slept = 0
        clock.sleep = (duration) => {
          slept++
          return sleep.call(clock, duration)
        }
        const { layer } = timed(good, { timeout: { firstByte: "10 seconds" } })
        const text = yield* Effect.ensuring(
          call(operation).pipe(Effect.provide(layer)),
          Effect.sync(() => {
            clock.sleep = sleep
          })
        )
        assert.strictEqual(text, "Hello")
        assert.strictEqual(slept, 0)
      }))

    it.effect("names the limit that ran out: to the first byte", () =>
      Effect.gen(function*() {
        for (const respond of [() => Effect.never, () => eventStream(openBody().stream)] satisfies Array<Respond>) {
          const error = yield* timesOut(operation, respond, { firstByte: "10 seconds" }, "10 seconds")
          assert.deepStrictEqual(phaseOf(error), { phase: "firstByte", millis: 10_000, chunks: 0 })
          assert.isTrue(error.isRetryable)
        }
      }))

    it.effect("names the limit that ran out: between two reads", () =>
      Effect.gen(function*() {
        const body = openBody()
        body.push(operation === "complete" ? "{\"id\":" : event("a"))
        const error = yield* timesOut(operation, () => eventStream(body.stream), { idle: "5 seconds" }, "5 seconds")
        assert.deepStrictEqual(phaseOf(error), {
          phase: "idle",
          millis: 5000,
          chunks: operation === "complete" ? 0 : 1
        })
        yield* settle
        assert.isTrue(body.state.cancelled)
      }))

    it.effect("may last for hours while it pauses for less than the limit", () =>
      Effect.gen(function*() {
        const body = openBody()
        const { layer, times } = timed(() => eventStream(body.stream))
        const fiber = yield* Effect.forkChild(call(operation).pipe(Effect.provide(layer)))
        yield* settle
        for (let i = 0; i < 100; i++) {
          body.push(operation === "complete" ? " " : event("a"))
          yield* settle
          yield* TestClock.adjust("119 seconds")
          yield* settle
        }
        assert.isUndefined(fiber.pollUnsafe())
        body.push(operation === "complete" ? JSON.stringify(completion("a".repeat(100))) : done)
        body.end()
        assert.strictEqual(yield* join(fiber), "a".repeat(100))
        assert.strictEqual(times.length, 1)
      }))
  })
}
