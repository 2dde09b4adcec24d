/** Files through the project's own client, over a socket and in memory. */
import * as BatchEndpoint from "@effect-mistral/batch/BatchEndpoint"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { instant, local } from "../support.ts"

const emulators: ReadonlyArray<
  [name: string, layer: () => Layer.Layer<Emulator.Emulator | MistralClient.MistralClient, unknown>]
> = [["over a socket", () => local()], ["in memory", () => memory()]]

describe.each(emulators)("the client's files, %s,", (_, emulator) => {
  it.effect("go up and down as they are, megabytes as a few bytes", () =>
    Effect.gen(function*() {
      for (const size of [0, 1, 5_000_000]) {
        const bytes = randomBytes(size)
        const file = yield* upload(Stream.fromIterable(pieces(bytes, 70_001)), { size })
        assert.deepInclude(file, { bytes: size, purpose: "batch", filename: "a.jsonl" })
        const params = { file_id: file.id }
        const read = yield* Stream.mkUint8Array(yield* content(params))
        assert.isTrue(Buffer.from(bytes).equals(read))
        const { request } = yield* MistralClient.MistralClient
        assert.deepInclude(yield* request(BatchEndpoint.fetchFile, undefined, { params }), { deleted: false })
        assert.match((yield* request(BatchEndpoint.fileUrl, undefined, { params })).url, /^http/)
        const page = yield* request(BatchEndpoint.listFiles, undefined, { query: { search: "a.jsonl" } })
        assert.strictEqual(page.total, 1)
        assert.deepInclude(yield* request(BatchEndpoint.deleteFile, undefined, { params }), { deleted: true })
        const gone = yield* Effect.flip(request(BatchEndpoint.fetchFile, undefined, { params }))
        assert.strictEqual(gone.reason._tag, "NotFound")
      }
    }).pipe(Effect.provide(emulator())))

  it.effect("are refused with what is wrong with them", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(upload(Stream.empty, { purpose: "fun" }))
      assert.strictEqual(error.reason._tag, "Validation")
      assert.include(error.message, "purpose")
    }).pipe(Effect.provide(emulator())))

  it.effect("leave nothing where the source of their content fails", () =>
    Effect.gen(function*() {
      const broken = Stream.concat(Stream.succeed(randomBytes(400_000)), Stream.fail("broken"))
      yield* Effect.flip(upload(broken))
      const { request } = yield* MistralClient.MistralClient
      assert.deepStrictEqual((yield* request(BatchEndpoint.listFiles, undefined)).data, [])
    }).pipe(Effect.provide(emulator())))

  it.effect("are cut off by a fault after some bytes of a download", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      const bytes = randomBytes(1_000_000)
      const { id } = yield* upload(Stream.succeed(bytes))
      yield* faults.next(Fault.cut({ afterBytes: 300_000 }), { where: BatchEndpoint.fileContent })
      let read = 0
      const error = yield* (yield* content({ file_id: id })).pipe(
        Stream.runForEach((piece) =>
          Effect.sync(() => {
            read += piece.length
          })
        ),
        Effect.flip
      )
      assert.strictEqual(error.reason._tag, "ConnectionLost")
      assert.strictEqual(read, 300_000)
      assert.strictEqual((yield* requests).at(-1)?.fault?.type, "cut")
    }).pipe(Effect.provide(emulator())))
})

describe("on a test's clock", () => {
  it.effect("a file is not found until the fault of its upload is over", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.fileNotFound("5 seconds"), { where: BatchEndpoint.uploadFile })
      const { id } = yield* upload(Stream.succeed(randomBytes(3)))
      const later = yield* upload(Stream.succeed(randomBytes(4)))
      const { request } = yield* MistralClient.MistralClient
      const fetched = request(BatchEndpoint.fetchFile, undefined, { params: { file_id: id } })
      for (let seconds = 0; seconds < 5; seconds++) {
        assert.strictEqual((yield* Effect.flip(fetched)).reason._tag, "NotFound")
        const error = yield* Effect.flip(Stream.runDrain(yield* content({ file_id: id })))
        assert.strictEqual(error.reason._tag, "NotFound")
        const { data } = yield* request(BatchEndpoint.listFiles, undefined)
        assert.deepStrictEqual(data.map((file) => file.id), [later.id])
        yield* TestClock.adjust("1 second")
      }
      assert.strictEqual((yield* fetched).bytes, 3)
      assert.strictEqual((yield* Stream.mkUint8Array(yield* content({ file_id: id }))).length, 3)
    }).pipe(Effect.provide(memory())))

  it.effect("a file and a signed URL end when their time is over", () =>
    Effect.gen(function*() {
      const client = yield* HttpClient.HttpClient
      const { request } = yield* MistralClient.MistralClient
      const file = yield* upload(Stream.succeed(randomBytes(3)), { expiry: 3 })
      assert.strictEqual(file.expires_at, 3 * 3600)
      const options = { params: { file_id: file.id } }
      const { url } = yield* request(BatchEndpoint.fileUrl, undefined, { ...options, query: { expiry: 1 } })
      yield* TestClock.adjust("59 minutes")
      assert.strictEqual((yield* client.get(url)).status, 200)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* client.get(url)).status, 403)
      yield* request(BatchEndpoint.fetchFile, undefined, options)
      yield* TestClock.adjust("2 hours")
      const error = yield* Effect.flip(request(BatchEndpoint.fetchFile, undefined, options))
      assert.strictEqual(error.reason._tag, "NotFound")
    }).pipe(Effect.provide(memory())))
})

describe("in memory", () => {
  it.effect("a form of the platform is an upload too", () =>
    Effect.gen(function*() {
      const { apiKey } = yield* Emulator.Emulator
      const client = yield* HttpClient.HttpClient
      const form = new FormData()
      form.append("file", new Blob(["{}\n"]), "form.jsonl")
      form.append("purpose", "batch")
      const response = yield* client.execute(
        HttpClientRequest.post("http://emulator.invalid/v1/files").pipe(
          HttpClientRequest.bearerToken(Redacted.value(apiKey)),
          HttpClientRequest.setBody(HttpBody.formData(form))
        )
      )
      assert.deepInclude(yield* response.json, { filename: "form.jsonl", bytes: 3, num_lines: 1 })
    }).pipe(Effect.provide(memory())))
})

const memory = () =>
  MistralClient.layer({ apiKey: Redacted.make("emulator-key"), retry: RetryPolicy.none }).pipe(
    Layer.provideMerge(Emulator.layerMemory(instant))
  )

/** Uploads a stream through the client. */
const upload = (
  content: Stream.Stream<Uint8Array, unknown>,
  { size, ...fields }: { readonly size?: number; readonly purpose?: string; readonly expiry?: number } = {}
) =>
  Effect.flatMap(
    MistralClient.MistralClient,
    ({ request }) =>
      request(BatchEndpoint.uploadFile, { file: { name: "a.jsonl", content, size }, purpose: "batch", ...fields })
  )

/** Reads the content of a file through the client. */
const content = (params: { readonly file_id: string }) =>
  Effect.map(MistralClient.MistralClient, ({ bytes }) => bytes(BatchEndpoint.fileContent, undefined, { params }))

/** Bytes of any value, the same ones each time. */
const randomBytes = (size: number): Uint8Array => {
  let state = size + 1
  return Uint8Array.from({ length: size }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return state >> 16
  })
}

function* pieces(bytes: Uint8Array, size: number): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
