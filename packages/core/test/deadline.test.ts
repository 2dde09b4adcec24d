/** The time limit of a whole call. */
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { stream } from "./fixtures/completions.ts"
import { join } from "./fixtures/promptly.ts"
import { event, eventStream, json, openBody, request, settle } from "./fixtures/scriptedServer.ts"
import { call, phaseOf, timed, timesOut } from "./fixtures/timedCalls.ts"

for (const operation of ["complete", "stream"] as const) {
  describe(`Chat.${operation}`, () => {
    it.effect("names the limit that ran out: in total, before the first byte", () =>
      Effect.gen(function*() {
        const error = yield* timesOut(operation, () => Effect.never, { total: "3 seconds" }, "3 seconds")
        assert.deepStrictEqual(phaseOf(error), { phase: "total", millis: 3000, chunks: 0 })
        assert.isFalse(error.isRetryable)
      }))

    it.effect("names the limit that ran out: in total, between two attempts", () =>
      Effect.gen(function*() {
        const error = yield* timesOut(
          operation,
          () => json(429, {}, { "retry-after": "30" }),
          { total: "3 seconds" },
          "3 seconds",
          RetryPolicy.defaultPolicy
        )
        assert.deepStrictEqual(phaseOf(error), { phase: "total", millis: 3000, chunks: 0 })
      }))

    it.effect("names the limit that ran out: in total, in the middle of an answer", () =>
      Effect.gen(function*() {
        const body = openBody()
        const { layer } = timed(() => eventStream(body.stream), { timeout: { total: "10 seconds", idle: "4 seconds" } })
        const fiber = yield* Effect.forkChild(Effect.flip(call(operation)).pipe(Effect.provide(layer)))
        for (let i = 0; i < 3; i++) {
          body.push(operation === "complete" ? " " : event("a"))
          yield* settle
          yield* TestClock.adjust("3 seconds")
        }
        yield* settle
        assert.isUndefined(fiber.pollUnsafe())
        yield* TestClock.adjust("1 second")
        yield* settle
        const error = yield* join(fiber)
        assert.deepStrictEqual(phaseOf(error), {
          phase: "total",
          millis: 10_000,
          chunks: operation === "complete" ? 0 : 3
        })
      }))
  })
}

describe("Chat.stream", () => {
  for (const pause of ["9 seconds", "10 seconds", "11 seconds"] as const) {
    for (const idle of ["2 minutes", Duration.infinity] as const) {
      it.effect(`ends in total while its reader pauses for ${pause} (idle: ${String(idle)})`, () =>
        Effect.gen(function*() {
          const body = openBody()
          body.push(event("a"))
          const { layer } = timed(() => eventStream(body.stream), { timeout: { total: "10 seconds", idle } })
          const fiber = yield* stream(request).pipe(
            Stream.runForEach(() => Effect.sleep(pause)),
            Effect.flip,
            Effect.provide(layer),
            Effect.forkChild
          )
          yield* settle
          yield* TestClock.adjust(pause)
          yield* settle
          if (pause === "9 seconds") {
            assert.isUndefined(fiber.pollUnsafe())
            yield* TestClock.adjust("1 second")
            yield* settle
          }
          assert.isDefined(fiber.pollUnsafe())
          const error = yield* join(fiber)
          assert.deepStrictEqual(phaseOf(error), { phase: "total", millis: 10_000, chunks: 1 })
        }))
    }
  }
})
