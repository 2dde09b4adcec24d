/** A response read whole, as JSON. */
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { failure } from "./fixtures/scriptedServer.ts"
import { call, timed } from "./fixtures/timedCalls.ts"

describe("Chat.complete", () => {
  it.effect("is not repeated where the answer was empty", () =>
    Effect.gen(function*() {
      const { layer, times } = timed(() => new Response(null, { status: 200 }))
      const error = yield* failure(call("complete")).pipe(Effect.provide(layer))
      assert.strictEqual(error.reason._tag, "InvalidResponse")
      assert.strictEqual(times.length, 1)
    }))
})
