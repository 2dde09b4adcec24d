/** Limits of the emulator: no printed keys, bounded memory, and no access from the network. */
import * as Chat from "@effect-mistral/chat/Chat"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { ask, instant, local, raw, settled } from "../support.ts"
import { speak } from "./rawSocket.ts"

/** Keys that a client may send in the right and in wrong places: the emulator's own, and a real one by mistake. */
const secrets = ["emulator-key", "sk-real-4711", "admin-4711"]

/** Requests with a key in every place of a request. */
const indiscreet = Effect.gen(function*() {
  const headers = {
    "x-api-key": "sk-real-4711",
    "api-key": "sk-real-4711",
    "x-goog-api-key": "sk-real-4711",
    "x-auth-token": "sk-real-4711",
    cookie: "session=sk-real-4711",
    "x-note": "emulator-key"
  }
  yield* raw("/v1/models/emulator-key?api_key=sk-real-4711#emulator-key", { headers })
  yield* raw("/v1/models", { headers: { authorization: "Bearer sk-real-4711" } })
  yield* raw("/v1/models", { headers: { authorization: "sk-real-4711" } })
  yield* raw("/_emulator/requests")
  yield* raw("/_emulator/admin-4711?key=admin-4711", { headers: { "x-note": "admin-4711" } })
  yield* Chat.complete(ask("my prompt, and my key emulator-key"))
})

describe("what is printed", () => {
  it.effect("is nothing unless asked for", () =>
    Effect.gen(function*() {
      const { console, lines } = listening()
      yield* Effect.provide(indiscreet, Layer.provide(local(), Layer.succeed(Console.Console, console)))
      assert.deepStrictEqual(lines, [])
    }))

  it.effect("is a line for each request: method, path, status and time", () =>
    Effect.gen(function*() {
      const { console, lines } = listening()
      const program = Effect.gen(function*() {
        const { faults } = yield* Emulator.Emulator
        yield* raw("/v1/models?page=1")
        yield* raw("/v1/nothing", { method: "DELETE" })
        yield* Stream.runDrain(Chat.stream(ask("my prompt")))
        yield* faults.next(Fault.reset)
        yield* Effect.flip(Chat.complete(ask("my prompt")))
        yield* faults.next(Fault.cut({ afterEvents: 2 }))
        yield* Effect.flip(Stream.runDrain(Chat.stream(ask("my prompt"))))
        yield* settled
      })
      yield* Effect.provide(
        program,
        Layer.provide(local({ ...instant, verbosity: "requests" }), Layer.succeed(Console.Console, console))
      )
      assert.deepStrictEqual(lines.map((line) => line.replace(/\d+ ms/, "0 ms")), [
        "GET /v1/models 200 0 ms",
        "DELETE /v1/nothing 404 Not Found 0 ms",
        "POST /v1/chat/completions 200 0 ms",
        "POST /v1/chat/completions - 0 ms fault reset not finished",
        "POST /v1/chat/completions 200 0 ms fault cut not finished"
      ])
    }))

  for (const verbosity of ["requests", "headers"] as const) {
    it.effect(`holds neither a key nor a body at ${verbosity}`, () =>
      Effect.gen(function*() {
        const { console, lines } = listening()
        yield* Effect.provide(
          indiscreet,
          Layer.provide(
            local({ ...instant, verbosity, adminKey: Redacted.make("admin-4711") }),
            Layer.succeed(Console.Console, console)
          )
        )
        assert.isAtLeast(lines.length, 5)
        const text = lines.join("\n")
        for (const secret of [...secrets, "my prompt"]) assert.notInclude(text, secret)
        assert.strictEqual(text.includes("x-api-key: <redacted>"), verbosity === "headers")
        assert.strictEqual(text.includes("content-type: application/json"), verbosity === "headers")
        assert.include(text, "GET /v1/models/<redacted> 404")
      }))
  }
})

describe("what is remembered", () => {
  it.effect("has no key in its headers", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      yield* indiscreet
      const headers = JSON.stringify((yield* requests).map(({ headers }) => ({ ...headers, "x-note": "" })))
      for (const secret of secrets) assert.notInclude(headers, secret)
      assert.include(headers, "<redacted>")
    }).pipe(Effect.provide(local())))
})

describe("a body of more than 32 MiB", () => {
  it.live("is refused, told by its length or not", () =>
    Effect.gen(function*() {
      const mebibyte = new Uint8Array(1024 * 1024).fill(0x20)
      const length = yield* raw("/v1/chat/completions", { method: "POST", body: new Blob(Array(33).fill(mebibyte)) })
      assert.strictEqual(length.status, 413)
      assert.deepStrictEqual(length.json, { detail: "Request Entity Too Large" })
      const before = process.memoryUsage().arrayBuffers
      let sent = 0
      const unknown = yield* Effect.scoped(Effect.gen(function*() {
        const { apiKey, url } = yield* Emulator.Emulator
        return yield* Effect.promise((signal) => {
          const body = new ReadableStream({
            pull(controller) {
              if (sent++ === 400) controller.close()
              else controller.enqueue(mebibyte)
            }
          })
          // A body without a length is sent while the response may arrive.
          const init: RequestInit & { readonly duplex: "half" } = {
            method: "POST",
            headers: { authorization: `Bearer ${Redacted.value(apiKey)}` },
            body,
            signal,
            duplex: "half"
          }
          return fetch(`${url}/v1/chat/completions`, init).then(({ status }) => status, () => "closed")
        })
      }))
      assert.include([413, "closed"], unknown)
      assert.isBelow(sent, 100)
      assert.isBelow(process.memoryUsage().arrayBuffers - before, 150 * 1024 * 1024)
      yield* settled
      assert.strictEqual((yield* raw("/v1/models")).status, 200)
    }).pipe(Effect.provide(local()), Effect.timeout("15 seconds")))

  it.effect("is refused by the admin endpoint and in memory too", () =>
    Effect.gen(function*() {
      const big = " ".repeat(33 * 1024 * 1024)
      const admin = yield* raw("/_emulator/faults", { method: "POST", body: big })
      assert.strictEqual(admin.status, 413)
      const request = HttpClientRequest.post("http://emulator.invalid/v1/models").pipe(
        HttpClientRequest.bearerToken("emulator-key"),
        HttpClientRequest.bodyText(big)
      )
      const memory = yield* Effect.provide(HttpClient.execute(request), Emulator.layerMemory(instant))
      assert.strictEqual(memory.status, 413)
    }).pipe(Effect.provide(local())))

  it.live("leaves one just below alone", () =>
    Effect.gen(function*() {
      const body = " ".repeat(31 * 1024 * 1024)
      assert.strictEqual((yield* raw("/v1/chat/completions", { method: "POST", body })).status, 422)
    }).pipe(Effect.provide(local()), Effect.timeout("15 seconds")))
})

describe("a body that is nested deeper than the API reads", () => {
  const nested = (depth: number) => {
    const metadata = "{\"a\":".repeat(depth - 1) + "[\"[\\\"[\"]" + "}".repeat(depth - 1)
    return `{"model":"mistral-small-latest","messages":[{"role":"user","content":"Hi"}],"metadata":${metadata}}`
  }

  it.effect("is refused, and the emulator can still tell what it saw", () =>
    Effect.gen(function*() {
      const body = nested(200_000)
      for (const path of ["/v1/chat/completions", "/v1/observability/judges", "/v1/embeddings"]) {
        const answer = yield* raw(path, { method: "POST", body })
        assert.deepStrictEqual([answer.status, answer.json], [400, { detail: "There was an error parsing the body" }])
      }
      const seen = yield* raw("/_emulator/requests")
      assert.strictEqual(seen.status, 200)
      assert.include(seen.text, JSON.stringify(body).slice(1, -1))
    }).pipe(Effect.provide(local())))

  it.effect("is read up to there, and recorded", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* raw("/v1/chat/completions", { method: "POST", body: nested(999) })).status, 200)
      assert.strictEqual((yield* raw("/v1/chat/completions", { method: "POST", body: nested(1000) })).status, 400)
      const { text } = yield* raw("/v1/observability/chat-completion-events/search-ids", {
        method: "POST",
        body: JSON.stringify({ search_params: { filters: null } })
      })
      assert.lengthOf(JSON.parse(text).completion_event_ids, 1)
    }).pipe(Effect.provide(local())))
})

describe("half a request", () => {
  it.live("is not answered, and gone when its sender is", () =>
    Effect.gen(function*() {
      const half = speak({ body: ask("Hi"), headers: { "content-length": "100000" } })
      assert.strictEqual((yield* Effect.scoped(Effect.timeoutOption(half, "50 millis")))._tag, "None")
      yield* settled
    }).pipe(Effect.provide(local()), Effect.timeout("5 seconds")))
})

/** A console that collects what is printed. */
const listening = () => {
  const lines: Array<string> = []
  const console: Console.Console = {
    ...globalThis.console,
    log: (...all: ReadonlyArray<unknown>) => void lines.push(all.join(" "))
  }
  return { console, lines }
}
