import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { local, raw, settled } from "../support.ts"

const size = 20_000_000

describe("a download", () => {
  it.live(
    "is read no faster than its client reads, and is cut off where its file is deleted meanwhile",
    () =>
      Effect.gen(function*() {
        const { addFile, apiKey, url } = yield* Emulator.Emulator
        const id = yield* addFile("x".repeat(size))
        const authorization = `Bearer ${Redacted.value(apiKey)}`
        const reader = yield* Effect.promise(async () => {
          const response = await fetch(`${url}/v1/files/${id}/content`, { headers: { authorization } })
          assert.strictEqual(response.headers.get("content-length"), String(size))
          return response.body!.getReader()
        })
        let read = 0
        const next = Effect.promise(async () => {
          const { done, value } = await reader.read()
          read += value?.length ?? 0
          return done
        })
        yield* next
        // Long enough for a server that does not wait for its client.
        yield* Effect.sleep("300 millis")
        assert.strictEqual((yield* raw(`/v1/files/${id}`, { method: "DELETE" })).status, 200)
        const exit = yield* Effect.exit(Effect.repeat(next, { until: (done) => done }))
        assert.strictEqual(exit._tag, "Failure")
        assert.isBelow(read, size)
        yield* settled
      }).pipe(Effect.provide(local())),
    30_000
  )

  it.live("that its client leaves ends in the emulator, too", () =>
    Effect.gen(function*() {
      const { addFile, apiKey, url } = yield* Emulator.Emulator
      const id = yield* addFile("x".repeat(size))
      yield* Effect.promise(async () => {
        const response = await fetch(`${url}/v1/files/${id}/content`, {
          headers: { authorization: `Bearer ${Redacted.value(apiKey)}` }
        })
        await response.body!.cancel()
      })
      yield* settled
      assert.strictEqual((yield* raw(`/v1/files/${id}/content`)).text.length, size)
    }).pipe(Effect.provide(local())), 30_000)
})
