import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { createHash } from "node:crypto"
import { instant, local, raw } from "../support.ts"
import { formOf, listed, namesOf, type Parts, problemsOf, upload, uploadText } from "./filesSupport.ts"

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/

const jsonl = "{\"custom_id\":\"ä\"}\n{\"custom_id\":\"b\"}\n"

const file = ["file", { name: "input.jsonl", content: jsonl }] as const

const batch = ["purpose", "batch"] as const

describe("an upload", () => {
  it.effect("gives the file as the API describes it", () =>
    Effect.gen(function*() {
      const before = Math.floor(Date.now() / 1000)
      const { json, status } = yield* upload([file, batch])
      assert.strictEqual(status, 200)
      const { created_at, id, ...rest } = json as { readonly id: string; readonly created_at: number }
      assert.match(id, uuid)
      assert.isAtLeast(created_at, before)
      assert.isAtMost(created_at, Math.floor(Date.now() / 1000))
      assert.deepStrictEqual<unknown>(rest, {
        object: "file",
        bytes: Buffer.byteLength(jsonl),
        filename: "input.jsonl",
        purpose: "batch",
        sample_type: "batch_request",
        source: "upload",
        num_lines: 2,
        mimetype: "application/jsonl",
        signature: createHash("sha256").update(jsonl).digest("hex").slice(0, 16),
        expires_at: null,
        visibility: "workspace"
      })
    }).pipe(Effect.provide(local())))

  it.effect("takes its fields before or after the file, and those that it does not know", () =>
    Effect.gen(function*() {
      const forms: ReadonlyArray<Parts> = [
        [batch, file],
        [["unknown", "x"], ["visibility", "user"], file, ["expiry", "2"], batch],
        [["purpose", "ocr"], ["other", { name: "no.txt", content: "no" }], batch, file]
      ]
      const answers = yield* Effect.forEach(forms, (form) => upload(form))
      assert.deepStrictEqual(
        answers.map(({ json, status }) => {
          const { created_at, expires_at, purpose, visibility } = json as Record<string, unknown>
          return [status, purpose, visibility, expires_at === null ? null : Number(expires_at) - Number(created_at)]
        }),
        [[200, "batch", "workspace", null], [200, "batch", "user", 7200], [200, "batch", "workspace", null]]
      )
      assert.strictEqual((yield* listed()).total, 3)
    }).pipe(Effect.provide(local())))

  it.effect("keeps any bytes and any name", () =>
    Effect.gen(function*() {
      const bytes = Uint8Array.from({ length: 700_001 }, (_, at) => (at * 7919) % 256)
      // What looks like the end of a part inside a file is content.
      const tricky = "\r\n--x\r\nContent-Disposition: form-data; name=\"purpose\"\r\n\r\nocr\r\n--"
      for (
        const [name, content] of [
          ["scan ä 😀.pdf", bytes],
          ["empty.txt", ""],
          ["tricky.txt", tricky],
          ["no extension", "\r\n"],
          ["../../../etc/passwd", "-"]
        ] as const
      ) {
        const { json } = yield* upload([["purpose", "ocr"], ["file", { name, content }]])
        const { bytes: size, filename, id, num_lines } = json as Record<string, unknown>
        assert.deepStrictEqual([filename, size, num_lines], [name, Buffer.from(content).length, null])
        const read = yield* bytesOf(`/v1/files/${id}/content`)
        assert.isTrue(read.equals(Buffer.from(content)), name)
      }
    }).pipe(Effect.provide(local())))

  it.effect("has the media type that it names, or that of the end of its name", () =>
    Effect.gen(function*() {
      const types = yield* Effect.forEach([
        ["a.jsonl", undefined],
        ["a.pdf", "application/octet-stream"],
        ["a.pdf", "image/png"],
        ["a.unknown", undefined],
        ["a.csv", "text/plain; charset=utf-8"]
      ], ([name, type]) =>
        Effect.map(
          upload([batch, ["file", { name: name!, content: "1", ...(type === undefined ? undefined : { type }) }]]),
          ({ json }) => (json as Record<string, unknown>)["mimetype"]
        ))
      assert.deepStrictEqual(types, [
        "application/jsonl",
        "application/pdf",
        "image/png",
        "application/octet-stream",
        "text/plain"
      ])
    }).pipe(Effect.provide(local())))

  it.effect("counts the lines of JSON Lines, with and without an end of the last one", () =>
    Effect.gen(function*() {
      const counts = yield* Effect.forEach(["", "{}", "{}\n", "{}\n{}", "\n\n"], (content) =>
        Effect.map(uploadText(content), ({ num_lines }) => num_lines))
      assert.deepStrictEqual(counts, [0, 1, 1, 2, 2])
    }).pipe(Effect.provide(local())))

  it.effect("is in the log of requests with its fields and its name, without its content", () =>
    Effect.gen(function*() {
      yield* upload([file, batch, ["expiry", "3"]])
      const { requests } = yield* Emulator.Emulator
      const [seen] = yield* requests
      assert.strictEqual(seen?.path, "/v1/files")
      assert.deepStrictEqual(seen?.body, {
        file: { name: "input.jsonl", content_type: "application/octet-stream", bytes: Buffer.byteLength(jsonl) },
        purpose: "batch",
        expiry: "3"
      })
      assert.notInclude(JSON.stringify(yield* requests), "custom_id")
    }).pipe(Effect.provide(local())))
})

layer(local({ ...instant }), { excludeTestServices: true })("an upload that is refused", (it) => {
  const refused = (name: string, answer: ReturnType<typeof upload>, problems: ReadonlyArray<string>) =>
    it.effect(`${name} says what is wrong`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(problemsOf(yield* answer), problems)
        assert.deepStrictEqual(yield* listed(), { data: [], object: "list", total: 0 })
      }))

  refused("without a file", upload([batch]), ["body.file missing"])
  refused("without a purpose", upload([file]), ["body.purpose missing"])
  refused("without anything", raw("/v1/files", { method: "POST" }), ["body.file missing", "body.purpose missing"])
  refused(
    "as JSON",
    raw("/v1/files", { method: "POST", body: "{}", headers: { "content-type": "application/json" } }),
    ["body.file missing", "body.purpose missing"]
  )
  refused("with a text for a file", upload([["file", "text"], batch]), ["body.file value_error"])
  refused("with a file in another field", upload([["files", { name: "a", content: "b" }], batch]), [
    "body.file missing"
  ])
  refused("with a purpose that nobody knows", upload([file, ["purpose", "fun"]]), ["body.purpose enum"])
  refused("with several bad fields", upload([["expiry", "soon"], file, ["visibility", "all"], ["purpose", ""]]), [
    "body.expiry int_parsing",
    "body.purpose enum",
    "body.visibility enum"
  ])
  refused("with an expiry of no time", upload([file, batch, ["expiry", "0"]]), ["body.expiry greater_than_equal"])
  refused("with an expiry that is no whole number", upload([file, batch, ["expiry", "1.5"]]), [
    "body.expiry int_parsing"
  ])

  const malformed = (name: string, body: BodyInit, contentType: string, detail: string) =>
    it.effect(`${name} is 400`, () =>
      Effect.gen(function*() {
        const { json, status } = yield* raw("/v1/files", {
          method: "POST",
          body,
          headers: { "content-type": contentType }
        })
        assert.deepStrictEqual([status, json], [400, { detail }])
        assert.strictEqual((yield* listed()).total, 0)
      }))

  const head = "content-disposition: form-data; name=\"file\"; filename=\"a.jsonl\"\r\n\r\n"
  const unreadable = "There was an error parsing the body"
  malformed("a form without a boundary", "--x--\r\n", "multipart/form-data", "Missing boundary in multipart.")
  malformed("an empty form", "", "multipart/form-data; boundary=x", unreadable)
  malformed("a form without an end", `--x\r\n${head}{}\r\n`, "multipart/form-data; boundary=x", unreadable)
  malformed("a form with another boundary", `--y\r\n${head}{}\r\n--y--`, "multipart/form-data; boundary=x", unreadable)
  malformed("a part without a name", "--x\r\n\r\n{}\r\n--x--\r\n", "multipart/form-data; boundary=x", unreadable)
  malformed(
    "a part with a bad header",
    "--x\r\nno header\r\n\r\n{}\r\n--x--",
    "multipart/form-data; boundary=x",
    unreadable
  )

  it.effect("without the key is 401, and is not received", () =>
    Effect.gen(function*() {
      const { status } = yield* upload([file, batch], { headers: { authorization: "Bearer no" } })
      assert.strictEqual(status, 401)
      assert.deepStrictEqual(yield* namesOf(), [])
    }))

  it.effect("with another method is 405", () =>
    Effect.gen(function*() {
      const { headers, status } = yield* raw("/v1/files", { method: "PUT", body: formOf([file, batch]) })
      assert.deepStrictEqual([status, headers.get("allow")], [405, "POST, GET"])
    }))
})

const bytesOf = (path: string): Effect.Effect<Buffer, never, Emulator.Emulator> =>
  Effect.flatMap(Emulator.Emulator, ({ apiKey, url }) =>
    Effect.promise(async () => {
      const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${Redacted.value(apiKey)}` } })
      return Buffer.from(await response.arrayBuffer())
    }))
