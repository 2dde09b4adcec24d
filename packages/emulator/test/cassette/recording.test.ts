import * as Chat from "@effect-mistral/chat/Chat"
import { Cassette } from "@effect-mistral/emulator"
import * as ScriptedHttpClient from "@effect-mistral/testing/ScriptedHttpClient"
import * as TestCompletion from "@effect-mistral/testing/TestCompletion"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { ask } from "../support.ts"
import { after, asking, chatOver, recording, request, texts } from "./cassetteClient.ts"
import { namesIn, temporary } from "./cassetteSupport.ts"

const { bytes, connectionError, json, sse, text } = ScriptedHttpClient

describe("Cassette", () => {
  describe("a recording", () => {
    it.effect("is one readable file, named after what is in it", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const fs = yield* FileSystem.FileSystem
        yield* Effect.provide(
          after("40 millis", Chat.complete(ask("Hi", { random_seed: 3 }))),
          chatOver(recording(directory, [json(TestCompletion.response("Hello."), { delay: "40 millis" })]))
        )
        const [name = ""] = yield* namesIn(directory)
        assert.match(name, /^post-chat-completions-mistral-small-latest-[0-9a-f]{10}-001\.json$/)
        const written = yield* fs.readFileString(`${directory}/${name}`)
        assert.strictEqual(
          written,
          `${
            JSON.stringify(
              {
                version: 1,
                request: {
                  method: "POST",
                  path: "/v1/chat/completions",
                  headers: { "accept": "application/json", "content-type": "application/json" },
                  body: { json: { ...ask("Hi"), random_seed: 3, stream: false } }
                },
                response: {
                  status: 200,
                  headers: { "content-type": "application/json" },
                  after: 40,
                  body: { json: TestCompletion.response("Hello.") },
                  end: { after: 0, how: "complete" }
                }
              },
              undefined,
              2
            )
          }\n`
        )
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("holds the pieces of a stream and the time between them, and is there when the reader sees [DONE]", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const script = [sse(["one", "two"], { pause: "7 millis", ending: "hang" })]
        yield* Effect.gen(function*() {
          const response = yield* HttpClient.get("https://api.mistral.ai/v1/events")
          yield* after("14 millis", Stream.runDrain(Stream.take(response.stream, 3)))
          const [filed] = yield* Cassette.read(directory)
          assert.deepStrictEqual(filed?.cassette.response, {
            status: 200,
            headers: { "content-type": "text/event-stream" },
            after: 0,
            body: {
              pieces: [
                { after: 0, text: "data: one\n\n" },
                { after: 7, text: "data: two\n\n" },
                { after: 7, text: "data: [DONE]\n\n" }
              ]
            },
            end: { after: 0, how: "complete" }
          })
        }).pipe(Effect.provide(recording(directory, script)))
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("holds whole milliseconds, whatever the clock says", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const client = recording(directory, [sse(["one", "two"], { delay: "1500 micros", pause: "2700 micros" })])
        yield* Effect.provide(
          after("10 millis", Effect.flatMap(HttpClient.get("https://api.mistral.ai/v1/events"), ({ text }) => text)),
          client
        )
        const [filed] = yield* Cassette.read(directory)
        const { after: head, body } = filed?.cassette.response ?? {}
        assert.strictEqual(head, 2)
        // The pieces are received at 1.5, 4.2 and 6.9 ms.
        const times = body !== undefined && "pieces" in body ? body.pieces.map(({ after }) => after) : []
        assert.deepStrictEqual(times, [0, 2, 3])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("keeps bytes that are no text, and characters that the network cut", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const binary = Uint8Array.from([0, 255, 128, 10])
        const euro = new TextEncoder().encode("data: €\n\n")
        const script = [
          bytes([binary], { headers: { "content-type": "audio/mpeg" } }),
          bytes([euro.subarray(0, 7), euro.subarray(7)], { headers: { "content-type": "text/event-stream" } })
        ]
        const read = Effect.forEach(["/v1/audio", "/v1/events"], (path) =>
          Effect.flatMap(HttpClient.get(`https://api.mistral.ai${path}`), (response) =>
            Effect.map(response.arrayBuffer, (buffer) => [...new Uint8Array(buffer)])))
        const recorded = yield* Effect.provide(read, recording(directory, script))
        assert.deepStrictEqual(recorded, [[...binary], [...euro]])
        const bodies = (yield* Cassette.read(directory)).map(({ cassette }) =>
          cassette.response.body
        )
        assert.deepStrictEqual(bodies, [
          { base64: "AP+ACg==" },
          { pieces: [{ after: 0, base64: "ZGF0YTog4g==" }, { after: 0, base64: "gqwKCg==" }] }
        ])
        assert.deepStrictEqual(yield* Effect.provide(read, Cassette.layerReplay(directory)), recorded)
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("keeps JSON as a value only where the value is written with the same bytes", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const bodies = [
          "{\"a\":1.5,\"b\":[\"é\"]}",
          "{ \"a\": 1 }",
          "[1.0]",
          "{\"2\":1,\"1\":2}",
          "\"text\"",
          "",
          "{\"a\":"
        ]
        const asked = asking(...bodies.map((_, index) => request(`/v1/number/${index}`)))
        yield* Effect.provide(
          asked,
          recording(directory, bodies.map((body) => text(body, { headers: { "content-type": "application/json" } })))
        )
        assert.deepStrictEqual((yield* Cassette.read(directory)).map(({ cassette }) => cassette.response.body), [
          { json: { a: 1.5, b: ["é"] } },
          { text: "{ \"a\": 1 }" },
          { text: "[1.0]" },
          { text: "{\"2\":1,\"1\":2}" },
          { json: "text" },
          undefined,
          { text: "{\"a\":" }
        ])
        assert.deepStrictEqual(texts(yield* Effect.provide(asked, Cassette.layerReplay(directory))), bodies)
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("has a name that any file system takes, whatever the path", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const paths = [
          "/",
          "/v1/../../etc/passwd",
          "/v1/files/%2E%2E%2Fa%00b:c*?",
          `/v1/${"long/".repeat(200)}`,
          "/v1/CON"
        ]
        yield* Effect.provide(
          asking(
            ...paths.map((path) => request(path)),
            request("/v1/chat/completions", "{\"model\":\"../../é\",\"stream\":true}")
          ),
          recording(directory, () => text("x"))
        )
        const names = yield* namesIn(directory)
        assert.strictEqual(names.length, 6)
        for (const name of names) assert.match(name, /^[a-z0-9][a-z0-9-]{0,150}-[0-9a-f]{10}-001\.json$/)
        assert.isTrue(names.some((name) => name.startsWith("post-chat-completions-stream-")))
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("replaces what the directory held of the same request, or comes after it", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const one = asking(request("/v1/one"))
        const both = asking(request("/v1/one"), request("/v1/one"), request("/v1/two"))
        yield* Effect.provide(both, recording(directory, [text("old 1"), text("old 2"), text("old")]))
        const names = yield* namesIn(directory)
        yield* Effect.provide(one, recording(directory, [text("new 1")]))
        assert.deepStrictEqual(yield* namesIn(directory), names.filter((name) => !name.endsWith("-002.json")))
        assert.deepStrictEqual(
          texts(yield* Effect.provide(both, Cassette.layerReplay(directory))),
          ["new 1", "new 1", "old"]
        )
        yield* Effect.provide(one, recording(directory, [text("new 2")], { earlier: "keep" }))
        assert.deepStrictEqual(
          texts(yield* Effect.provide(both, Cassette.layerReplay(directory))),
          ["new 1", "new 2", "old"]
        )
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("replaces no recording that another recorder has made since", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const asked = asking(request("/v1/one"))
        yield* Effect.provide(asked, recording(directory, [text("old")]))
        const [first, second] = yield* Effect.all([
          Layer.build(Layer.fresh(recording(directory, [text("first")]))),
          Layer.build(Layer.fresh(recording(directory, [text("second")])))
        ])
        yield* Effect.provideContext(asked, first)
        yield* Effect.provideContext(asked, second)
        const recorded = (yield* Cassette.read(directory)).map(({ cassette }) => cassette.response.body)
        assert.deepStrictEqual(recorded, [{ text: "first" }, { text: "second" }])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("does not collide with another recorder's in the same directory", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(asking(request("/v1/one")), recording(directory, [text("old")]))
        const session = (name: string) =>
          Effect.provide(
            Effect.forEach(Array.from({ length: 20 }), () => asking(request("/v1/one")), { concurrency: "unbounded" }),
            Layer.fresh(recording(directory, () => text(name)))
          )
        yield* Effect.all([session("a"), session("b")], { concurrency: "unbounded" })
        const recorded = (yield* Cassette.read(directory)).map(({ cassette }) => cassette.response.body)
        assert.deepStrictEqual(
          recorded.map((body) => body !== undefined && "text" in body ? body.text : "").sort(),
          [...Array.from({ length: 20 }, () => "a"), ...Array.from({ length: 20 }, () => "b")]
        )
        // No temporary file is left.
        assert.isTrue((yield* namesIn(directory)).every((name) => name.endsWith(".json")))
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("is written as far as it came when the recorder's scope closes", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const scope = yield* Scope.make()
        const client = yield* Layer.buildWithScope(
          recording(directory, [sse(["one"], { ending: "hang", done: false })]),
          scope
        )
        const response = yield* Effect.provideContext(HttpClient.get("https://api.mistral.ai/v1/events"), client)
        const pull = yield* Effect.provideService(Stream.toPull(response.stream), Scope.Scope, yield* Scope.make())
        yield* pull
        assert.deepStrictEqual(yield* namesIn(directory), [])
        yield* Scope.close(scope, Exit.void)
        const [filed] = yield* Cassette.read(directory)
        assert.deepStrictEqual(filed?.cassette.response.end, { after: 0, how: "left" })
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("is not made where nobody answered, and is there for an answer without a body that nobody reads", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(
          Effect.gen(function*() {
            assert.strictEqual((yield* Effect.flip(asking(request("/v1/one")))).reason._tag, "TransportError")
            assert.deepStrictEqual(yield* namesIn(directory), [])
            yield* HttpClient.del("https://api.mistral.ai/v1/files/1")
            assert.strictEqual((yield* namesIn(directory)).length, 1)
          }),
          recording(directory, [connectionError(), text("", { status: 204 })])
        )
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("holds the beginning of an answer that is too large for a file", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const mebibyte = new Uint8Array(1024 * 1024).fill(97)
        const script = [bytes(Array.from({ length: 66 }, () => mebibyte))]
        const client = recording(directory, script)
        const [answer] = yield* Effect.provide(asking(request("/v1/files/1/content")), client)
        assert.strictEqual(answer?.text.length, 66 * mebibyte.length)
        const [filed] = yield* Cassette.read(directory)
        const { body, end } = filed?.cassette.response ?? {}
        assert.strictEqual(body !== undefined && "text" in body ? body.text.length : 0, 64 * mebibyte.length)
        assert.strictEqual(end?.how, "left")
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("can be read more than once by the program, as without the recorder", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const twice = Effect.flatMap(
          HttpClient.get("https://api.mistral.ai/v1/one"),
          (response: HttpClientResponse.HttpClientResponse) => Effect.all([response.text, response.json, response.text])
        )
        const expected: [string, Schema.Json, string] = ["{\"a\":1}", { a: 1 }, "{\"a\":1}"]
        assert.deepStrictEqual(yield* Effect.provide(twice, recording(directory, [json({ a: 1 })])), expected)
        assert.deepStrictEqual(yield* Effect.provide(twice, Cassette.layerReplay(directory)), expected)
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("holds no secret that only the program knows of, in headers that it was told to keep either", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const asked = request("/v1/one").pipe(
          HttpClientRequest.setHeaders({
            "x-kept": "of hidden-in-a-header",
            "x-other": "1",
            "authorization": "Basic dTpwYXNzd29yZA=="
          })
        )
        yield* Effect.provide(
          asking(asked),
          recording(directory, [text("hidden-in-a-header, password, passwords, dTpwYXNzd29yZA==")], {
            headers: ["X-Kept"],
            secrets: [Redacted.make("hidden-in-a-header")]
          })
        )
        const [filed] = yield* Cassette.read(directory)
        assert.deepStrictEqual(filed?.cassette.request.headers, { "x-kept": "of <redacted>" })
        assert.deepStrictEqual(filed?.cassette.response.body, { text: "<redacted>, <redacted>, passwords, <redacted>" })
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })

  describe("secrets", () => {
    const key = "short-key"
    const cases: ReadonlyArray<readonly [said: string, kept: string]> = [
      ["short-key", "<redacted>"],
      ["{\"a\":\"My key:\\nshort-key\\n\"}", "{\"a\":\"My key:\\n<redacted>\\n\"}"],
      ["\\u00e9short-key, %20short-key%20", "\\u00e9<redacted>, %20<redacted>%20"],
      ["unshort-key, short-keys", "unshort-key, short-keys"],
      ["(short-key)short-key", "(<redacted>)<redacted>"]
    ]
    for (const [said, kept] of cases) {
      it.effect(`are taken out of ${said}`, () =>
        Effect.gen(function*() {
          const directory = yield* temporary
          const asked = (key: string, body: string) =>
            HttpClientRequest.setHeader(
              request("/v1/one", JSON.stringify({ said: body })),
              "authorization",
              `Bearer ${key}`
            )
          yield* Effect.provide(asking(asked(key, said)), recording(directory, [text(said)]))
          const [filed] = yield* Cassette.read(directory)
          const { body } = filed?.cassette.response ?? {}
          assert.strictEqual(
            body === undefined || "pieces" in body ? undefined : "text" in body ? body.text : JSON.stringify(body),
            kept.startsWith("{") ? JSON.stringify({ json: JSON.parse(kept) }) : kept
          )
          // The same request with another key has the same recording.
          const other = asked("theirs", said.replaceAll(/(?<!un)short-key(?!s)/g, "theirs"))
          const [replayed] = yield* Effect.provide(asking(other), Cassette.layerReplay(directory))
          assert.deepStrictEqual(replayed, { status: 200, text: kept })
        }).pipe(Effect.provide(NodeFileSystem.layer)))
    }
  })
})
