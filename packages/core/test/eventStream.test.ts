/**
 * Which responses are event streams, how others are explained, and how a stream ends.
 */
import { type ByteSource, Completion, DirectTransport, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Fiber, Layer, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { done, encode, event, inPieces, sizes } from "./fixtures/eventBytes.ts"
import { clientOver, eventStream, open, requests, stream, within } from "./fixtures/scriptedClient.ts"

const read = Stream.runFold(stream(), () => "", (text, chunk) => text + Completion.chunkText(chunk))

describe("a response to a streamed request", () => {
  const beginnings: Record<string, string> = {
    "data": "",
    "an empty line": "\n",
    "several empty lines": "\n\r\n\r\n",
    "white space and an empty line": "  \t\n",
    "a byte order mark": "\ufeff",
    "a comment": ": OPENROUTER PROCESSING\n\n",
    "an empty comment": ":\n",
    "the name of an event": "event: message\n",
    "an id": "id: 1\n",
    "a time to reconnect": "retry: 3000\n"
  }
  const types: Record<string, Record<string, string>> = {
    "no content type": {},
    "the type text/plain": { "content-type": "text/plain; charset=utf-8" },
    "the type application/json": { "content-type": "application/json" },
    "the type text/event-streams": { "content-type": "text/event-streams" },
    "the type text/event-stream": eventStream,
    "the type Text/Event-Stream;charset=utf-8": { "content-type": "Text/Event-Stream;charset=utf-8" }
  }
  for (const [what, beginning] of Object.entries(beginnings)) {
    for (const [type, headers] of Object.entries(types)) {
      it.effect(`that has ${type} and begins with ${what} is an event stream, in reads of every size`, () =>
        Effect.gen(function*() {
          for (const size of sizes) {
            const text = yield* within(read, 0).pipe(Effect.provide(clientOver([
              ScriptedHttpClient.bytes(inPieces(`${beginning}${event("a")}${event("漢")}${done}`, size), { headers })
            ])))
            assert.strictEqual(text, "a漢")
          }
        }))
    }
  }

  for (const type of ["text/event-stream", "TEXT/Event-Stream; charset=utf-8"]) {
    it.effect(`of type ${type} is an event stream however it begins`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* within(read, 0), "a")
      }).pipe(Effect.provide(clientOver([
        ScriptedHttpClient.bytes([`unknown: field\n\n${event("a")}${done}`], { headers: { "content-type": type } })
      ]))))
  }

  for (const type of ["application/json", "text/plain", undefined]) {
    it.effect(`that is a whole completion of type ${type} is read as one chunk, in reads of every size`, () =>
      Effect.gen(function*() {
        const message = {
          role: "assistant",
          content: "漢\n",
          tool_calls: [{ id: "1", function: { name: "f", arguments: "{}" } }]
        }
        const whole = {
          id: "1",
          object: "chat.completion",
          model: "m",
          choices: [{ index: 0, message, finish_reason: "tool_calls" }],
          usage: { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }
        }
        for (const size of sizes) {
          const response = yield* within(Completion.collect(stream()), 0).pipe(Effect.provide(clientOver([
            ScriptedHttpClient.bytes(inPieces(JSON.stringify(whole, null, 2), size), {
              headers: type === undefined ? {} : { "content-type": type }
            })
          ])))
          assert.deepStrictEqual(response, whole)
        }
      }))
  }

  type Expected = readonly [tag: string, kind: string | undefined, says: string]
  const others: Record<string, readonly [body: string, type: string | undefined, expected: Expected]> = {
    "JSON that reports an error": [
      "{\"object\":\"error\",\"message\":\"no such model\"}",
      "application/json",
      ["BadRequest", undefined, "no such model"]
    ],
    "JSON that reports an error, without a type": [
      "{\"detail\":\"no such model\"}",
      undefined,
      ["BadRequest", undefined, "no such model"]
    ],
    "other JSON": ["{\"id\":\"1\",\"choices\":[]}", "application/json", ["InvalidResponse", "contentType", "JSON"]],
    "a list": ["[1]", undefined, ["InvalidResponse", "contentType", "JSON"]],
    "a page": ["<!doctype html><title>Login</title>", "text/html", ["InvalidResponse", "contentType", "HTML"]],
    "a page without a type": [" <html>", undefined, ["InvalidResponse", "contentType", "HTML"]],
    "a text with the type of a page": ["Login", "text/html; charset=utf-8", ["InvalidResponse", "contentType", "HTML"]],
    "a text": ["try again later", "text/plain; charset=utf-8", ["InvalidResponse", "contentType", "text/plain"]],
    "a text without a type": ["try again later", undefined, ["InvalidResponse", "json", "JSON"]],
    "a text that begins as a field does": ["dates: never", undefined, ["InvalidResponse", "json", "JSON"]],
    "a part of a field": ["dat", undefined, ["InvalidResponse", "json", "JSON"]],
    "white space": [" \n ", undefined, ["InvalidResponse", "json", "empty"]],
    "JSON that is cut": ["{\"object\":", "application/json", ["InvalidResponse", "json", "JSON"]]
  }
  for (const [what, [body, type, [tag, kind, says]]] of Object.entries(others)) {
    it.effect(`that is ${what} is explained, in reads of every size`, () =>
      Effect.gen(function*() {
        for (const size of sizes) {
          yield* Effect.gen(function*() {
            const error = yield* within(Effect.flip(read), 0)
            assert.strictEqual(error.reason._tag, tag)
            if (error.reason._tag === "InvalidResponse") assert.strictEqual(error.reason.kind, kind)
            assert.include(error.message, says)
            assert.strictEqual(error.status, 200)
            assert.strictEqual(error.requestId, "id-1")
            assert.strictEqual(yield* open, 0)
            assert.lengthOf(yield* requests, 1)
          }).pipe(Effect.provide(clientOver(
            [ScriptedHttpClient.bytes(inPieces(body, size), {
              headers: { "x-request-id": "id-1", ...(type === undefined ? undefined : { "content-type": type }) }
            })],
            { retry: RetryPolicy.defaultPolicy }
          )))
        }
      }))
  }
})

describe("the end of a stream", () => {
  const endings: Record<string, readonly [body: string, given: string, reason: string | undefined]> = {
    "[DONE] is a good one": [`${event("a")}${done}`, "a", undefined],
    "[DONE] without an empty line is a good one": [`${event("a")}data: [DONE]`, "a", undefined],
    "[DONE] with white space around it is a good one": [`${event("a")}data:[DONE] \n\n`, "a", undefined],
    "[DONE] is the last that is read": [`${event("a")}${done}${event("b")}data: not JSON\n\n`, "a", undefined],
    "[DONE] alone is early": [done, "", "StreamEndedEarly"],
    "nothing but chunks is early": [`${event("a")}${event("b")}`, "ab", "StreamEndedEarly"],
    "a chunk without an empty line is early, and the chunk is given": [event("a").trimEnd(), "a", "StreamEndedEarly"],
    "half a chunk is not valid": [`${event("a")}${event("b").slice(0, 30)}`, "a", "InvalidResponse"],
    "the text [DONE] in a chunk is not the end": [`${event("[DONE]")}`, "[DONE]", "StreamEndedEarly"],
    "a chunk that is not JSON": [`${event("a")}data: {\n\n${event("b")}${done}`, "a", "InvalidResponse"],
    "a chunk that does not fit": [`${event("a")}data: 1\n\n${event("b")}${done}`, "a", "InvalidResponse"],
    "an event that reports an error": [
      `${event("a")}event: error\ndata: no\n\n${event("b")}${done}`,
      "a",
      "StreamError"
    ],
    "a failed choice, after its chunk": [
      `${event("a")}${event("b").replace("null", "\"error\"")}${done}`,
      "ab",
      "GenerationFailed"
    ]
  }
  for (const [what, [body, given, reason]] of Object.entries(endings)) {
    it.effect(`${what}, in reads of every size`, () =>
      Effect.gen(function*() {
        for (const size of sizes) {
          yield* Effect.gen(function*() {
            const { error, response } = yield* Completion.collectPartial(stream())
            assert.strictEqual(Completion.text(response), given)
            assert.strictEqual(error._tag === "Some" ? error.value.reason._tag : undefined, reason)
            if (error._tag === "Some" && "chunks" in error.value.reason) {
              assert.strictEqual(error.value.reason.chunks, given === "[DONE]" ? 1 : given.length)
              assert.strictEqual(error.value.requestId, "id-1")
            }
            yield* TestClock.adjust("100 millis")
            assert.strictEqual(yield* open, 0)
          }).pipe(Effect.provide(clientOver([
            ScriptedHttpClient.bytes(inPieces(body, size), { headers: { ...eventStream, "x-kong-request-id": "id-1" } })
          ])))
        }
      }))
  }

  it.effect("is not waited for after [DONE], and its connection is closed soon", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* within(read, 0), "a")
      yield* TestClock.adjust("100 millis")
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.bytes([`${event("a")}${done}`], { headers: eventStream, ending: "hang" })
    ]))))

  for (const [when, millis, aborted] of [["soon", 50, 0], ["late", 200, 1]] as const) {
    it.effect(`that comes ${when} after [DONE] ${aborted === 0 ? "leaves" : "does not leave"} the connection to be used again`, () =>
      Effect.gen(function*() {
        const { aborts, end, layer } = held(`${event("a")}${done}`)
        assert.strictEqual(yield* within(Effect.provide(read, layer), 0), "a")
        assert.strictEqual(aborts(), 0)
        yield* TestClock.adjust(millis)
        end()
        yield* TestClock.adjust("1 second")
        assert.strictEqual(aborts(), aborted)
      }))
  }

  it.effect("by its reader aborts the request, once", () =>
    Effect.gen(function*() {
      for (const [run, body] of [[Stream.take(stream(), 1), event("a")], [stream(), event("a")]] as const) {
        const { aborts, layer } = held(body)
        const reading = yield* Effect.forkChild(Effect.provide(Stream.runDrain(run), layer), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        yield* Fiber.interrupt(reading)
        assert.strictEqual(aborts(), 1)
      }
    }))

  it.effect("is the same for every further pull", () =>
    Effect.gen(function*() {
      for (const [body, isDone] of [[`${event("a")}${done}`, true], [event("a"), false]] as const) {
        yield* Effect.scoped(Effect.gen(function*() {
          const pull = yield* Stream.toPull(stream())
          yield* pull
          const first = yield* Effect.flip(pull)
          assert.strictEqual(Cause.isDone(first), isDone)
          assert.strictEqual(yield* Effect.flip(pull), first)
        })).pipe(Effect.provide(clientOver([ScriptedHttpClient.bytes([body], { headers: eventStream })])))
      }
    }))
})

/** A client whose response has a body that the test ends, and how often its request was aborted. */
const held = (body: string) => {
  let aborts = 0
  let reads = 0
  let reader: ByteSource.Reader | undefined
  const http = DirectTransport.offer(HttpClient.make(() => Effect.never), {
    send: (_, receiver) => {
      receiver.onResponse({
        status: 200,
        header: (name) => name === "content-type" ? "text/event-stream" : undefined,
        headers: () => eventStream,
        body: {
          read: (asking) => {
            if (reads++ === 0) asking.onBytes([encode(body)])
            else reader = asking
            return () => {}
          }
        }
      })
      return () => void aborts++
    }
  })
  return {
    aborts: () => aborts,
    end: () => reader?.onEnd(),
    layer: Layer.provide(
      MistralClient.layer({ retry: RetryPolicy.none }),
      Layer.succeed(HttpClient.HttpClient, http)
    )
  }
}
