/** Sources of bytes: delivered ahead, at once or later, and with a failure. */
import { ByteSource, Completion, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Stream } from "effect"
import { HttpClient, HttpClientError, HttpClientResponse } from "effect/http"
import { TestClock } from "effect/testing"
import { done, encode, event, inPieces, sizes } from "./fixtures/eventBytes.ts"
import { eventStream, listModels, stream } from "./fixtures/scriptedClient.ts"

const read = Stream.runFold(stream(), () => "", (text, chunk) => text + Completion.chunkText(chunk))

describe("a source of bytes that delivers ahead", () => {
  const text = `${event("a")}${event("b")}${event("c")}${event("d")}${done}`
  const deliveries: Record<string, (tell: () => void) => void> = {
    "at once": (tell) => tell(),
    "later": queueMicrotask
  }
  for (const [when, deliver] of Object.entries(deliveries)) {
    for (const [type, headers] of Object.entries({ "no content type": {}, "its content type": eventStream })) {
      for (const size of sizes) {
        it.effect(`${when}, in pieces of ${size} and with ${type}, is read in order`, () =>
          Effect.gen(function*() {
            for (const ahead of [1, 2, 3, 7, Infinity]) {
              const pieces = [...inPieces(text, size)]
              let ended = false
              const source: ByteSource.ByteSource = {
                read: (reader) => {
                  if (ended) throw new Error("It was read after its end")
                  deliver(() => {
                    for (let told = 0; told < ahead && pieces.length > 0; told++) reader.onBytes([pieces.shift()!])
                    if (pieces.length > 0) return
                    ended = true
                    reader.onEnd()
                  })
                  return () => {}
                }
              }
              assert.strictEqual(yield* Effect.provide(read, over(source, headers)), "abcd")
            }
          }))
      }
    }

    it.effect(`${when}, and several pieces each time, is read in order without a content type`, () =>
      Effect.gen(function*() {
        let reads = 0
        const source: ByteSource.ByteSource = {
          read: (reader) => {
            deliver(() => {
              if (reads++ > 0) return reader.onEnd()
              reader.onBytes([encode("d"), encode("at")])
              reader.onBytes([encode("a: "), encode(event("a").slice(6))])
              reader.onBytes([encode(event("b"))])
              reader.onBytes([encode(event("c")), encode(event("d")), encode(done)])
            })
            return () => {}
          }
        }
        assert.strictEqual(yield* Effect.provide(read, over(source, {})), "abcd")
      }))
  }

  it.effect("is explained in order where it is not an event stream", () =>
    Effect.gen(function*() {
      const pieces = ["{\"obj", "ect\":\"err", "or\",\"mess", "age\":\"abc\"}"]
      const source: ByteSource.ByteSource = {
        read: (reader) => {
          if (pieces.length === 0) throw new Error("It was read after its end")
          for (const piece of pieces.splice(0)) reader.onBytes([encode(piece)])
          reader.onEnd()
          return () => {}
        }
      }
      const { reason } = yield* Effect.flip(read).pipe(Effect.provide(over(source, {})))
      assert.isTrue(reason._tag === "BadRequest" && reason.serverMessage === "abc")
    }))
})

describe("a source of bytes", () => {
  it.effect("has its pending read cancelled once, and a completed read never", () =>
    Effect.gen(function*() {
      for (const pending of [true, false]) {
        let cancelled = 0
        let reads = 0
        const source: ByteSource.ByteSource = {
          read: (reader) => {
            if (reads++ === 0 || !pending) reader.onBytes([encode(event("a"))])
            return () => void cancelled++
          }
        }
        const reading = yield* Effect.forkChild(
          Stream.runForEach(stream(), () => pending ? Effect.void : Effect.never).pipe(
            Effect.provide(over(source, eventStream))
          ),
          { startImmediately: true }
        )
        yield* TestClock.adjust("1 second")
        assert.strictEqual(cancelled, 0)
        yield* Fiber.interrupt(reading)
        assert.strictEqual(cancelled, pending ? 1 : 0)
      }
    }))

  it.effect("that is a stream without a body is one that has ended", () =>
    Effect.gen(function*() {
      const http = HttpClient.make((request) => {
        const head = HttpClientResponse.fromWeb(request, new Response(null, { headers: eventStream }))
        const empty = new HttpClientError.HttpClientError({
          reason: new HttpClientError.EmptyBodyError({ request, response: head })
        })
        return Effect.succeed(withStream(head, Stream.fail(empty)))
      })
      const live = Layer.provide(
        MistralClient.layer({ retry: RetryPolicy.none }),
        Layer.succeed(HttpClient.HttpClient, http)
      )
      const { reason } = yield* Effect.flip(Effect.provide(read, live))
      assert.strictEqual(reason._tag, "StreamEndedEarly")
      const whole = yield* Effect.flip(Effect.provide(listModels(), live))
      assert.strictEqual(whole.reason._tag, "InvalidResponse")
    }))

  it.effect("that is the response's own stream is closed with the call, also where it was read to its end", () =>
    Effect.gen(function*() {
      let closed = 0
      const own = Stream.scoped(Stream.unwrap(Effect.as(
        Effect.addFinalizer(() => Effect.sync(() => closed++)),
        Stream.make(encode(event("a")), encode(done))
      )))
      const http = HttpClient.make((request) =>
        Effect.succeed(
          withStream(HttpClientResponse.fromWeb(request, new Response(null, { headers: eventStream })), own)
        )
      )
      const live = Layer.provide(
        MistralClient.layer({ retry: RetryPolicy.none }),
        Layer.succeed(HttpClient.HttpClient, http)
      )
      assert.strictEqual(yield* Effect.provide(read, live), "a")
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(closed, 1)
    }))
})

/** A response that has such a stream of its own. */
const withStream = (
  head: HttpClientResponse.HttpClientResponse,
  stream: HttpClientResponse.HttpClientResponse["stream"]
): HttpClientResponse.HttpClientResponse => Object.create(head, { stream: { get: () => stream } })

/** A client whose responses have such a source. */
const over = (source: ByteSource.ByteSource, headers: Record<string, string>) =>
  Layer.provide(
    MistralClient.layer({ retry: RetryPolicy.none }),
    Layer.succeed(
      HttpClient.HttpClient,
      HttpClient.make((request) =>
        Effect.succeed(
          Object.assign(HttpClientResponse.fromWeb(request, new Response(null, { headers })), {
            [ByteSource.key]: source
          })
        )
      )
    )
  )
