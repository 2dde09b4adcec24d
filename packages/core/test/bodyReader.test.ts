/** Bodies of a transport's own that break the rules of a source of bytes: nothing is lost, no request stays open. */
import { ByteSource, Completion, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { HttpClient, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { stream } from "./fixtures/completions.ts"
import { join } from "./fixtures/promptly.ts"

describe("a source of bytes", () => {
  for (const [name, later] of [["at once", (tell: () => void) => tell()], ["later", queueMicrotask]] as const) {
    it.effect(`that tells ${name} more than it was asked for loses nothing`, () =>
      Effect.gen(function*() {
        let reads = 0
        const { layer } = over((reader) => {
          const first = reads++ === 0
          later(() => {
            if (first) { for (const text of ["a", "b", "c"]) reader.onBytes([event(text)]) }
            else reader.onBytes([event("d"), done])
            if (!first) reader.onEnd()
          })
          return () => {}
        })
        assert.strictEqual(yield* Effect.provide(read, layer), "abcd")
      }))
  }

  it.effect("that tells of its end with its last bytes loses nothing", () =>
    Effect.gen(function*() {
      const { layer } = over((reader) => {
        reader.onBytes([event("a")])
        reader.onBytes([event("b"), done])
        reader.onEnd()
        return () => {}
      })
      assert.strictEqual(yield* Effect.provide(read, layer), "ab")
    }))

  const cancels: Record<string, (reader: ByteSource.Reader) => void> = {
    "cannot let go": () => {
      throw new Error("cannot let go")
    },
    "tells of an end when it is to let go": (reader) => reader.onEnd()
  }
  for (const [name, cancel] of Object.entries(cancels)) {
    it.effect(`that ${name} leaves no request open`, () =>
      Effect.gen(function*() {
        let reads = 0
        const { layer, open } = over((reader) => {
          if (reads++ % 2 === 0) reader.onBytes([event("a")])
          return () => cancel(reader)
        })
        const interrupted = yield* Effect.forkChild(Effect.provide(read, layer), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        assert.strictEqual(open(), 1)
        yield* Fiber.interrupt(interrupted)
        assert.strictEqual(open(), 0)
        const timedOut = yield* Effect.forkChild(Effect.flip(Effect.provide(read, layer)), { startImmediately: true })
        yield* TestClock.adjust("2 minutes")
        assert.strictEqual((yield* join(timedOut)).reason._tag, "Timeout")
        assert.strictEqual(open(), 0)
      }))
  }
})

const read = stream({ model: "m", messages: [{ role: "user", content: "Hi" }] }).pipe(
  Stream.runFold(() => "", (text, chunk) => text + Completion.chunkText(chunk))
)

const encode = (text: string): Uint8Array => new TextEncoder().encode(text)

const event = (content: string): Uint8Array =>
  encode(
    `data: ${
      JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })
    }\n\n`
  )

const done = encode("data: [DONE]\n\n")

/** A transport whose responses have such a source, and how many of its requests were not aborted. */
const over = (read: ByteSource.ByteSource["read"]) => {
  let open = 0
  const http = HttpClient.make((request, _url, signal) =>
    Effect.sync(() => {
      open++
      signal.addEventListener("abort", () => open--, { once: true })
      const head = new Response(null, { headers: { "content-type": "text/event-stream" } })
      return Object.assign(HttpClientResponse.fromWeb(request, head), { [ByteSource.key]: { read } })
    })
  )
  const layer = MistralClient.layer({ retry: RetryPolicy.none }).pipe(
    Layer.provide(Layer.succeed(HttpClient.HttpClient, http))
  )
  return { layer, open: () => open }
}
