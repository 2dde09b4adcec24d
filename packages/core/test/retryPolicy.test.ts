import type * as Endpoint from "@effect-mistral/core/Endpoint"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { TestClock } from "effect/testing"
import { join } from "./fixtures/promptly.ts"
import {
  completion,
  done,
  event,
  eventStream,
  failure,
  json,
  openBody,
  type Respond,
  settle
} from "./fixtures/scriptedServer.ts"
import { call, passing, step, timed } from "./fixtures/timedCalls.ts"

for (const operation of ["complete", "stream"] as const) {
  const good = () => operation === "complete" ? json(200, completion("Hello")) : eventStream(event("Hello") + done)

  describe(`Chat.${operation}`, () => {
    const refusedOnce: Record<string, Respond> = {
      "a 503": () => json(503, {}),
      "a 500": () => json(500, {}),
      "a 502 of a proxy": () => new Response("<title>Bad Gateway</title>", { status: 502 }),
      "a 504": () => json(504, {}),
      "a 529": () => json(529, {}),
      "a 408": () => json(408, {}),
      "a 429": () => json(429, {}),
      "a connection that fails": () => Effect.fail(new Error("ECONNREFUSED")),
      "an answer whose body breaks before its first byte": () =>
        new Response(new ReadableStream({ pull: (controller) => controller.error(new Error("reset")) }))
    }
    for (const [name, respond] of Object.entries(refusedOnce)) {
      it.effect(`succeeds at the second attempt after ${name}`, () =>
        Effect.gen(function*() {
          const { layer, times } = timed((attempt, ...more) => attempt === 0 ? respond(attempt, ...more) : good())
          const fiber = yield* Effect.forkChild(call(operation).pipe(Effect.provide(layer)))
          yield* settle
          assert.deepStrictEqual(times, [0])
          yield* TestClock.adjust("399 millis")
          yield* settle
          assert.strictEqual(times.length, 1)
          yield* TestClock.adjust("201 millis")
          yield* settle
          assert.strictEqual(times.length, 2)
          assert.strictEqual(yield* join(fiber), "Hello")
        }))
    }

    for (const status of [400, 401, 403, 404, 405, 409, 413, 418, 422]) {
      it.effect(`is not repeated after a ${status}`, () =>
        Effect.gen(function*() {
          const { layer, times } = timed(() => json(status, {}, { "retry-after": "1" }))
          const error = yield* failure(call(operation)).pipe(Effect.provide(layer))
          assert.strictEqual(error.status, status)
          assert.isFalse(error.isRetryable)
          assert.deepStrictEqual(times, [0])
        }))
    }

    const waits: ReadonlyArray<readonly [name: string, value: string, millis: number]> = [
      ["seconds", "5", 5000],
      ["a date", "Thu, 01 Jan 1970 00:00:20 GMT", 20_000],
      ["as long as it may", "60", 60_000]
    ]
    for (const [name, value, millis] of waits) {
      it.effect(`waits as a 429 asks: ${name}`, () =>
        Effect.gen(function*() {
          const { layer, times } = timed((attempt) => attempt === 0 ? json(429, {}, { "retry-after": value }) : good())
          const fiber = yield* Effect.forkChild(call(operation).pipe(Effect.provide(layer)))
          yield* settle
          yield* TestClock.adjust(millis - 1)
          yield* settle
          assert.deepStrictEqual(times, [0])
          yield* TestClock.adjust(1001)
          yield* settle
          assert.lengthOf(times, 2)
          assert.isAtLeast(times[1]!, millis)
          assert.strictEqual(yield* join(fiber), "Hello")
        }))
    }

    it.effect("waits its own time where the server asks for less", () =>
      Effect.gen(function*() {
        const { layer, times } = timed((attempt) => attempt === 0 ? json(429, {}, { "retry-after": "0" }) : good())
        const fiber = yield* Effect.forkChild(call(operation).pipe(Effect.provide(layer)))
        yield* passing("1 second")
        yield* join(fiber)
        assert.isAtLeast(times[1]!, 400)
      }))

    for (const value of ["61", "Thu, 01 Jan 1970 00:01:01 GMT"]) {
      it.effect(`fails at once where the server asks to wait too long: ${value}`, () =>
        Effect.gen(function*() {
          const { layer, times } = timed(() => json(429, {}, { "retry-after": value }))
          const error = yield* failure(call(operation)).pipe(Effect.provide(layer))
          assert.strictEqual(error.reason._tag, "RateLimited")
          assert.strictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), 61_000)
          assert.deepStrictEqual(times, [0])
        }))
    }

    it.effect("is tried five times at most, each time after a longer wait", () =>
      Effect.gen(function*() {
        const { layer, times } = timed((attempt) => json(500, { message: `attempt ${attempt}` }))
        const fiber = yield* Effect.forkChild(Effect.flip(call(operation)).pipe(Effect.provide(layer)))
        yield* passing("10 minutes")
        const error = yield* join(fiber)
        assert.include(error.message, "attempt 4")
        assert.strictEqual(times.length, 5)
        times.slice(1).forEach((time, i) => {
          const wait = time - times[i]!
          const middle = 500 * 2 ** i
          assert.isAtLeast(wait, 0.8 * middle - 1)
          assert.isAtMost(wait, 1.2 * middle + step)
        })
      }))

    it.effect("is not tried later than two minutes after its first failure", () =>
      Effect.gen(function*() {
        const { layer, times } = timed(() => json(503, {}, { "retry-after": "50" }))
        const fiber = yield* Effect.forkChild(Effect.flip(call(operation)).pipe(Effect.provide(layer)))
        yield* passing("10 minutes", "1 second")
        yield* join(fiber)
        assert.isAbove(times.length, 1)
        for (const time of times) assert.isAtMost(time, 120_000)
      }))

    it.effect("is tried just two minutes after its first failure", () =>
      Effect.gen(function*() {
        const retry = RetryPolicy.make({ schedule: Schedule.spaced("1 minute"), maxElapsed: "2 minutes" })
        const { layer, times } = timed(() => json(503, {}), { retry })
        const fiber = yield* Effect.forkChild(Effect.flip(call(operation)).pipe(Effect.provide(layer)))
        yield* passing("10 minutes", "1 second")
        yield* join(fiber)
        assert.deepStrictEqual(times, [0, 60_000, 120_000])
      }))

    it.effect("is tried for as long as its own policy says", () =>
      Effect.gen(function*() {
        const attempts = (maxElapsed: Duration.Input | undefined) =>
          Effect.gen(function*() {
            const retry = RetryPolicy.make({
              schedule: Schedule.spaced("1 minute").pipe(Schedule.upTo({ times: 6 })),
              maxElapsed
            })
            const { layer, times } = timed(() => json(503, {}), { retry })
            const fiber = yield* Effect.forkChild(Effect.flip(call(operation)).pipe(Effect.provide(layer)))
            yield* passing("10 minutes", "10 seconds")
            yield* join(fiber)
            return times.length
          })
        assert.strictEqual(yield* attempts(undefined), 7)
        assert.strictEqual(yield* attempts("150 seconds"), 3)
      }))

    it.effect("ends at once where it is interrupted between two attempts", () =>
      Effect.gen(function*() {
        const { layer, times } = timed(() => json(429, {}, { "retry-after": "30" }))
        const fiber = yield* Effect.forkChild(call(operation).pipe(Effect.provide(layer)))
        yield* settle
        assert.strictEqual(times.length, 1)
        yield* Fiber.interrupt(fiber)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
        yield* passing("2 minutes", "1 second")
        assert.strictEqual(times.length, 1)
      }))

    it.effect("is not repeated once its first byte has come", () =>
      Effect.gen(function*() {
        const body = openBody()
        body.push(operation === "complete" ? "{" : event("a"))
        const { layer, times } = timed(() => eventStream(body.stream))
        const fiber = yield* Effect.forkChild(Effect.flip(call(operation)).pipe(Effect.provide(layer)))
        yield* settle
        body.fail(new Error("terminated"))
        const error = yield* join(fiber)
        assert.strictEqual(error.reason._tag, "ConnectionLost")
        if (error.reason._tag === "ConnectionLost") {
          assert.strictEqual(error.reason.chunks, operation === "complete" ? 0 : 1)
          assert.include(error.reason.description, "terminated")
        }
        assert.isTrue(error.isRetryable)
        yield* passing("2 minutes", "1 second")
        assert.strictEqual(times.length, 1)
      }))

    it.effect("is tried once without a policy of retries", () =>
      Effect.gen(function*() {
        const { layer, times } = timed(() => json(503, {}))
        const error = yield* failure(call(operation, { retry: RetryPolicy.none })).pipe(Effect.provide(layer))
        assert.strictEqual(error.reason._tag, "ServerError")
        assert.deepStrictEqual(times, [0])
      }))

    it.effect("asks its policy which errors to repeat", () =>
      Effect.gen(function*() {
        const retry = RetryPolicy.make({
          schedule: Schedule.recurs(9),
          while: (error) => error.reason._tag === "NotFound",
          maxRetryAfter: "1 second"
        })
        const { layer, times } = timed((attempt) => attempt < 3 ? json(404, {}) : json(503, {}), { retry })
        const error = yield* failure(call(operation)).pipe(Effect.provide(layer))
        assert.strictEqual(error.reason._tag, "ServerError")
        assert.strictEqual(times.length, 4)
      }))
  })
}

describe("Chat.stream", () => {
  it.effect("is repeated where the answer was empty", () =>
    Effect.gen(function*() {
      const { layer, times } = timed((attempt) =>
        attempt === 0 ? eventStream(null) : attempt === 1 ? eventStream("") : eventStream(event("Hello") + done)
      )
      const fiber = yield* Effect.forkChild(call("stream").pipe(Effect.provide(layer)))
      yield* passing("5 seconds")
      assert.strictEqual(yield* join(fiber), "Hello")
      assert.strictEqual(times.length, 3)
    }))

  it.effect("is not repeated where it ended early", () =>
    Effect.gen(function*() {
      const { layer, times } = timed(() => eventStream(event("a")))
      const error = yield* failure(call("stream")).pipe(Effect.provide(layer))
      assert.strictEqual(error.reason._tag, "StreamEndedEarly")
      assert.strictEqual(times.length, 1)
    }))
})

describe("an endpoint that may not be sent twice", () => {
  const endpoint: Endpoint.Endpoint<{ readonly name: string }, { readonly id: string }> = {
    name: "Things.create",
    method: "POST",
    path: "/v1/things",
    request: Schema.Struct({ name: Schema.String }),
    response: Schema.Struct({ id: Schema.String }),
    retryable: "ifRejected"
  }
  const create = MistralClient.MistralClient.use((client) => client.request(endpoint, { name: "a" }))
  const unclear: Record<string, Respond> = {
    "a 500": () => json(500, {}),
    "a 503": () => json(503, {}),
    "a 408": () => json(408, {}),
    "a connection that fails": () => Effect.fail(new Error("reset"))
  }
  for (const [name, respond] of Object.entries(unclear)) {
    it.effect(`is not repeated after ${name}`, () =>
      Effect.gen(function*() {
        const { layer, times } = timed(respond)
        const error = yield* failure(create).pipe(Effect.provide(layer))
        assert.isTrue(error.isRetryable)
        assert.strictEqual(error.operation, "Things.create")
        assert.deepStrictEqual(times, [0])
      }))
  }
  const refused: Record<string, Respond> = {
    "a 429": () => json(429, {}),
    "a lack of capacity": () => json(503, { message: "Service tier capacity exceeded" })
  }
  for (const [name, respond] of Object.entries(refused)) {
    it.effect(`is repeated after ${name}`, () =>
      Effect.gen(function*() {
        const { layer, times } = timed((attempt, ...more) =>
          attempt === 0 ? respond(attempt, ...more) : json(201, { id: "1" })
        )
        const fiber = yield* Effect.forkChild(create.pipe(Effect.provide(layer)))
        yield* passing("2 seconds")
        assert.deepStrictEqual(yield* join(fiber), { id: "1" })
        assert.strictEqual(times.length, 2)
      }))
  }

  it.effect("is repeated after a 500 once it may", () =>
    Effect.gen(function*() {
      const { layer, times } = timed((attempt) => attempt === 0 ? json(500, {}) : json(201, { id: "1" }))
      const idempotent = MistralClient.MistralClient.use((client) =>
        client.request({ ...endpoint, retryable: "beforeFirstByte" }, { name: "a" })
      )
      const fiber = yield* Effect.forkChild(idempotent.pipe(Effect.provide(layer)))
      yield* passing("2 seconds")
      yield* join(fiber)
      assert.strictEqual(times.length, 2)
    }))
})
