import { Emulator } from "@effect-mistral/emulator"
import { Datasets } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import { often } from "../observability/observabilitySupport.ts"
import { local, raw } from "../support.ts"
import { listed, namesOf, problemsOf, uploadText } from "./filesSupport.ts"

describe("a list of files", () => {
  it.effect("is newest first, in pages from 0, with the total unless it is not wanted", () =>
    Effect.gen(function*() {
      for (let at = 0; at < 5; at++) yield* uploadText("{}", { name: `${at}.jsonl` })
      assert.deepStrictEqual(yield* namesOf(), ["4.jsonl", "3.jsonl", "2.jsonl", "1.jsonl", "0.jsonl"])
      assert.deepStrictEqual(yield* namesOf("?page_size=2"), ["4.jsonl", "3.jsonl"])
      assert.deepStrictEqual(yield* namesOf("?page_size=2&page=2"), ["0.jsonl"])
      assert.deepStrictEqual(yield* namesOf("?page_size=2&page=3"), [])
      assert.deepStrictEqual(yield* namesOf("?page_size=0"), [])
      assert.strictEqual((yield* listed("?page=9")).total, 5)
      assert.strictEqual((yield* listed("?include_total=false")).total, null)
    }).pipe(Effect.provide(local())))

  it.effect("has the files that the query fits", () =>
    Effect.gen(function*() {
      yield* uploadText("{}", { name: "Äpfel.jsonl" })
      yield* uploadText("{}", { name: "tune.jsonl", purpose: "fine-tune" })
      yield* uploadText("x", { name: "scan.pdf", purpose: "ocr" })
      const set = yield* Datasets.create({ name: "A set", description: "" })
      yield* Datasets.exportToJsonl(set.id)
      const exported = `${set.id}.jsonl`
      for (
        const [query, names] of [
          ["purpose=ocr", ["scan.pdf"]],
          ["search=äPF", ["Äpfel.jsonl"]],
          ["search=%25", []],
          ["search=", [exported, "scan.pdf", "tune.jsonl", "Äpfel.jsonl"]],
          ["sample_type=batch_request", ["Äpfel.jsonl"]],
          ["sample_type=batch_request&sample_type=pretrain", ["Äpfel.jsonl"]],
          ["source=mistral", [exported]],
          ["source=mistral&source=upload&purpose=fine-tune", [exported, "tune.jsonl"]],
          ["mimetypes=application%2Fpdf&mimetypes=text%2Fplain", ["scan.pdf"]]
        ] as const
      ) assert.deepStrictEqual(yield* namesOf(`?${query}`), [...names], query)
    }).pipe(Effect.provide(local())))

  it.effect("refuses a query that does not fit, with all of its problems", () =>
    Effect.gen(function*() {
      const query = "page=-1&page_size=two&include_total=perhaps&sample_type=x&source=y&purpose=z"
      assert.deepStrictEqual(problemsOf(yield* raw(`/v1/files?${query}`)), [
        "query.page greater_than_equal",
        "query.page_size int_parsing",
        "query.include_total bool_parsing",
        "query.purpose enum",
        "query.sample_type enum",
        "query.source enum"
      ])
    }).pipe(Effect.provide(local())))
})

describe("a file", () => {
  it.effect("is found by its id, in any notation of it", () =>
    Effect.gen(function*() {
      const file = yield* uploadText("{}\n")
      for (const id of [file.id, file.id.toUpperCase(), file.id.replaceAll("-", "")]) {
        const { json, status } = yield* raw(`/v1/files/${id}`)
        assert.deepStrictEqual([status, json], [200, { ...file, deleted: false }])
      }
      assert.strictEqual((yield* raw(`/files/${file.id}`)).status, 200)
    }).pipe(Effect.provide(local())))

  it.effect("is 404 everywhere where its id is unknown, and 422 where that is no UUID", () =>
    Effect.gen(function*() {
      const unknown = "0e4f2b1c-0000-4000-8000-000000000000"
      for (const [method, end] of [["GET", ""], ["DELETE", ""], ["GET", "/content"], ["GET", "/url"]] as const) {
        const { json, status } = yield* raw(`/v1/files/${unknown}${end}`, { method })
        assert.deepStrictEqual([status, json], [404, { detail: "Not Found" }])
        assert.deepStrictEqual(problemsOf(yield* raw(`/v1/files/none${end}`, { method })), [
          "path.file_id uuid_parsing"
        ])
      }
    }).pipe(Effect.provide(local())))

  it.effect("is gone everywhere once it is deleted, its signed URL included", () =>
    Effect.gen(function*() {
      const { id } = yield* uploadText("{}")
      const other = yield* uploadText("{}", { name: "other.jsonl" })
      const url = yield* signed(id)
      const { json, status } = yield* raw(`/v1/files/${id}`, { method: "DELETE" })
      assert.deepStrictEqual([status, json], [200, { id, object: "file", deleted: true }])
      for (const path of [`/v1/files/${id}`, `/v1/files/${id}/content`, `/v1/files/${id}/url`]) {
        assert.strictEqual((yield* raw(path)).status, 404)
      }
      assert.strictEqual((yield* raw(`/v1/files/${id}`, { method: "DELETE" })).status, 404)
      assert.strictEqual((yield* open(url)).status, 404)
      assert.deepStrictEqual((yield* listed()).data, [other])
    }).pipe(Effect.provide(local())))

  it.effect("has its content as bytes of a known length", () =>
    Effect.gen(function*() {
      const { id } = yield* uploadText("{\"ä\":1}\n")
      const { headers, text } = yield* raw(`/v1/files/${id}/content`)
      assert.strictEqual(text, "{\"ä\":1}\n")
      assert.strictEqual(headers.get("content-type"), "application/octet-stream")
      assert.strictEqual(headers.get("content-length"), "9")
    }).pipe(Effect.provide(local())))

  it.effect("that was added by a program is one like any other", () =>
    Effect.gen(function*() {
      const { addFile } = yield* Emulator.Emulator
      const id = yield* addFile("{}\n{}\n", { filename: "added.jsonl", purpose: "batch" })
      const { data } = yield* listed("?purpose=batch")
      assert.deepInclude(data[0], { id, filename: "added.jsonl", sample_type: "batch_request", num_lines: 2, bytes: 6 })
      assert.strictEqual((yield* raw(`/v1/files/${id}/content`)).text, "{}\n{}\n")
    }).pipe(Effect.provide(local())))

  it.live("that was uploaded is imported by a dataset, and an export is a file", () =>
    Effect.gen(function*() {
      const file = yield* uploadText("{\"a\":1}\n\n{\"a\":2}", { purpose: "fine-tune" })
      const set = yield* Datasets.create({ name: "A set", description: "" })
      const { id } = yield* Datasets.importFromFile(set.id, file.id)
      assert.strictEqual((yield* Datasets.awaitTask(set.id, id, often)).status, "COMPLETED")
      const { file_url } = yield* Datasets.exportToJsonl(set.id)
      const { data } = yield* listed("?source=mistral")
      const { text } = yield* raw(`/v1/files/${data[0]?.id}/content`)
      assert.strictEqual(text, yield* Effect.map(open(file_url), ({ text }) => text))
      assert.deepStrictEqual(text.trimEnd().split("\n").map((line) => JSON.parse(line).payload), [{ a: 1 }, { a: 2 }])
    }).pipe(Effect.provide(local())))
})

describe("a signed URL", () => {
  it.effect("gives the content without a key, and under the media type of the file", () =>
    Effect.gen(function*() {
      const { id } = yield* uploadText("%PDF", { name: "a.pdf", purpose: "ocr" })
      const url = yield* signed(id)
      const { headers, status, text } = yield* open(url)
      assert.deepStrictEqual([status, text, headers.get("content-type")], [200, "%PDF", "application/pdf"])
    }).pipe(Effect.provide(local())))

  it.effect("is refused where anything of it was changed", () =>
    Effect.gen(function*() {
      const { id } = yield* uploadText("one")
      const other = yield* uploadText("two")
      const url = yield* signed(id)
      for (
        const changed of [
          url.replace(id, other.id),
          url.replace(/expires=\d+/, (text) => `${text}0`),
          url.replace(/signature=.*/, ""),
          url.slice(0, -1),
          url.replace(/\?.*/, "")
        ]
      ) {
        assert.notStrictEqual(changed, url)
        assert.strictEqual((yield* open(changed)).status, 403, changed)
      }
    }).pipe(Effect.provide(local())))

  it.effect("takes an expiry from one hour to a week", () =>
    Effect.gen(function*() {
      const { id } = yield* uploadText("{}")
      for (const [expiry, problem] of [["0", "greater_than_equal"], ["169", "less_than_equal"], ["", "int_parsing"]]) {
        assert.deepStrictEqual(problemsOf(yield* raw(`/v1/files/${id}/url?expiry=${expiry}`)), [
          `query.expiry ${problem}`
        ])
      }
      for (const [query, hours] of [["", 24], ["?expiry=1", 1], ["?expiry=168", 168]] as const) {
        const url = new URL(yield* signed(id, query))
        const left = Number(url.searchParams.get("expires")) - Date.now() / 1000
        assert.isAtMost(Math.abs(left - hours * 3600), 5)
      }
    }).pipe(Effect.provide(local())))
})

/** Gets a signed URL of a file. */
const signed = (id: string, query = "") =>
  Effect.map(raw(`/v1/files/${id}/url${query}`), ({ json }) => (json as { readonly url: string }).url)

/** Reads a URL as anyone may. */
const open = (url: string) =>
  Effect.promise(async () => {
    const response = await fetch(url)
    return { status: response.status, headers: response.headers, text: await response.text() }
  })
