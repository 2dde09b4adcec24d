import * as Chat from "@effect-mistral/chat/Chat"
import type * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Cause from "effect/Cause"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as References from "effect/References"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import * as Tracer from "effect/Tracer"
import { inspect } from "node:util"
import { withExamples } from "./fixtures/examples.ts"
import {
  type Answer,
  apiKey,
  event,
  eventStream,
  failure,
  json,
  openBody,
  request,
  scripted,
  settle
} from "./fixtures/scriptedServer.ts"

describe("an error answer", () => {
  for (const { body, expected, headers, name, status } of answers) {
    it.effect(`${status} with ${name} is a ${expected.reason}`, () =>
      Effect.gen(function*() {
        const error = yield* refusal(() => json(status, body, headers))
        assert.deepStrictEqual(seen(error), { ...nothing, status, ...expected })
        assert.strictEqual(error.operation, "Chat.complete")
        assert.strictEqual(error.path, "/v1/chat/completions")
        assert.include(error.message, String(status))
        if (expected.message !== undefined) assert.include(error.message, expected.message)
      }))
  }

  it.effect("is mapped alike where a stream was asked for", () =>
    Effect.gen(function*() {
      const { layer } = scripted(() => json(404, { detail: "No such path" }), { retry: RetryPolicy.none })
      const error = yield* failure(Stream.runDrain(Chat.stream(request))).pipe(Effect.provide(layer))
      assert.deepStrictEqual(seen(error), { ...nothing, reason: "NotFound", status: 404, message: "No such path" })
      assert.strictEqual(error.operation, "Chat.stream")
    }))
})

withExamples((examples) => {
  describe("an error answer of the examples", () => {
    for (const [name, { status, ...expected }] of Object.entries(ofExamples)) {
      it.effect(`${name} is a ${expected.reason}`, () =>
        Effect.gen(function*() {
          const body = examples.read(name)
          const error = yield* refusal(() => json(status, body))
          assert.deepStrictEqual(seen(error), {
            ...nothing,
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
        Object.keys(ofExamples).sort()
      )
    })

    it.effect("carries the id of its headers", () =>
      Effect.gen(function*() {
        // The file is the header block of a recorded answer.
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
    ["no fraction of a second", "1.5", undefined],
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
    ["JSON that is cut off says its first line", "{\"message\": \"Tele", "{\"message\": \"Tele"],
    ["null says nothing", "null", undefined]
  ]
  for (const [name, body, message] of texts) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const error = yield* refusal(() =>
          new Response(body, { status: 502, headers: { "content-type": "text/html" } })
        )
        assert.deepStrictEqual(seen(error), {
          ...nothing,
          reason: "ServerError",
          status: 502,
          retryable: true,
          message
        })
      }))
  }

  it.effect("of a megabyte is read only in part", () =>
    Effect.gen(function*() {
      let read = 0
      const body = new ReadableStream<Uint8Array>({
        pull: (controller) => {
          if (read >= 1024 * 1024) return controller.close()
          read += 1024
          controller.enqueue(new Uint8Array(1024).fill(97))
        }
      }, { highWaterMark: 0 })
      const error = yield* refusal(() => new Response(body, { status: 500 }))
      assert.strictEqual(error.reason._tag, "ServerError")
      assert.isBelow(error.message.length, 1000)
      assert.isAtMost(read, 100 * 1024)
      assert.isAbove(read, 10 * 1024)
    }))

  it.effect("that never ends is cut off by the clock, and the connection is given up", () =>
    Effect.gen(function*() {
      const body = openBody()
      body.push("{\"message\": \"half a sen")
      const fiber = yield* Effect.forkChild(refusal(() => new Response(body.stream, { status: 503 })))
      yield* settle
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("2 seconds")
      yield* settle
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason._tag, "ServerError")
      assert.strictEqual(error.status, 503)
      assert.isTrue(body.state.cancelled)
    }))

  it.effect("that never ends is cut off where the limit to the first byte ends", () =>
    Effect.gen(function*() {
      const body = openBody()
      const fiber = yield* Effect.forkChild(
        refusal(() => new Response(body.stream, { status: 503 }), { timeout: { firstByte: "1 second" } })
      )
      yield* settle
      yield* TestClock.adjust("1 second")
      yield* settle
      assert.isDefined(fiber.pollUnsafe())
      assert.strictEqual((yield* Fiber.join(fiber)).status, 503)
      assert.isTrue(body.state.cancelled)
    }))

  it.effect("whose body breaks off still says its status", () =>
    Effect.gen(function*() {
      const body = openBody()
      body.push("{")
      const fiber = yield* Effect.forkChild(refusal(() => new Response(body.stream, { status: 403 })))
      yield* settle
      body.fail(new Error("reset"))
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason._tag, "PermissionDenied")
    }))

  it.effect("is shortened where the server's sentence is long", () =>
    Effect.gen(function*() {
      const error = yield* refusal(() => json(400, { message: "m".repeat(100_000) }))
      assert.isBelow(error.message.length, 1000)
    }))
})

describe("the key is never seen", () => {
  const echoed = `Bearer ${apiKey}`
  const scripts: Record<string, { readonly answer: Answer; readonly options?: MistralClient.Options }> = {
    ...Object.fromEntries(
      [400, 401, 403, 404, 408, 409, 418, 422, 429, 500, 502, 503, 504, 529].map((status) => [
        `in a ${status} that echoes it`,
        {
          answer: () =>
            json(status, {
              object: "error",
              message: `Invalid key ${apiKey}`,
              type: apiKey,
              code: apiKey,
              param: apiKey,
              request_id: apiKey,
              guardrails: { authorization: echoed },
              detail: [{ loc: ["header", apiKey], msg: `bad ${echoed}`, type: "x", input: echoed }]
            }, { "mistral-correlation-id": apiKey, "x-ratelimit-key": apiKey })
        }
      ])
    ),
    "in a failed connection whose cause quotes the header": {
      answer: () => Effect.fail(new Error(`cannot send authorization: ${echoed}`, { cause: new Error(echoed) }))
    },
    "in a failed connection whose cause is the request": {
      answer: (_, __, request) => Effect.fail({ name: "Error", message: "", request, cause: request })
    },
    "in an answer that breaks off": {
      answer: () =>
        new Response(
          new ReadableStream({
            pull: (controller) => controller.error(new Error(`terminated ${echoed}`))
          }),
          { status: 200 }
        )
    },
    "in an answer that does not fit and echoes it": {
      answer: () => json(200, { message: `key ${apiKey}`, error: { message: echoed }, choices: apiKey })
    },
    "in an answer of another content type": {
      answer: () => new Response(`<title>${apiKey}</title>`, { status: 200, headers: { "content-type": "text/html" } })
    },
    "in an event that reports an error": {
      answer: () => eventStream(`${event("a")}data: {"error":{"message":"for ${apiKey}","code":"${apiKey}"}}\n\n`)
    },
    "in an event that does not fit": {
      answer: () => eventStream(`data: {"id":"${apiKey}","choices":"${apiKey}"}\n\n`)
    },
    "in a base URL that is none": {
      answer: () => json(200, {}),
      options: { baseUrl: `not a url ${apiKey}` }
    },
    "in a URL that the transport refuses": {
      answer: () => json(200, {}),
      options: { baseUrl: "https://exa mple.test:99999" }
    },
    "when it holds a line break": {
      answer: () => json(200, {}),
      options: { apiKey: Redacted.make(`${apiKey}\nx-injected: ${apiKey}`) }
    },
    "when a header cannot hold it": {
      answer: () => json(200, {}),
      options: { apiKey: Redacted.make(`${apiKey}é`) }
    },
    "when the effect that yields it fails with it": {
      answer: () => json(200, {}),
      options: { apiKey: Effect.fail(new Error(`no ${apiKey}`)) }
    }
  }

  for (const [name, { answer, options }] of Object.entries(scripts)) {
    for (const operation of ["complete", "stream"] as const) {
      it.effect(`${name} (${operation})`, () =>
        Effect.gen(function*() {
          const { exit, lines, spans } = yield* observed(operation, answer, options)
          const error = yield* Effect.flip(exit)
          const places = {
            string: String(error),
            message: error.message,
            stack: String(error.stack),
            json: JSON.stringify(error),
            exitJson: JSON.stringify(exit),
            inspected: inspect(error, { depth: 10, showHidden: true }),
            exitInspected: inspect(exit, { depth: 10, showHidden: true }),
            pretty: Exit.isFailure(exit) ? Cause.pretty(exit.cause) : "",
            spans: inspect(spans.map(describeSpan), { depth: 10 }),
            logs: lines.join("\n")
          }
          assert.isAbove(spans.length, 1)
          for (const [place, text] of Object.entries(places)) {
            assert.isAbove(text.length, 0, place)
            assert.notInclude(text, apiKey, place)
          }
        }))

      it.effect(`${name}, nor in what exporters write of the spans' ends (${operation})`, () =>
        Effect.gen(function*() {
          const { spans } = yield* observed(operation, answer, options)
          assert.isAbove(spans.length, 1)
          for (const span of spans) assert.notInclude(describeExit(span), apiKey)
        }))
    }
  }

  it.effect("though it is sent", () =>
    Effect.gen(function*() {
      const { layer, sent } = scripted(() => json(500, {}), { retry: RetryPolicy.none })
      yield* Effect.exit(Chat.complete(request).pipe(Effect.provide(layer)))
      assert.strictEqual(sent[0]?.headers.authorization, `Bearer ${apiKey}`)
    }))

  it.effect("and the server's sentence is kept around it", () =>
    Effect.gen(function*() {
      const error = yield* refusal(() => json(401, { detail: `The key ${apiKey} has expired` }))
      assert.strictEqual(seen(error).message, "The key <redacted> has expired")
    }))

  it.effect("and a key that ends with a line break is sent without it", () =>
    Effect.gen(function*() {
      const { layer, sent } = scripted(() => json(500, {}), {
        retry: RetryPolicy.none,
        apiKey: Redacted.make(`${apiKey}\n`)
      })
      yield* Effect.exit(Chat.complete(request).pipe(Effect.provide(layer)))
      assert.strictEqual(sent[0]?.headers.authorization, `Bearer ${apiKey}`)
    }))
})

const refusal = (answer: Answer, options?: MistralClient.Options): Effect.Effect<MistralError> =>
  failure(Chat.complete(request)).pipe(
    Effect.provide(scripted(answer, { retry: RetryPolicy.none, ...options }).layer),
    Effect.orDie
  )

interface Seen {
  readonly reason: MistralError["reason"]["_tag"]
  readonly status: number | undefined
  readonly message: string | undefined
  readonly code: string | undefined
  readonly type: string | undefined
  readonly field: string | undefined
  readonly paths: ReadonlyArray<ReadonlyArray<string | number>> | undefined
  readonly guardrails: unknown
  readonly requestId: string | undefined
  readonly retryAfter: number | undefined
  readonly retryable: boolean
}

const nothing: Omit<Seen, "reason" | "status"> = {
  message: undefined,
  code: undefined,
  type: undefined,
  field: undefined,
  paths: undefined,
  guardrails: undefined,
  requestId: undefined,
  retryAfter: undefined,
  retryable: false
}

/** What a caller can read of an error. */
const seen = (error: MistralError): Seen => {
  const { reason } = error
  return {
    reason: reason._tag,
    status: error.status,
    message: "serverMessage" in reason ? reason.serverMessage : undefined,
    code: "code" in reason ? reason.code : undefined,
    type: "type" in reason ? reason.type : undefined,
    field: "field" in reason ? reason.field : undefined,
    paths: "issues" in reason ? reason.issues.map(({ path }) => path) : undefined,
    guardrails: "guardrails" in reason ? reason.guardrails : undefined,
    requestId: error.requestId,
    retryAfter: error.retryAfter && Duration.toMillis(error.retryAfter),
    retryable: error.isRetryable
  }
}

interface Row {
  readonly name: string
  readonly status: number
  readonly body: unknown
  readonly headers?: Record<string, string>
  readonly expected: Partial<Seen> & Pick<Seen, "reason">
}

const unwanted = (...loc: ReadonlyArray<string | number>) => ({
  type: "extra_forbidden",
  loc,
  msg: "Not permitted",
  input: 1
})

/** The shapes the server was seen to answer with, in words of our own. */
const answers: ReadonlyArray<Row> = [
  {
    name: "a sentence, a type and a code",
    status: 400,
    body: { object: "error", message: "No such model: x", type: "invalid_model", param: null, code: "1500" },
    expected: { reason: "BadRequest", message: "No such model: x", type: "invalid_model", code: "1500" }
  },
  {
    name: "a code that is a number, and a field",
    status: 400,
    body: { object: "Error", message: "Bad", type: "invalid_request_error", param: "model", code: 77 },
    expected: { reason: "BadRequest", message: "Bad", type: "invalid_request_error", code: "77", field: "model" }
  },
  {
    name: "a sentence as its detail",
    status: 401,
    body: { detail: "Who are you" },
    expected: { reason: "Authentication", message: "Who are you" }
  },
  {
    name: "the gateway's sentence and id",
    status: 401,
    body: { message: "Who are you", request_id: "r1" },
    expected: { reason: "Authentication", message: "Who are you", requestId: "r1" }
  },
  {
    name: "a sentence",
    status: 403,
    body: { message: "Not you" },
    expected: { reason: "PermissionDenied", message: "Not you" }
  },
  {
    name: "the decisions of a guardrail",
    status: 403,
    body: { error: { message: "Blocked here", status: 403 }, guardrails: { results: { a: 1 } } },
    expected: { reason: "GuardrailViolation", message: "Blocked here", guardrails: { results: { a: 1 } } }
  },
  {
    name: "the code of a guardrail",
    status: 403,
    body: { object: "Error", message: "Moderation failed", type: "t", code: 3201 },
    expected: { reason: "GuardrailViolation", message: "Moderation failed", type: "t", code: "3201" }
  },
  {
    name: "a sentence as its detail",
    status: 404,
    body: { detail: "Nothing here" },
    expected: { reason: "NotFound", message: "Nothing here" }
  },
  { name: "nothing known", status: 408, body: { a: 1 }, expected: { reason: "BadRequest", retryable: true } },
  {
    name: "a sentence",
    status: 409,
    body: { detail: "Not now" },
    expected: { reason: "Conflict", message: "Not now" }
  },
  {
    name: "issues as its detail",
    status: 422,
    body: { detail: [unwanted("body", "store"), unwanted("body", "messages", 0, "user")] },
    expected: {
      reason: "Validation",
      message: "store: Not permitted; messages.0.user: Not permitted",
      field: "store",
      paths: [["store"], ["messages", 0, "user"]]
    }
  },
  {
    name: "issues inside its message",
    status: 422,
    body: { object: "error", message: { detail: [unwanted("body", "n")] }, type: "t", param: null, code: null },
    expected: { reason: "Validation", message: "n: Not permitted", type: "t", field: "n", paths: [["n"]] }
  },
  {
    name: "issues as text inside its message",
    status: 422,
    body: { object: "error", message: JSON.stringify({ detail: [unwanted("body", "n")] }), type: "t", code: "1000" },
    expected: { reason: "Validation", message: "n: Not permitted", type: "t", code: "1000", field: "n", paths: [["n"]] }
  },
  {
    name: "issues twice",
    status: 422,
    body: { object: "Error", detail: [unwanted("body", "n")], message: [unwanted("body", "n")], type: "t", code: 3001 },
    expected: { reason: "Validation", message: "n: Not permitted", type: "t", code: "3001", field: "n", paths: [["n"]] }
  },
  {
    name: "a sentence in place of issues",
    status: 422,
    body: { detail: "Cannot do that" },
    expected: { reason: "Validation", message: "Cannot do that", paths: [] }
  },
  {
    name: "a code",
    status: 429,
    body: { object: "error", message: "Too many", type: "rate_limited", code: "1300", raw_status_code: 429 },
    headers: { "retry-after": "3" },
    expected: {
      reason: "RateLimited",
      message: "Too many",
      type: "rate_limited",
      code: "1300",
      retryAfter: 3000,
      retryable: true
    }
  },
  {
    name: "a lack of capacity",
    status: 429,
    body: { object: "error", message: "The capacity exceeded, sorry", type: "t", code: null },
    expected: { reason: "CapacityExceeded", message: "The capacity exceeded, sorry", type: "t", retryable: true }
  },
  {
    name: "a lack of capacity",
    status: 503,
    body: { message: "Capacity exceeded" },
    expected: { reason: "CapacityExceeded", message: "Capacity exceeded", retryable: true }
  },
  {
    name: "an error as a text",
    status: 500,
    body: { error: "It broke" },
    expected: { reason: "ServerError", message: "It broke", retryable: true }
  },
  {
    name: "an error in an object",
    status: 503,
    body: { error: { message: "Later", type: "overloaded", code: "x", param: "p" } },
    expected: { reason: "ServerError", message: "Later", type: "overloaded", code: "x", field: "p", retryable: true }
  },
  { name: "a status of its own", status: 418, body: {}, expected: { reason: "BadRequest" } },
  {
    name: "an observability error",
    status: 404,
    body: { detail: { message: "No judge", error_code: "NO_JUDGE" } },
    expected: { reason: "ObservabilityError", message: "No judge", code: "NO_JUDGE" }
  },
  {
    name: "an observability error without a code",
    status: 408,
    body: { detail: { message: "Slow", error_code: null } },
    expected: { reason: "ObservabilityError", message: "Slow", retryable: true }
  },
  {
    name: "an observability error with status 401, whose reason is that of the status",
    status: 401,
    body: { detail: { message: "Not now", error_code: "SOME_CODE" } },
    expected: { reason: "Authentication", message: "Not now", code: "SOME_CODE" }
  },
  {
    name: "an observability error with status 403, whose reason is that of the status",
    status: 403,
    body: { detail: { message: "Not now", error_code: "SOME_CODE" } },
    expected: { reason: "PermissionDenied", message: "Not now", code: "SOME_CODE" }
  },
  {
    name: "an observability error with status 429, whose reason is that of the status",
    status: 429,
    body: { detail: { message: "Not now", error_code: "SOME_CODE" } },
    expected: { reason: "RateLimited", message: "Not now", code: "SOME_CODE", retryable: true }
  },
  {
    name: "an observability error with status 503, whose reason is that of the status",
    status: 503,
    body: { detail: { message: "Not now", error_code: "SOME_CODE" } },
    expected: { reason: "ServerError", message: "Not now", code: "SOME_CODE", retryable: true }
  },
  { name: "an array", status: 500, body: [1, 2], expected: { reason: "ServerError", retryable: true } }
]

const ofExamples: Record<string, Partial<Seen> & { readonly reason: Seen["reason"]; readonly status: number }> = {
  "error-400-invalid-model.json": { status: 400, reason: "BadRequest", type: "invalid_model", code: "1500" },
  "error-400-message-order.json": {
    status: 400,
    reason: "BadRequest",
    type: "invalid_request_message_order",
    code: "3230"
  },
  "error-400-tool-call-id.json": { status: 400, reason: "BadRequest", type: "invalid_function_call", code: "3280" },
  "error-401-unauthorized-detail.json": { status: 401, reason: "Authentication" },
  "error-401-unauthorized-gateway.json": {
    status: 401,
    reason: "Authentication",
    requestId: "933f233947ff6d346065bb297e4a4d56"
  },
  "error-403-guardrail-blocked.json": { status: 403, reason: "GuardrailViolation" },
  "error-403-guardrail-moderation-failed.json": {
    status: 403,
    reason: "GuardrailViolation",
    type: "invalid_request_error",
    code: "3201"
  },
  "error-404-not-found.json": { status: 404, reason: "NotFound" },
  "error-422-detail-and-message-arrays.json": {
    status: 422,
    reason: "Validation",
    type: "invalid_request_error",
    code: "3001",
    field: "tools",
    paths: [["tools"]]
  },
  "error-422-http-validation.json": {
    status: 422,
    reason: "Validation",
    field: "store",
    paths: [["store"], ["max_completion_tokens"]]
  },
  "error-422-stream-options.json": {
    status: 422,
    reason: "Validation",
    field: "stream_options.include_usage",
    paths: [["stream_options", "include_usage"]]
  },
  "error-422-stringified-detail-2024.json": {
    status: 422,
    reason: "Validation",
    type: "internal_error_proxy",
    code: "1000",
    field: "frequency_penalty",
    paths: [["frequency_penalty"]]
  },
  "error-422-wrapped-in-message.json": {
    status: 422,
    reason: "Validation",
    type: "invalid_request_error",
    field: "max_completion_tokens",
    paths: [["max_completion_tokens"]]
  },
  "error-422-wrapped-with-ctx.json": {
    status: 422,
    reason: "Validation",
    type: "invalid_request_error",
    field: "max_tokens",
    paths: [["max_tokens"]]
  },
  "error-429-capacity.json": {
    status: 429,
    reason: "CapacityExceeded",
    type: "invalid_request_error",
    retryable: true
  },
  "error-429-rate-limited.json": {
    status: 429,
    reason: "RateLimited",
    type: "rate_limited",
    code: "1300",
    retryable: true
  },
  "error-documented-shape.json": {
    status: 400,
    reason: "BadRequest",
    type: "invalid_request_error",
    code: "unknown_model",
    field: "model"
  },
  "error-observability-null-code.json": { status: 400, reason: "ObservabilityError" },
  "error-observability-unknown-code.json": { status: 400, reason: "ObservabilityError", code: "A_NEW_CODE" },
  "error-observability.json": { status: 404, reason: "ObservabilityError", code: "JUDGE_NOT_FOUND" }
}

/** The server's own sentence in a body, wherever it stands; of issues, each with its field. */
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

/** A call that fails, with the spans and the log lines it leaves behind. */
const observed = Effect.fnUntraced(function*(
  operation: "complete" | "stream",
  answer: Answer,
  options: MistralClient.Options | undefined
) {
  const { lines, logs, spans, tracer } = collecting()
  const { layer } = scripted(answer, { retry: RetryPolicy.none, ...options })
  const call = operation === "complete" ? Effect.asVoid(Chat.complete(request)) : Stream.runDrain(Chat.stream(request))
  const exit = yield* call.pipe(
    Effect.tapError((error) => Effect.logError("failed", error)),
    Effect.tapCause((cause) => Effect.logError("failed", cause)),
    Effect.withSpan("test"),
    Effect.provide(layer),
    Effect.provideService(Tracer.Tracer, tracer),
    Effect.provide(logs),
    Effect.provideService(References.MinimumLogLevel, "Trace"),
    Effect.exit
  )
  return { exit, lines, spans }
})

/** A tracer and a logger that keep what they are given. */
const collecting = () => {
  const spans: Array<Tracer.NativeSpan> = []
  const lines: Array<string> = []
  return {
    spans,
    lines,
    tracer: Tracer.make({
      span: (options) => {
        const span = new Tracer.NativeSpan(options)
        spans.push(span)
        return span
      }
    }),
    logs: Logger.layer([
      Logger.make((options) => {
        lines.push(Logger.formatLogFmt.log(options), inspect(Logger.formatStructured.log(options), { depth: 10 }))
      })
    ])
  }
}

const describeSpan = (span: Tracer.NativeSpan) => ({
  name: span.name,
  attributes: [...span.attributes],
  events: span.events
})

/** What exporters write of the exit that a span ends with. */
const describeExit = ({ name, status }: Tracer.NativeSpan): string =>
  `${name}: ${status._tag === "Ended" && Exit.isFailure(status.exit) ? Cause.pretty(status.exit.cause) : status._tag}`
