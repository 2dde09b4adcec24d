/** Uploads that do not come to their end leave nothing, whatever ended them. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { connect, type Socket } from "node:net"
import { DatabaseSync } from "node:sqlite"
import { receiveUpload } from "../../src/internal/files/upload.ts"
import { ErrorResponse } from "../../src/internal/http/errorResponse.ts"
import { openDatabase } from "../../src/internal/storage/database.ts"
import { end, startProgram } from "../fixtures/program.ts"
import { databaseFile } from "../observability/observabilitySupport.ts"
import { instant, local, raw, settled } from "../support.ts"
import { formOf, listed, namesOf, type Parts, upload, uploadText } from "./filesSupport.ts"

const key = "emulator-key"

const kilobytes = (count: number) => "x".repeat(1024 * count)

describe("an upload whose connection breaks", () => {
  it.live(
    "in the middle of the file leaves nothing in the list and nothing in the database",
    () =>
      Effect.gen(function*() {
        const path = yield* databaseFile
        yield* Effect.gen(function*() {
          const { url } = yield* Emulator.Emulator
          const kept = yield* uploadText("{}\n")
          for (const ending of ["destroy", "reset"] as const) {
            const socket = yield* halfAnUpload(url)
            yield* until(() => rowsOf(path).chunks > 1)
            assert.deepStrictEqual((yield* listed()).data, [kept])
            if (ending === "destroy") socket.destroy()
            else socket.resetAndDestroy()
            yield* settled
            yield* until(() => rowsOf(path).chunks === 1)
            assert.deepStrictEqual(rowsOf(path), { files: 1, chunks: 1 })
            assert.deepStrictEqual((yield* listed()).data, [kept])
          }
        }).pipe(Effect.provide(local({ ...instant, database: path })))
      }),
    30_000
  )

  it.live(
    "by the death of the emulator leaves nothing once it is started again, and keeps what was whole",
    () =>
      Effect.gen(function*() {
        const path = yield* databaseFile
        const content = `{"n":1}\n${kilobytes(700)}\n`
        const id = yield* Effect.scoped(Effect.gen(function*() {
          const { child, output } = yield* startProgram(["--port", "0", "--database", path])
          const [, url] = /export MISTRAL_BASE_URL=(\S+)/.exec(output) ?? []
          assert.isDefined(url, output)
          const id = yield* Effect.promise(async () => {
            const body = formOf([["file", { name: "whole.jsonl", content }], ["purpose", "batch"]])
            const response = await fetch(`${url}/v1/files`, {
              method: "POST",
              body,
              headers: { authorization: `Bearer ${key}` }
            })
            return String((await response.json() as { readonly id: unknown }).id)
          })
          const before = rowsOf(path)
          const socket = yield* halfAnUpload(url!)
          yield* until(() => rowsOf(path).chunks > before.chunks)
          yield* end(child, "SIGKILL")
          assert.strictEqual(child.signalCode, "SIGKILL")
          socket.destroy()
          return id
        }))
        assert.strictEqual(rowsOf(path).files, 2)
        yield* Effect.gen(function*() {
          assert.deepStrictEqual(yield* namesOf(), ["whole.jsonl"])
          assert.deepStrictEqual(rowsOf(path), { files: 1, chunks: 3 })
          const { text } = yield* raw(`/v1/files/${id}/content`)
          assert.strictEqual(text, content)
        }).pipe(Effect.provide(local({ ...instant, database: path })))
      }),
    60_000
  )
})

describe("a file", () => {
  it.live("is the same after the emulator was closed and opened again, and so is its signed URL", () =>
    Effect.gen(function*() {
      const path = yield* databaseFile
      const options = { ...instant, database: path }
      const { file, url } = yield* Effect.gen(function*() {
        const file = yield* uploadText("{\"n\":1}\n")
        const { json } = yield* raw(`/v1/files/${file.id}/url`)
        return { file, url: (json as { readonly url: string }).url }
      }).pipe(Effect.provide(local(options)))
      yield* Effect.gen(function*() {
        assert.deepStrictEqual((yield* listed()).data, [file])
        const { pathname, search } = new URL(url)
        const { text } = yield* raw(pathname + search, { headers: { authorization: "" } })
        assert.strictEqual(text, "{\"n\":1}\n")
      }).pipe(Effect.provide(local(options)))
    }))
})

describe("a file of more than 512 MB", () => {
  it.effect("is refused before any of it is stored, where its size is known", () =>
    Effect.gen(function*() {
      const database = yield* openDatabase(":memory:")
      const body = HttpBody.stream(Stream.never, "multipart/form-data; boundary=x", 600_000_000)
      const error = yield* receiveUpload(database).pipe(
        Effect.scoped,
        Effect.provideService(
          HttpServerRequest.HttpServerRequest,
          HttpServerRequest.fromClientRequest(
            HttpClientRequest.setBody(HttpClientRequest.post("http://localhost/v1/files"), body)
          )
        ),
        Effect.flip
      )
      assert.isTrue(error instanceof ErrorResponse)
      assert.strictEqual((error as ErrorResponse).status, 413)
    }))

  it.effect("is refused when it exceeds the limit, where its size is not known, and leaves nothing", () =>
    Effect.gen(function*() {
      const database = yield* openDatabase(":memory:")
      const received = Effect.fnUntraced(function*(size: number, limit: number) {
        const { body, headers } = yield* bytesOf([["file", { name: "a", content: "x".repeat(size) }], [
          "purpose",
          "batch"
        ]])
        const request = new Request("http://localhost/v1/files", { method: "POST", body, headers })
        return yield* receiveUpload(database, limit).pipe(
          Effect.scoped,
          Effect.provideService(HttpServerRequest.HttpServerRequest, HttpServerRequest.fromWeb(request))
        )
      })
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(received(300_000, 300_000))))
      const error = yield* Effect.flip(received(300_001, 300_000))
      assert.isTrue(error instanceof ErrorResponse)
      assert.strictEqual((error as ErrorResponse).status, 413)
      assert.deepStrictEqual(database.all("SELECT id FROM files"), [])
      assert.deepStrictEqual(database.all("SELECT file FROM file_chunks"), [])
    }))
})

describe("a fault of an upload", () => {
  const large = [["file", { name: "a.jsonl", content: kilobytes(20_000) }], ["purpose", "batch"]] as const

  it.live("of a status answers at once, and the file is not there", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.status(503, { retryAfter: 2 }))
      const { headers, status } = yield* upload(large)
      assert.deepStrictEqual([status, headers.get("retry-after")], [503, "2"])
      assert.deepStrictEqual(yield* namesOf(), [])
      // The connection is as good as before.
      assert.strictEqual((yield* upload(large)).status, 200)
    }).pipe(Effect.provide(local())), 30_000)

  it.live("of a lost answer leaves the file behind, as a server does", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.cut({ afterBytes: 10 }))
      assert.isTrue(Exit.isFailure(yield* Effect.exit(upload(large))))
      assert.deepStrictEqual(yield* namesOf(), ["a.jsonl"])
    }).pipe(Effect.provide(local())), 30_000)

  it.live("of a connection that is reset or closed leaves nothing", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      const form = yield* bytesOf(large)
      for (const fault of [Fault.reset, Fault.cut()]) {
        yield* faults.next(fault)
        assert.isTrue(Exit.isFailure(yield* Effect.exit(raw("/v1/files", { method: "POST", ...form }))))
        assert.strictEqual((yield* requests).at(-1)?.fault?.type, fault.type)
      }
      assert.deepStrictEqual(yield* namesOf(), [])
    }).pipe(Effect.provide(local())), 30_000)

  it.live("of a delay comes before the file is received", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.delay("50 millis"))
      assert.strictEqual((yield* upload(large)).status, 200)
    }).pipe(Effect.provide(local())), 30_000)

  it.effect("that hides the file waits for an upload that succeeds", () =>
    Effect.gen(function*() {
      const { faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.fileNotFound("1 minute"))
      yield* listed()
      assert.strictEqual((yield* upload([["purpose", "batch"]])).status, 422)
      assert.lengthOf(yield* faults.armed, 1)
      const { id } = yield* uploadText("{}")
      assert.lengthOf(yield* faults.armed, 0)
      assert.deepStrictEqual((yield* requests).map(({ fault }) => fault?.type), [
        undefined,
        undefined,
        "file_not_found"
      ])
      assert.strictEqual((yield* raw(`/v1/files/${id}`)).status, 404)
      assert.strictEqual((yield* raw(`/v1/files/${id}/content`)).status, 404)
      const { requests: all } = yield* Emulator.Emulator
      assert.deepInclude((yield* all)[2]?.body, { purpose: "batch" })
    }).pipe(Effect.provide(local())))

  it.effect("that hides the file applies to no other request", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      const error = yield* Effect.flip(faults.next(Fault.fileNotFound(), { where: { path: "/v1/models" } }))
      assert.include(error.message, "file_not_found needs the upload of a file")
      const { status } = yield* raw("/v1/files", { headers: { "x-emulator-fault": "file_not_found" } })
      assert.strictEqual(status, 400)
    }).pipe(Effect.provide(local())))

  it.effect("is taken from the header of the upload", () =>
    Effect.gen(function*() {
      const { json, status } = yield* upload([["file", { name: "a.jsonl", content: "{}" }], ["purpose", "batch"]], {
        headers: { "x-emulator-fault": "{\"type\":\"file_not_found\",\"millis\":60000}" }
      })
      assert.strictEqual(status, 200)
      assert.strictEqual((yield* raw(`/v1/files/${(json as { readonly id: string }).id}`)).status, 404)
    }).pipe(Effect.provide(local())))
})

/** Sends the beginning of an upload: three chunks of a file, and no end. */
const halfAnUpload = (url: string, length = 10_000_000): Effect.Effect<Socket> =>
  Effect.callback((resume) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => {
      socket.write([
        "POST /v1/files HTTP/1.1",
        "host: 127.0.0.1",
        `authorization: Bearer ${key}`,
        "content-type: multipart/form-data; boundary=x",
        `content-length: ${length}`,
        "",
        "--x",
        "content-disposition: form-data; name=\"file\"; filename=\"half.jsonl\"",
        "",
        kilobytes(800)
      ].join("\r\n"))
      resume(Effect.succeed(socket))
    })
    socket.on("error", () => {})
  })

/**
 * The bytes of a form, and their type. Where the reading of a form breaks off, Node.js rejects a promise that nobody
 * handles.
 */
const bytesOf = (parts: Parts) =>
  Effect.promise(async () => {
    const form = new Response(formOf(parts))
    return { body: await form.arrayBuffer(), headers: { "content-type": form.headers.get("content-type") ?? "" } }
  })

/** The numbers of rows of files and of their chunks, as another process sees them. */
const rowsOf = (path: string): { readonly files: number; readonly chunks: number } => {
  const database = new DatabaseSync(path, { readOnly: true })
  try {
    const count = (table: string) => Number(database.prepare(`SELECT count(*) AS count FROM ${table}`).get()?.["count"])
    return { files: count("files"), chunks: count("file_chunks") }
  } finally {
    database.close()
  }
}

const until = (holds: () => boolean) =>
  Effect.sync(holds).pipe(Effect.repeat({ until: (held) => held, schedule: Schedule.spaced("10 millis") }))
