/** One attempt: reading a refusal's body within its limits, and cancelling the connection. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { TestClock } from "effect/testing"
import { join } from "./fixtures/promptly.ts"
import { refusal } from "./fixtures/refusal.ts"
import { event, eventStream, openBody, settle } from "./fixtures/scriptedServer.ts"
import { call, timed } from "./fixtures/timedCalls.ts"

describe("a refusal that is no JSON", () => {
  it.effect("of a megabyte is read only in part", () =>
    Effect.gen(function*() {
      let read = 0
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (read >= 1024 * 1024) return controller.close()
          read += 1024
          controller.enqueue(new Uint8Array(1024).fill(97))
        }
      }, { highWaterMark: 0 })
      const error = yield* refusal(() => new Response(body, { status: 500 }))
      assert.strictEqual(error.reason._tag, "ServerError")
      assert.isBelow(error.message.length, 1000)
      assert.isAtMost(read, 100 * 1024)
      assert.isAbove(read, 10 * 1024)
    }))

  it.effect("that never ends is cut off by the clock, and the connection is given up", () =>
    Effect.gen(function*() {
      const body = openBody()
      body.push("{\"message\": \"half a sen")
      const fiber = yield* Effect.forkChild(refusal(() => new Response(body.stream, { status: 503 })))
      yield* settle
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      yield* settle
      const error = yield* join(fiber)
      assert.strictEqual(error.reason._tag, "ServerError")
      assert.strictEqual(error.status, 503)
      assert.isTrue(body.state.cancelled)
    }))

  it.effect("that never ends is cut off where the limit to the first byte ends", () =>
    Effect.gen(function*() {
      const body = openBody()
      const fiber = yield* Effect.forkChild(
        refusal(() => new Response(body.stream, { status: 503 }), { timeout: { firstByte: "1 second" } })
      )
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* settle
      assert.isDefined(fiber.pollUnsafe())
      assert.strictEqual((yield* join(fiber)).status, 503)
      assert.isTrue(body.state.cancelled)
    }))

  it.effect("whose body breaks off still says its status", () =>
    Effect.gen(function*() {
      const body = openBody()
      body.push("{")
      const fiber = yield* Effect.forkChild(refusal(() => new Response(body.stream, { status: 403 })))
      yield* settle
      body.fail(new Error("reset"))
      const error = yield* join(fiber)
      assert.strictEqual(error.reason._tag, "PermissionDenied")
    }))
})

for (const operation of ["complete", "stream"] as const) {
  describe(`Chat.${operation}`, () => {
    it.effect("gives up the connection where it is interrupted", () =>
      Effect.gen(function*() {
        const body = openBody()
        body.push(operation === "complete" ? "{" : event("a"))
        const { layer } = timed(() => operation === "complete" ? new Response(body.stream) : eventStream(body.stream))
        const fiber = yield* Effect.forkChild(call(operation).pipe(Effect.provide(layer)))
        yield* settle
        assert.isFalse(body.state.cancelled)
        yield* Fiber.interrupt(fiber)
        yield* settle
        assert.isTrue(body.state.cancelled)
      }))
  })
}
