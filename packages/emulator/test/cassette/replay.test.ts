import * as Chat from "@effect-mistral/chat/Chat"
import { Cassette } from "@effect-mistral/emulator"
import * as ScriptedHttpClient from "@effect-mistral/testing/ScriptedHttpClient"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/testing/TestClock"
import { ask } from "../support.ts"
import {
  after,
  asking,
  chatOver,
  chunks,
  readingUnderTheClock,
  recordedStream,
  recording,
  request,
  texts
} from "./cassetteClient.ts"
import { namesIn, temporary } from "./cassetteSupport.ts"

const { bytes, text } = ScriptedHttpClient

describe("Cassette", () => {
  describe("a replay", () => {
    it.effect("keeps the times of the recording on the reader's clock", () =>
      Effect.gen(function*() {
        const directory = yield* recordedStream
        const seen = yield* Effect.provide(
          readingUnderTheClock(Array.from({ length: 8 }, () => "10 millis" as const)),
          chatOver(Cassette.layerReplay(directory))
        )
        // The head and the first piece after 30 ms, then a piece every 10 ms; the last one is not a chunk.
        assert.deepStrictEqual(seen, [0, 0, 1, 2, 3, 4, 5, 5])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("passes the times faster, or at once", () =>
      Effect.gen(function*() {
        const directory = yield* recordedStream
        const half = yield* Effect.provide(
          readingUnderTheClock(Array.from({ length: 8 }, () => "5 millis" as const)),
          chatOver(Cassette.layerReplay(directory, { speed: 2 }))
        )
        assert.deepStrictEqual(half, [0, 0, 1, 2, 3, 4, 5, 5])
        const collected = yield* Effect.provide(
          Stream.runCollect(Chat.stream(ask("Who?"))),
          chatOver(Cassette.layerReplay(directory, { speed: 0 }))
        )
        assert.deepStrictEqual(collected as ReadonlyArray<unknown>, chunks)
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("ends when its reader has enough, and waits no longer", () =>
      Effect.gen(function*() {
        const directory = yield* recordedStream
        yield* Effect.gen(function*() {
          const some = yield* after("40 millis", Stream.runCollect(Stream.take(Chat.stream(ask("Who?")), 2)))
          assert.strictEqual(some.length, 2)
          // The second reader starts from the beginning, and is interrupted while it waits.
          const waiting = yield* Effect.forkChild(Stream.runCollect(Chat.stream(ask("Who?"))))
          yield* TestClock.adjust("45 millis")
          yield* Fiber.interrupt(waiting)
          assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(waiting)))
        }).pipe(Effect.provide(chatOver(Cassette.layerReplay(directory))))
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("compares JSON as values, and queries as parameters", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(
          asking(request("/v1/things?a=1&b=2&b=1", "{\"a\":1.0,\"b\":{\"c\":100,\"d\":\"é\"}}")),
          recording(directory, [text("found")])
        )
        const [same, alike, ...others] = yield* Effect.provide(
          asking(
            request("/v1/things?b=2&b=1&a=1", "{ \"b\": { \"d\": \"\\u00e9\", \"c\": 1e2 }, \"a\": 1 }"),
            request("/things?b=2&b=1&%61=1", "{\"b\":{\"d\":\"é\",\"c\":100},\"a\":1}"),
            request("/v1/things?a=1&b=1&b=2", "{\"a\":1,\"b\":{\"c\":100,\"d\":\"é\"}}"),
            request("/v1/things?a=1&b=2&b=1", "{\"a\":\"1\",\"b\":{\"c\":100,\"d\":\"é\"}}"),
            request("/v1/things?a=1&b=2&b=1", "{\"a\":1,\"b\":{\"c\":100,\"d\":\"é\",\"e\":null}}"),
            request("/v1/things?a=1&b=2&b=1")
          ),
          Cassette.layerReplay(directory)
        )
        assert.deepStrictEqual([same?.text, alike?.text], ["found", "found"])
        assert.deepStrictEqual(others.map(({ status }) => status), [404, 404, 404, 404])
        const places = others.map(({ text }) => / differs in (.*)\.","type"/.exec(text)?.[1])
        assert.deepStrictEqual(places, ["query.b.0, query.b.1", "body.a", "body.b.e", "method, body"])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("ignores what it is told to", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(
          asking(request("/v1/a?page=1", "{\"m\":[{\"t\":\"x\",\"id\":1},{\"t\":\"y\",\"id\":2}],\"seed\":1}")),
          recording(directory, [text("found")])
        )
        const replay = (ignore: ReadonlyArray<string>) =>
          Effect.provide(
            asking(request("/v1/a?page=2", "{\"m\":[{\"t\":\"x\",\"id\":8},{\"t\":\"y\",\"id\":9}]}")),
            Cassette.layerReplay(directory, { ignore })
          )
        const [found] = yield* replay(["query.page", "body.seed", "body.m.*.id"])
        assert.strictEqual(found?.text, "found")
        assert.strictEqual((yield* replay(["query", "body"]))[0]?.text, "found")
        assert.include((yield* replay(["query.page", "body.seed"]))[0]?.text, "differs in body.m.0.id, body.m.1.id.")
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("gives the recordings of a request in their order, and the last one again and again", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const polled = Effect.forEach(Array.from({ length: 12 }), () => asking(request("/v1/state")))
        yield* Effect.provide(polled, recording(directory, (_, index) => text(`state ${index + 1}`)))
        const fs = yield* FileSystem.FileSystem
        yield* Effect.forEach(
          (yield* namesIn(directory)).filter((name) => name.endsWith("-011.json")),
          (name) => fs.remove(`${directory}/${name}`)
        )
        const replayed = yield* Effect.provide(polled, Cassette.layerReplay(directory))
        assert.deepStrictEqual(
          texts(replayed.flat()),
          [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 12].map((number) => `state ${number}`)
        )
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("breaks off where the connection was lost, in a whole answer too", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const read = Effect.gen(function*() {
          const response = yield* HttpClient.get("https://api.mistral.ai/v1/one")
          const seen: Array<string> = []
          const error = yield* Effect.flip(
            Stream.runForEach(Stream.decodeText(response.stream), (text) => Effect.sync(() => void seen.push(text)))
          )
          return [...seen, error.reason._tag]
        })
        const cut = bytes(["{\"a\":", "1"], { headers: { "content-type": "application/json" }, ending: "fail" })
        assert.deepStrictEqual(yield* Effect.provide(read, recording(directory, [cut])), [
          "{\"a\":",
          "1",
          "DecodeError"
        ])
        const [filed] = yield* Cassette.read(directory)
        assert.deepStrictEqual(filed?.cassette.response.body, { text: "{\"a\":1" })
        assert.strictEqual(filed?.cassette.response.end.how, "lost")
        const replayed = yield* Effect.provide(read, Cassette.layerReplay(directory))
        assert.deepStrictEqual(replayed, ["{\"a\":1", "DecodeError"])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("refuses a request without a recording as an answer that is not found", () =>
      Effect.gen(function*() {
        const directory = yield* recordedStream
        const error = yield* Effect.provide(
          Effect.flip(Chat.complete(ask("Something private"))),
          chatOver(Cassette.layerReplay(directory))
        )
        assert.strictEqual(error.reason._tag, "NotFound")
        assert.include(error.message, "No cassette matches POST /v1/chat/completions")
        assert.include(error.message, "differs in body.messages.0.content, body.stream")
        assert.notInclude(error.message, "private")
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })

  describe("auto", () => {
    it.effect("asks where there is no recording, answers from it at once, and replaces none", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        yield* Effect.provide(asking(request("/v1/one")), recording(directory, [text("recorded")]))
        const auto = (script: ReadonlyArray<ScriptedHttpClient.Answer>) =>
          Layer.provideMerge(Cassette.layer({ directory, mode: "auto", speed: 0 }), ScriptedHttpClient.layer(script))
        const asked = asking(request("/v1/one"), request("/v1/two"), request("/v1/two"))
        yield* Effect.gen(function*() {
          assert.deepStrictEqual(texts(yield* asked), ["recorded", "asked", "asked"])
          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          assert.deepStrictEqual((yield* requests).map(({ path }) => path), ["/v1/two"])
        }).pipe(Effect.provide(auto([text("asked")])))
        assert.deepStrictEqual(texts(yield* Effect.provide(asked, auto([]))), ["recorded", "asked", "asked"])
      }).pipe(Effect.provide(NodeFileSystem.layer)))

    it.effect("is one of the modes that a program can be given", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const inMode = (mode: "replay" | "record", script: ReadonlyArray<ScriptedHttpClient.Answer>) =>
          Effect.provide(
            asking(request("/v1/one")),
            Layer.provide(Cassette.layer({ directory, mode }), ScriptedHttpClient.layer(script))
          )
        assert.deepStrictEqual(texts(yield* inMode("record", [text("asked")])), ["asked"])
        assert.deepStrictEqual(texts(yield* inMode("replay", [])), ["asked"])
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })

  describe("a file that is no cassette", () => {
    const good = {
      version: 1,
      request: { method: "GET", path: "/v1/models", headers: {} },
      response: { status: 200, headers: {}, after: 0, end: { after: 0, how: "complete" } }
    }
    const cases: ReadonlyArray<readonly [text: string, message: string]> = [
      [
        "{\n  \"version\": 1,\n  nonsense\n}",
        " at line 3, column 3: not JSON: Expecting property name enclosed in double quotes"
      ],
      ["[]", ": not a cassette: an object was expected"],
      ["{}", " at version: not a cassette: it has no version"],
      ["{\"version\":2}", " at version: only version 1 of the cassette format is supported"],
      [
        JSON.stringify({ ...good, response: { ...good.response, status: "private" } }),
        " at response.status: Expected number"
      ],
      [
        JSON.stringify({ ...good, response: { ...good.response, end: { after: 0 } } }),
        " at response.end.how: Missing key"
      ],
      [JSON.stringify({ ...good, private: 1 }), " at private: Expected no excess property"]
    ]
    for (const [text, message] of cases) {
      it.effect(`is named with the place in it:${message}`, () =>
        Effect.gen(function*() {
          const directory = yield* temporary
          const fs = yield* FileSystem.FileSystem
          yield* fs.writeFileString(`${directory}/good.json`, JSON.stringify(good))
          yield* fs.writeFileString(`${directory}/other.txt`, "not read")
          assert.strictEqual((yield* Cassette.read(directory)).length, 1)
          yield* fs.writeFileString(`${directory}/wrong.json`, text)
          const error = yield* Effect.flip(
            Effect.provide(asking(request("/v1/models")), Cassette.layerReplay(directory))
          )
          assert.strictEqual(error._tag, "CassetteError")
          assert.strictEqual(error.message, `${directory}/wrong.json${message}`)
        }).pipe(Effect.provide(NodeFileSystem.layer)))
    }

    it.effect("is named where its body is wrong, without what stands there", () =>
      Effect.gen(function*() {
        const directory = yield* temporary
        const fs = yield* FileSystem.FileSystem
        const body = { pieces: [{ after: 1, text: "x" }, { after: 2, base64: "a secret?" }] }
        yield* fs.writeFileString(
          `${directory}/wrong.json`,
          JSON.stringify({ ...good, response: { ...good.response, body } })
        )
        const error = yield* Effect.flip(Cassette.read(directory))
        assert.strictEqual(error.message, `${directory}/wrong.json at response.body.pieces.1.base64: Expected base64`)
      }).pipe(Effect.provide(NodeFileSystem.layer)))
  })
})
