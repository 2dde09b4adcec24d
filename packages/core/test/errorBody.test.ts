import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { stream } from "./fixtures/completions.ts"
import { errorResponses, exampleErrors, fieldsOf, noFields } from "./fixtures/errorResponses.ts"
import { withExamples } from "./fixtures/examples.ts"
import { refusal } from "./fixtures/refusal.ts"
import { failure, json, request, scripted } from "./fixtures/scriptedServer.ts"

describe("an error answer", () => {
  for (const { body, expected, headers, name, status } of errorResponses) {
    it.effect(`${status} with ${name} is a ${expected.reason}`, () =>
      Effect.gen(function*() {
        const error = yield* refusal(() => json(status, body, headers))
        assert.deepStrictEqual(fieldsOf(error), { ...noFields, status, ...expected })
        assert.strictEqual(error.operation, "Chat.complete")
        assert.strictEqual(error.path, "/v1/chat/completions")
        assert.include(error.message, String(status))
        if (expected.message !== undefined) assert.include(error.message, expected.message)
      }))
  }

  it.effect("is mapped alike where a stream was asked for", () =>
    Effect.gen(function*() {
      const { layer } = scripted(() => json(404, { detail: "No such path" }), { retry: RetryPolicy.none })
      const error = yield* failure(Stream.runDrain(stream(request))).pipe(Effect.provide(layer))
      assert.deepStrictEqual(fieldsOf(error), { ...noFields, reason: "NotFound", status: 404, message: "No such path" })
      assert.strictEqual(error.operation, "Chat.stream")
    }))
})

withExamples((examples) => {
  describe("an error answer of the examples", () => {
    for (const [name, { status, ...expected }] of Object.entries(exampleErrors)) {
      it.effect(`${name} is a ${expected.reason}`, () =>
        Effect.gen(function*() {
          const body = examples.read(name)
          const error = yield* refusal(() => json(status, body))
          assert.deepStrictEqual(fieldsOf(error), {
            ...noFields,
            message: sentenceOf(body),
            guardrails: (body as { readonly guardrails?: unknown }).guardrails,
            status,
            ...expected
          })
        }))
    }

    it("has its row in the table", () => {
      assert.deepStrictEqual(
        examples.names.filter((name) => name.startsWith("error-") && name !== "error-response-headers.json"),
        Object.keys(exampleErrors).sort()
      )
    })

    it.effect("carries the id of its headers", () =>
      Effect.gen(function*() {
        // The file is the header block of a recorded response.
        const headers = examples.read("error-response-headers.json") as Record<string, string>
        const error = yield* refusal(() => json(400, {}, headers))
        assert.strictEqual(error.requestId, headers["mistral-correlation-id"])
      }))

    it.effect("carries the limits of its headers", () =>
      Effect.gen(function*() {
        const headers = examples.read("response-headers-rate-limit.json") as Record<string, string>
        const error = yield* refusal(() => json(429, {}, { ...headers, "x-other": "1" }))
        assert.strictEqual(error.reason._tag, "RateLimited")
        if (error.reason._tag === "RateLimited") assert.deepStrictEqual(error.reason.limits, headers)
      }))
  })
})

describe("the request id", () => {
  const body = { message: "no", request_id: "of-the-body" }
  const ids: ReadonlyArray<readonly [name: string, headers: Record<string, string>, id: string]> = [
    ["the correlation id first", { "mistral-correlation-id": "a", "x-kong-request-id": "b" }, "a"],
    ["the gateway's where there is no other", { "x-kong-request-id": "b" }, "b"],
    ["x-request-id where a proxy sends only that", { "x-request-id": "c" }, "c"],
    ["the body's where no header has one", {}, "of-the-body"]
  ]
  for (const [name, headers, id] of ids) {
    it.effect(`is ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* refusal(() => json(401, body, headers))
        assert.strictEqual(error.requestId, id)
        assert.include(error.message, id)
      }))
  }
})

describe("the wait the server asks for", () => {
  const waits: ReadonlyArray<readonly [name: string, value: string, millis: number | undefined]> = [
    ["a number of seconds", "7", 7000],
    ["no second at all", "0", 0],
    ["a date that lies ahead", "Thu, 01 Jan 1970 00:01:30 GMT", 30_000],
    ["a date that has passed", "Thu, 01 Jan 1970 00:00:30 GMT", 0],
    ["a date in its older form", "Thursday, 01-Jan-70 00:01:30 GMT", 30_000],
    ["a date in the form of C", "Thu Jan  1 00:01:30 1970", 30_000],
    ["a number with white space around it", " 7 ", 7000],
    ["a fraction of a second", "1.5", 1500],
    ["no time before the answer", "-5", undefined],
    ["no date without a time", "Thu, 01 Jan 1970", undefined],
    ["no date of another form", "1970-01-01T00:01:30Z", undefined],
    ["no date with a month there is not", "Thu, 01 Foo 1970 00:01:30 GMT", undefined],
    ["no date that does not exist", "Tue, 31 Feb 1970 00:01:30 GMT", undefined],
    ["no other text before a time", "Soon, at 00:01:30 GMT", undefined],
    ["nothing that can be understood", "soon", undefined]
  ]
  for (const status of [429, 503]) {
    for (const [name, value, millis] of waits) {
      it.effect(`of ${status} can be ${name}`, () =>
        Effect.gen(function*() {
          yield* TestClock.setTime(60_000)
          const error = yield* refusal(() => json(status, {}, { "retry-after": value }))
          assert.strictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), millis)
        }))
    }
  }
})

describe("a refusal that is no JSON", () => {
  const texts: ReadonlyArray<readonly [name: string, body: string, message: string | undefined]> = [
    [
      "an HTML page says its title",
      "<html><head><title>502 Bad Gateway</title></head><body><h1>x</h1>",
      "502 Bad Gateway"
    ],
    ["an HTML page without a title says nothing", "<!doctype html><h1>Oh</h1>", undefined],
    ["an empty body says nothing", "", undefined],
    ["a plain text says its first line", "upstream connect error\nand much more", "upstream connect error"],
    ["JSON that is a text says nothing", "\"broken\"", undefined],
    ["JSON that is cut off is not quoted", "{\"message\": \"Tele", undefined],
    ["null says nothing", "null", undefined]
  ]
  for (const [name, body, message] of texts) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const error = yield* refusal(() =>
          new Response(body, { status: 502, headers: { "content-type": "text/html" } })
        )
        assert.deepStrictEqual(fieldsOf(error), {
          ...noFields,
          reason: "ServerError",
          status: 502,
          retryable: true,
          message
        })
      }))
  }

  it.effect("is shortened where the server's sentence is long", () =>
    Effect.gen(function*() {
      const error = yield* refusal(() => json(400, { message: "m".repeat(100_000) }))
      assert.isBelow(error.message.length, 1000)
    }))
})

/** The server's own sentence in a body, under any of its keys; for issues, each message with its field. */
const sentenceOf = (body: unknown): string | undefined => {
  const { detail, error, message } = body as Record<"detail" | "error" | "message", unknown>
  for (const value of [message, detail, error]) {
    if (typeof value === "string" && !value.startsWith("{")) return value
    const object = typeof value === "string" ? JSON.parse(value) : value
    const issues = Array.isArray(object) ? object : object?.detail
    if (Array.isArray(issues)) {
      return issues.map(({ loc, msg }) => `${loc.slice(1).join(".")}: ${msg}`).join("; ")
    }
    if (typeof object?.message === "string") return object.message
  }
  return undefined
}
