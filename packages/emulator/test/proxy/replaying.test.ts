import { Cassette, Emulator } from "@effect-mistral/emulator"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import { namesIn, rawServer, temporary } from "../cassette/cassetteSupport.ts"
import { ask, instant, post, raw } from "../support.ts"
import { recordedDirectory } from "./proxySupport.ts"

describe("replaying", () => {
  it.effect("refuses what is not recorded, saying what was asked and what is near, and nothing of the prompt", () =>
    Effect.gen(function*() {
      const directory = yield* recordedDirectory
      yield* Effect.gen(function*() {
        const { json, status } = yield* post(ask("A question about rain", { temperature: 0.5, max_tokens: 3 }))
        assert.strictEqual(status, 404)
        const { message, ...rest } = json as { readonly message: string }
        assert.deepStrictEqual(rest, { object: "error", type: "cassette_not_found", param: null, code: null })
        const [, hash] = /^No cassette matches POST \/v1\/chat\/completions \((\w{10})\)\. Nearest: /.exec(message) ??
          []
        assert.isDefined(hash)
        assert.match(
          message,
          /Nearest: post-chat-completions-mistral-small-latest-\w+-001\.json differs in body\.messages\.0\.content, body\.temperature, body\.max_tokens; /
        )
        assert.notInclude(message, "rain")
        assert.notInclude(message, "key")
        const models = yield* raw("/models/one?page=2")
        assert.include(models.text, "No cassette matches GET /v1/models/one?page=2 (")
        assert.match(models.text, /Nearest: get-models-\w+-001\.json differs in path, query\.page; /)
      }).pipe(Effect.provide(Emulator.layer({ replay: { directory } })))
      const empty = yield* temporary
      const { text } = yield* Effect.provide(raw("/v1/models"), Emulator.layer({ replay: { directory: empty } }))
      assert.include(text, "There are no cassettes.")
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.effect("knows a form again, whatever its boundary", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const server = yield* rawServer((_, response) => response.end("found"))
      const upload = (content: string) => {
        const body = new FormData()
        body.append("file", new Blob([content]), "a.jsonl")
        return raw("/v1/files", { method: "POST", body })
      }
      yield* Effect.provide(upload("one"), Emulator.layer({ upstream: { url: server.url, record: directory } }))
      assert.include(server.received[0]?.body, "\r\n\r\none\r\n--")
      const [filed] = yield* Cassette.read(directory)
      assert.strictEqual(filed?.cassette.request.headers["content-type"], "multipart/form-data; boundary=boundary")
      const replayed = yield* Effect.provide(
        Effect.all([upload("one"), upload("two")]),
        Emulator.layer({ replay: { directory } })
      )
      assert.deepStrictEqual(replayed.map(({ status }) => status), [200, 404])
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.effect("answers itself what is not recorded, if told so", () =>
    Effect.gen(function*() {
      const directory = yield* recordedDirectory
      const upstream = yield* Emulator.Emulator
      const before = (yield* upstream.requests).length
      yield* Effect.gen(function*() {
        const own = yield* post(ask("Something new"))
        assert.strictEqual(own.status, 200)
        assert.strictEqual(own.headers.get("x-ratelimit-limit-req-minute"), "720")
        assert.strictEqual((yield* raw("/v1/models", { headers: { authorization: "Bearer no" } })).status, 200)
        const wrong = { headers: { authorization: "Bearer no" } }
        assert.strictEqual((yield* post(ask("Something new"), wrong)).status, 401)
      }).pipe(Effect.provide(
        Emulator.layer({ ...instant, upstream: { url: upstream.url }, replay: { directory, onMiss: "answer" } })
      ))
      assert.strictEqual((yield* upstream.requests).length, before)
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.effect("asks the server for what is not recorded, once, and keeps it", () =>
    Effect.gen(function*() {
      const directory = yield* recordedDirectory
      const files = yield* namesIn(directory)
      const upstream = yield* Emulator.Emulator
      const before = (yield* upstream.requests).length
      const [first, second] = yield* Effect.provide(
        Effect.all([post(ask("Something new")), post(ask("Something new")), post(ask("Tell me about fog"))]),
        Emulator.layer({ upstream: { url: upstream.url }, replay: { directory, speed: 0 } })
      )
      assert.strictEqual((yield* upstream.requests).length, before + 1)
      assert.strictEqual(second.text, first.text)
      assert.strictEqual((yield* namesIn(directory)).length, files.length + 1)
      const later = yield* Effect.provide(
        post(ask("Something new")),
        Emulator.layer({ replay: { directory, speed: 0 } })
      )
      assert.strictEqual(later.text, first.text)
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.effect("fails to start on a file that is no cassette, and on a directory that is not there", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const starting = (directory: string) =>
        Effect.flip(Effect.provide(Emulator.Emulator, Emulator.layer({ replay: { directory } })))
      const missing = yield* starting(`${directory}/nowhere`)
      assert.strictEqual(missing.message, `${directory}/nowhere: it does not exist`)
      assert.instanceOf(missing, Cassette.CassetteError)
      const fs = yield* FileSystem.FileSystem
      yield* Effect.orDie(fs.writeFileString(`${directory}/a.json`, "{}"))
      const broken = yield* starting(directory)
      assert.strictEqual(broken.message, `${directory}/a.json at version: not a cassette: it has no version`)
    }).pipe(Effect.provide(NodeFileSystem.layer)))

  it.live("keeps the times of the recording, or passes them faster", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const upstream = yield* Emulator.Emulator
      const asked = post({ ...ask("Tell me about fog", { max_tokens: 10 }), stream: true })
      const timed = (layer: Emulator.Options) =>
        Effect.provide(
          Effect.map(Effect.timed(asked), ([duration]) => Duration.toMillis(duration)),
          Emulator.layer(layer)
        )
      yield* timed({ upstream: { url: upstream.url, record: directory } })
      // 100 ms to the first token and 10 tokens at 50 a second; timers can only be late.
      const kept = yield* timed({ replay: { directory } })
      assert.isAtLeast(kept, 290)
      const fast = yield* timed({ replay: { directory, speed: 4 } })
      assert.isAtLeast(fast, 70)
      assert.isBelow(fast, kept)
      assert.isBelow(yield* timed({ replay: { directory, speed: 0 } }), fast)
    }).pipe(Effect.provide([
      Emulator.layer({ timeToFirstToken: "100 millis", tokensPerSecond: 50 }),
      NodeFileSystem.layer
    ])))
})
