/** Uploads in front of another server: forwarded as streams, and recorded whole. */
import { Cassette, Emulator, Fault } from "@effect-mistral/emulator"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { temporary } from "../cassette/cassetteSupport.ts"
import { instant, raw } from "../support.ts"
import { namesOf, upload } from "./filesSupport.ts"

const batch = ["purpose", "batch"] as const

const megabytes = (count: number, byte = "x") => byte.repeat(1024 * 1024 * count)

describe("a forwarded upload", () => {
  it.live(
    "of any size arrives as it was sent, and its file comes back through the emulator",
    () =>
      Effect.gen(function*() {
        const upstream = yield* Emulator.Emulator
        const content = megabytes(40)
        yield* Effect.gen(function*() {
          const { json, status } = yield* upload([["file", { name: "a.jsonl", content }], batch])
          assert.strictEqual(status, 200)
          const { bytes, id } = json as { readonly bytes: number; readonly id: string }
          assert.strictEqual(bytes, content.length)
          assert.strictEqual((yield* raw(`/v1/files/${id}/content`)).text, content)
          const { requests } = yield* Emulator.Emulator
          assert.isUndefined((yield* requests)[0]?.body)
        }).pipe(Effect.provide(Emulator.layer({ upstream: { url: upstream.url, apiKey: upstream.apiKey } })))
        assert.deepStrictEqual(yield* namesOf(), ["a.jsonl"])
      }).pipe(Effect.provide(Emulator.layer(instant))),
    60_000
  )

  it.live("gets the faults that are armed in front of the other server", () =>
    Effect.gen(function*() {
      const upstream = yield* Emulator.Emulator
      yield* Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* faults.next(Fault.status(503))
        yield* faults.next(Fault.fileNotFound())
        const sent = upload([["file", { name: "a.jsonl", content: "{}" }], batch])
        assert.strictEqual((yield* sent).status, 503)
        assert.strictEqual((yield* sent).status, 200)
        // The file is the other server's, so that it cannot be hidden here.
        assert.lengthOf(yield* faults.armed, 1)
      }).pipe(Effect.provide(Emulator.layer({ upstream: { url: upstream.url } })))
      assert.deepStrictEqual(yield* namesOf(), ["a.jsonl"])
    }).pipe(Effect.provide(Emulator.layer(instant))))
})

describe("a recorded upload", () => {
  it.live("is replayed for the same fields and content, bytes of any value included", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const upstream = yield* Emulator.Emulator
      const bytes = Uint8Array.from({ length: 1000 }, (_, at) => at * 7)
      const sent = (last: number) =>
        upload([batch, ["file", { name: "a.pdf", content: new Blob([bytes, Uint8Array.of(last)]) }]])
      const recorded = yield* Effect.provide(
        sent(1),
        Emulator.layer({ upstream: { url: upstream.url, record: directory } })
      )
      assert.strictEqual(recorded.status, 200)
      const [filed] = yield* Cassette.read(directory)
      assert.isDefined(filed?.cassette.request.body)
      assert.notInclude(JSON.stringify(filed), Redacted.value(upstream.apiKey))
      yield* Effect.gen(function*() {
        const replayed = yield* sent(1)
        assert.deepStrictEqual([replayed.status, replayed.text], [200, recorded.text])
        const refused = yield* sent(2)
        assert.strictEqual(refused.status, 404)
        assert.include(refused.text, "differs in body")
      }).pipe(Effect.provide(Emulator.layer({ replay: { directory } })))
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])))

  it.live("of more than 32 MiB is refused with a sentence", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      const upstream = yield* Emulator.Emulator
      const large = upload([["file", { name: "a.jsonl", content: megabytes(33) }], batch])
      const { json, status } = yield* Effect.provide(
        large,
        Emulator.layer({ upstream: { url: upstream.url, record: directory } })
      )
      assert.strictEqual(status, 413)
      assert.match(String((json as { readonly message: unknown }).message), /at most 32 MiB/)
      assert.deepStrictEqual(yield* namesOf(), [])
    }).pipe(Effect.provide([Emulator.layer(instant), NodeFileSystem.layer])), 60_000)

  it.live("that is missing is received by the emulator itself, if told so", () =>
    Effect.gen(function*() {
      const directory = yield* temporary
      yield* Effect.gen(function*() {
        const { json, status } = yield* upload([["file", { name: "a.jsonl", content: "{}\n" }], batch])
        assert.strictEqual(status, 200)
        const { id } = json as { readonly id: string }
        assert.strictEqual((yield* raw(`/v1/files/${id}/content`)).text, "{}\n")
      }).pipe(Effect.provide(Emulator.layer({ ...instant, replay: { directory, onMiss: "answer" } })))
    }).pipe(Effect.provide(NodeFileSystem.layer)))
})
