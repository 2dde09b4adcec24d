import { type File, Files } from "@effect-mistral/batch"
import { MistralClient, type RequestOptions } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"

const fileId = "e85980c9-409e-4a46-9304-36588f6292b0"

/** As in Mistral's reference. */
const file = {
  id: fileId,
  object: "file",
  bytes: null,
  created_at: 1_759_500_189,
  filename: "example.file.jsonl",
  purpose: "fine-tune",
  sample_type: "instruct",
  source: "upload",
  deleted: false,
  num_lines: 2,
  mimetype: "application/jsonl",
  signature: "d4821d2de1917341"
}

const named = (id: number) => ({ ...file, id: `${id}` })
const { json } = ScriptedHttpClient

describe("Files", () => {
  it.effect("sends each operation to its path, and returns the response as it is", () =>
    Effect.gen(function*() {
      const page = { data: [file, { ...file, signature: null, of_tomorrow: 1 }], object: "list", total: 2 }
      const deleted = { id: fileId, object: "file", deleted: true }
      const signed = { url: "https://files.example/a?sig=b" }
      const { append, requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      yield* append(json(page), json(file), json(deleted), json(signed), json(signed))
      assert.deepStrictEqual(yield* Files.list(), page)
      assert.deepStrictEqual(yield* Files.fetch(fileId), file)
      assert.deepStrictEqual(yield* Files.delete(fileId), deleted)
      assert.deepStrictEqual(yield* Files.url(fileId), signed)
      assert.deepStrictEqual(yield* Files.url(fileId, { expiry: 3 }), signed)
      assert.deepStrictEqual(
        (yield* requests).map(({ body, method, path }) => [method, path, body]),
        [
          ["GET", "/v1/files", undefined],
          ["GET", `/v1/files/${fileId}`, undefined],
          ["DELETE", `/v1/files/${fileId}`, undefined],
          ["GET", `/v1/files/${fileId}/url`, undefined],
          ["GET", `/v1/files/${fileId}/url?expiry=3`, undefined]
        ]
      )
    }).pipe(Effect.provide(scripted([]))))

  it.effect("sends every parameter of a list under its own name", () =>
    Effect.gen(function*() {
      yield* Files.list({
        page: 2,
        page_size: 10,
        include_total: false,
        sample_type: ["batch_result", "batch_error"],
        source: ["mistral"],
        search: "a b&c",
        purpose: "batch",
        mimetypes: ["application/jsonl", "application/pdf"]
      })
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.strictEqual(
        (yield* requests)[0]!.path,
        "/v1/files?page=2&page_size=10&include_total=false&sample_type=batch_result&sample_type=batch_error" +
          "&source=mistral&search=a+b%26c&purpose=batch&mimetypes=application%2Fjsonl&mimetypes=application%2Fpdf"
      )
    }).pipe(Effect.provide(scripted([json({ data: [], object: "list" })]))))

  it.effect("refuses ids and queries that cannot be right, before anything is sent", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      for (const id of ["", ".", ".."]) {
        for (const call of [Files.fetch(id), Files.delete(id), Files.url(id), Stream.runDrain(Files.content(id))]) {
          const error = yield* Effect.flip(call)
          assert.isTrue(error.reason._tag === "InvalidRequest" && error.reason.issues[0]?.path[1] === "file_id")
        }
      }
      // The cast is safe: queries that do not fit the type are to be refused.
      const wrong = { page: "one", purpose: 1 } as unknown as File.ListQuery
      const error = yield* Effect.flip(Files.list(wrong))
      assert.isTrue(error.reason._tag === "InvalidRequest" && error.reason.issues.length === 2)
      assert.deepStrictEqual(yield* requests, [])
    }).pipe(Effect.provide(scripted([]))))

  it.effect("fails with NotFound where a file does not exist", () =>
    Effect.gen(function*() {
      const calls = [
        Files.fetch(fileId),
        Files.delete(fileId),
        Files.url(fileId),
        Stream.runDrain(Files.content(fileId))
      ]
      for (const call of calls) assert.strictEqual((yield* Effect.flip(call)).reason._tag, "NotFound")
    }).pipe(Effect.provide(scripted(() => json({ detail: "no such file" }, { status: 404 })))))

  it.effect("retries what is idempotent after a lost connection", () =>
    Effect.forEach([
      Files.list(),
      Files.fetch(fileId),
      Files.delete(fileId),
      Files.url(fileId),
      Stream.runDrain(Files.content(fileId))
    ], (call) =>
      Effect.gen(function*() {
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        const fiber = yield* Effect.forkChild(call)
        yield* TestClock.adjust("1 minute")
        yield* Effect.fromNullishOr(fiber.pollUnsafe()).pipe(Effect.orDie)
        assert.strictEqual((yield* requests).length, 3)
      }).pipe(Effect.provide(scripted([
        ScriptedHttpClient.connectionError(),
        json({ message: "down" }, { status: 503 }),
        json({ ...file, url: "https://files.example/a", data: [] })
      ])))))

  it.effect("merges the options of a call over those of the service", () =>
    Effect.gen(function*() {
      const options: RequestOptions.RequestOptions = { headers: { "x-a": "call" } }
      yield* Files.list({}, options)
      yield* Files.fetch(fileId, options)
      yield* Files.delete(fileId, options)
      yield* Files.url(fileId, {}, options)
      yield* Stream.runDrain(Files.content(fileId, options))
      yield* Stream.runDrain(Files.listAll({}, options))
      yield* Files.upload({ name: "a", purpose: "batch", content: "1" }, options)
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const headers = (yield* requests).map(({ headers }) => [headers["x-a"], headers["x-b"]])
      assert.deepStrictEqual(headers, Array.from({ length: 7 }, () => ["call", "service"]))
    }).pipe(Effect.provide(
      Files.layerOptions({ headers: { "x-a": "service", "x-b": "service" } }).pipe(
        Layer.provide(MistralClient.layer({})),
        Layer.provideMerge(
          ScriptedHttpClient.layer(() => json({ ...file, url: "https://files.example/a", object: "list", data: [] }))
        )
      )
    )))

  it.effect("is replaced by a mock with the operations that a test needs", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Files.upload({ name: "a", purpose: "batch", lines: Stream.fail("no") }), file)
      const text = yield* Files.content("1").pipe(Stream.decodeText, Stream.mkString)
      assert.strictEqual(text, "content of 1")
    }).pipe(Effect.provide(
      Layer.mock(Files.Files)({
        upload: () => Effect.succeed(file),
        content: (id) => Stream.succeed(new TextEncoder().encode(`content of ${id}`))
      })
    )))
})

describe("Files.listAll", () => {
  it.effect("gives every file of every page, and requests a page when those before have been consumed", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const seen: Array<readonly [id: string, requests: number]> = []
      yield* Stream.runForEach(
        Files.listAll({ page_size: 2, purpose: "batch" }),
        ({ id }) => Effect.map(requests, ({ length }) => seen.push([id, length]))
      )
      assert.deepStrictEqual(seen, [["1", 1], ["2", 1], ["3", 2], ["4", 2], ["5", 3]])
      assert.deepStrictEqual(
        (yield* requests).map(({ path }) => path),
        [0, 1, 2].map((page) => `/v1/files?page_size=2&purpose=batch&page=${page}`)
      )
    }).pipe(Effect.provide(pages([[1, 2], [3, 4], [5]], 5))))

  it.effect("gives every file of servers of every kind, and ends", () =>
    Effect.gen(function*() {
      const many = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)
      const cases: ReadonlyArray<
        readonly [
          what: string,
          pages: ReadonlyArray<ReadonlyArray<number>>,
          total: number | null | undefined,
          query: File.ListQuery | undefined,
          requests: number
        ]
      > = [
        ["nothing", [], 0, undefined, 1],
        ["a short page", [[1, 2]], 2, undefined, 1],
        ["no total", [[1, 2]], undefined, undefined, 2],
        ["a total of null", [[1, 2]], null, undefined, 2],
        ["a full last page", [[1, 2], [3, 4]], 4, { page_size: 2 }, 3],
        ["less than page_size", [many(0, 100), many(100, 200), many(200, 230)], 230, { page_size: 1000 }, 3],
        ["less than page_size and no total", [many(0, 100), many(100, 130)], undefined, { page_size: 1000 }, 3],
        ["more than page_size", [many(0, 100), many(100, 130)], 130, { page_size: 10 }, 3],
        ["the total of a page", [[1, 2], [3, 4], [5, 6]], 2, { page_size: 2 }, 4],
        ["a page that is undefined", [], null, { page: undefined, page_size: undefined }, 1]
      ]
      for (const [what, all, total, query, expected] of cases) {
        yield* Effect.gen(function*() {
          const files = yield* Stream.runCollect(Files.listAll(query))
          assert.deepStrictEqual(files.map(({ id }) => id), all.flat().map(String), what)
          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          assert.strictEqual((yield* requests).length, expected, what)
        }).pipe(Effect.provide(pages(all, total)))
      }
    }))

  it.effect("begins at a page, and takes the total for no end then", () =>
    Effect.gen(function*() {
      const files = yield* Stream.runCollect(Files.listAll({ page: 1, page_size: 2 }))
      assert.deepStrictEqual(files.map(({ id }) => id), ["3", "4", "5"])
    }).pipe(Effect.provide(pages([[1, 2], [3, 4], [5]], 3))))

  it.effect("ends where a server ignores the page, or begins again", () =>
    Effect.gen(function*() {
      const cases: ReadonlyArray<readonly [next: (page: number) => ReadonlyArray<number>, ReadonlyArray<string>]> = [
        [() => [1, 2], ["1", "2"]],
        [(page) => [[1, 2], [3, 4]][Math.min(page, 1)]!, ["1", "2", "3", "4"]],
        [(page) => [[1, 2], [3, 4], [5, 6]][page % 3]!, ["1", "2", "3", "4", "5", "6"]]
      ]
      for (const [next, expected] of cases) {
        for (const total of [undefined, 2, 1000]) {
          const files = yield* Stream.runCollect(Files.listAll({ page_size: 2 })).pipe(
            Effect.provide(scripted((_, index) => json({ data: next(index).map(named), object: "list", total })))
          )
          assert.deepStrictEqual(files.map(({ id }) => id), expected)
        }
      }
    }))

  it.effect("fails as its page does, after the files before", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const error = yield* Effect.flip(
        Stream.runForEach(Files.listAll({ page_size: 1 }), ({ id }) => Effect.sync(() => seen.push(id)))
      )
      assert.strictEqual(error.reason._tag, "Authentication")
      assert.deepStrictEqual(seen, ["1"])
    }).pipe(Effect.provide(scripted([
      json({ data: [named(1)], object: "list", total: 2 }),
      json({ message: "Unauthorized" }, { status: 401 })
    ]))))
})

const scripted = (script: Parameters<typeof ScriptedHttpClient.layer>[0]) =>
  Files.layer.pipe(Layer.provide(MistralClient.layer({})), Layer.provideMerge(ScriptedHttpClient.layer(script)))

/** A server whose pages count from 0. A page behind the last is empty. */
const pages = (all: ReadonlyArray<ReadonlyArray<number>>, total: number | null | undefined) =>
  scripted(({ url }) => {
    const page = Number(new URL(url).searchParams.get("page"))
    return json({ data: (all[page] ?? []).map(named), object: "list", total })
  })
