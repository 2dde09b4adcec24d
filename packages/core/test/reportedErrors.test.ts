/** Errors in responses with status 200: they are typed and retried like their status. Redirects, and what no retry removes. */
import { Endpoint, MistralClient, MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Schema, Stream } from "effect"
import { event } from "./fixtures/eventBytes.ts"
import {
  bothWays,
  clientOver,
  complete,
  eventStream,
  goodResponse,
  open,
  requests,
  type Script,
  stream,
  within
} from "./fixtures/scriptedClient.ts"

const retrying = (script: Script) => clientOver(script, { retry: RetryPolicy.defaultPolicy })

const failing = (error: object) => ({ id: "1", model: "m", choices: [{ index: 0, ...error }] })
const message = { role: "assistant", content: "a" }

for (const [way, call] of Object.entries(bothWays)) {
  describe(`a response with status 200 that reports an error (${way})`, () => {
    const retried: Record<string, readonly [body: unknown, tag: string]> = {
      "502 as a number": [{ error: { code: 502, message: "No" } }, "ServerError"],
      "503 as a text": [{ error: { status: "503", message: "No" } }, "ServerError"],
      "429": [{ error: { code: 429, message: "No" } }, "RateLimited"],
      "408": [{ error: { code: 408, message: "No" } }, "BadRequest"],
      "a lack of capacity": [{ object: "error", message: "Capacity exceeded", code: 429 }, "CapacityExceeded"]
    }
    for (const [name, [body, tag]] of Object.entries(retried)) {
      it.effect(`of ${name} is retried, and succeeds`, () =>
        within(call(), "1 second").pipe(
          Effect.andThen(Effect.all([requests, open])),
          Effect.map(([{ length }, stillOpen]) => assert.deepStrictEqual([length, stillOpen], [2, 0])),
          Effect.provide(
            retrying((request, index) => index === 0 ? ScriptedHttpClient.json(body) : goodResponse(request))
          )
        ))

      it.effect(`of ${name} fails with its reason in the end`, () =>
        Effect.gen(function*() {
          const error = yield* within(Effect.flip(call()), "1 minute")
          assert.strictEqual(error.reason._tag, tag)
          assert.lengthOf(yield* requests, 5)
          assert.strictEqual(yield* open, 0)
        }).pipe(Effect.provide(retrying(() => ScriptedHttpClient.json(body)))))
    }

    const refused: Record<string, readonly [body: unknown, tag: string, status: number]> = {
      "400": [{ error: { code: 400, message: "No" } }, "BadRequest", 400],
      "401": [{ error: { code: "401", message: "No" } }, "Authentication", 401],
      "403": [{ code: 403, message: "No" }, "PermissionDenied", 403],
      "404": [{ status: 404, detail: "No" }, "NotFound", 404],
      "422": [{ object: "error", message: "No", raw_status_code: 422 }, "Validation", 422],
      "501": [{ error: { code: 501, message: "No" } }, "ServerError", 501],
      "no status": [{ error: "No" }, "BadRequest", 200],
      "a status that is none": [{ error: { code: 1500, message: "No" } }, "BadRequest", 200]
    }
    for (const [name, [body, tag, status]] of Object.entries(refused)) {
      it.effect(`of ${name} is not retried, and shows the server's sentence alone`, () =>
        Effect.gen(function*() {
          const error = yield* within(Effect.flip(call()), "10 seconds")
          assert.deepStrictEqual([error.reason._tag, error.status, error.isRetryable], [tag, status, false])
          assert.include(error.message, "No")
          assert.notInclude(error.message, "Missing key")
          assert.lengthOf(yield* requests, 1)
          assert.strictEqual(yield* open, 0)
        }).pipe(Effect.provide(retrying(() => ScriptedHttpClient.json(body)))))
    }

    it.effect("obeys the wait that its headers or its body request", () =>
      Effect.gen(function*() {
        for (
          const [body, headers] of [
            [{ error: { code: 429, message: "No" } }, { "retry-after": "30" }],
            [{ error: { code: 429, message: "No", metadata: { retry_after: 30 } } }, {}]
          ] as const
        ) {
          const error = yield* Effect.flip(call({ retry: RetryPolicy.none })).pipe(
            Effect.provide(clientOver([ScriptedHttpClient.json(body, { headers })]))
          )
          assert.strictEqual(error.retryAfter && Duration.toMillis(error.retryAfter), 30_000)
        }
      }))
  })

  describe(`a redirect (${way})`, () => {
    const locations: Record<string, string> = {
      "https://user:secret@other.test:8443/v1/path?query=1#hash":
        "the server redirects to other.test:8443: set the base",
      "/v1/elsewhere?query=1": "the server redirects to another address: set the base"
    }
    for (const status of [301, 302, 307, 308]) {
      it.effect(`with ${status} names the host that it points to, and nothing else of it`, () =>
        Effect.gen(function*() {
          for (const [location, said] of Object.entries(locations)) {
            const error = yield* within(Effect.flip(call()), 0).pipe(
              Effect.provide(retrying([ScriptedHttpClient.json({}, { status, headers: { location } })]))
            )
            assert.strictEqual(error.status, status)
            assert.isFalse(error.isRetryable)
            assert.include(error.message, said)
            for (const hidden of ["secret", "query", "hash", "elsewhere", "/v1/path"]) {
              assert.notInclude(`${error.message} ${JSON.stringify(error)}`, hidden)
            }
          }
        }))
    }
  })

  describe(`a refusal that no retry removes (${way})`, () => {
    const lasting: Record<string, readonly [status: number, error: object]> = {
      "a used-up quota by its code": [429, { code: "insufficient_quota", message: "No" }],
      "a used-up quota by its sentence": [429, { message: "You exceeded your current quota, see your plan" }],
      "a payment": [402, { message: "Insufficient credits" }],
      "a context that is too long, as a failure of the server": [500, { message: "maximum context length is 4096" }],
      "a prompt that is too long, as a failure of the server": [503, { message: "The prompt is too long" }],
      "a filter": [500, { code: "content_filter", message: "No" }],
      "a method that is not implemented": [501, { message: "No" }],
      "a version of HTTP": [505, { message: "No" }],
      "a gateway's 502 that wraps a 400": [502, { code: 400, message: "No" }]
    }
    for (const [name, [status, error]] of Object.entries(lasting)) {
      it.effect(`is ${name}`, () =>
        Effect.gen(function*() {
          const { isRetryable } = yield* within(Effect.flip(call()), 0)
          assert.isFalse(isRetryable)
          assert.lengthOf(yield* requests, 1)
        }).pipe(Effect.provide(retrying(() => ScriptedHttpClient.json({ error }, { status })))))
    }

    const passing: Record<string, readonly [status: number, error: object]> = {
      "an upstream server that took too long": [504, { message: "The upstream took too long to respond" }],
      "a limit whose sentence names billing": [429, {
        message: "Rate limit reached. See /account/billing to raise it."
      }],
      "a filter that is down": [503, { message: "The content filter is unavailable" }],
      "too little capacity": [503, { code: "insufficient_capacity", message: "No" }]
    }
    for (const [name, [status, error]] of Object.entries(passing)) {
      it.effect(`is not ${name}`, () =>
        Effect.gen(function*() {
          yield* within(call(), "5 seconds")
          assert.lengthOf(yield* requests, 2)
        }).pipe(Effect.provide(
          retrying((request, index) =>
            index > 0 ? goodResponse(request) : ScriptedHttpClient.json({ error }, { status })
          )
        )))
    }

    it.effect("is not a quota of which the server says when it is full again", () =>
      Effect.gen(function*() {
        yield* within(call(), "5 seconds")
        assert.lengthOf(yield* requests, 2)
      }).pipe(Effect.provide(retrying((request, index) =>
        index > 0 ? goodResponse(request) : ScriptedHttpClient.json([{
          error: { code: 429, message: "You exceeded your current quota", details: [{ retryDelay: "2s" }] }
        }], { status: 429 })
      ))))
  })

  it.effect(`a body that is nested without end is an error like any other (${way})`, () =>
    Effect.gen(function*() {
      const deep = (open: string, close: string, inner = "1") => open.repeat(100_000) + inner + close.repeat(100_000)
      const bodies = [
        deep("{\"error\":", "}"),
        deep("[", "]"),
        deep("{\"error\":", ""),
        `{"error":{"code":${deep("[", "]")},"status":${deep("[", "]")},"message":"No"}}`,
        `{"message":"No","guardrails":${deep("{\"a\":", "}")}}`,
        `{"detail":${deep("[", "]")}}`,
        `{"error":${deep("[", "]")},"choices":[]}`
      ]
      for (const body of bodies) {
        for (const status of [200, 403]) {
          for (const headers of [{}, eventStream]) {
            const error = yield* Effect.flip(call()).pipe(
              Effect.provide(clientOver([ScriptedHttpClient.bytes([body], { status, headers })]))
            )
            assert.instanceOf(error, MistralError.MistralError)
            assert.isString(JSON.stringify(error) + error.message)
            Schema.encodeUnknownSync(Schema.toCodecJson(MistralError.MistralError))(error)
          }
        }
      }
    }))
}

describe("a whole response in which a choice failed", () => {
  const choices: Record<string, readonly [body: unknown, tag: string, status: number | undefined, said?: string]> = {
    "by an error with a status": [
      failing({ message, finish_reason: "error", error: { code: 502, message: "No" } }),
      "ServerError",
      502,
      "No"
    ],
    "by an error with a status, and no message": [
      failing({ finish_reason: "error", error: { code: "429", message: "No" } }),
      "RateLimited",
      429,
      "No"
    ],
    "by an error without a status": [
      failing({ message, error: "No" }),
      "GenerationFailed",
      undefined,
      "generation failed: choice 0 ended with finish_reason \"error\": No. Retry."
    ],
    "by its finish reason": [failing({ message, finish_reason: "error" }), "GenerationFailed", undefined]
  }
  for (const [name, [body, tag, status, said = ""]] of Object.entries(choices)) {
    it.effect(`${name} is no success`, () =>
      Effect.gen(function*() {
        const error = yield* within(Effect.flip(complete()), "1 minute")
        assert.deepStrictEqual([error.reason._tag, error.status], [tag, status])
        assert.include(error.message, said)
        // A generation that failed costs what it wrote: only an error with a status that passes is retried.
        assert.lengthOf(yield* requests, status === undefined ? 1 : 5)
      }).pipe(Effect.provide(retrying(() => ScriptedHttpClient.json(body)))))
  }

  it.effect("by an error beside a good response is no success", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(complete())
      assert.strictEqual(error.reason._tag, "ServerError")
    }).pipe(
      Effect.provide(clientOver([
        ScriptedHttpClient.json({ ...TestCompletion.response("a"), error: { code: 500, message: "No" } })
      ]))
    ))

  for (const error of [null, "", {}, false, { code: null, message: "" }]) {
    it.effect(`by ${JSON.stringify(error)} is a success`, () =>
      complete().pipe(
        Effect.provide(clientOver([ScriptedHttpClient.json({ ...TestCompletion.response("a"), error })]))
      ))
  }
})

describe("a call that is not idempotent", () => {
  const create: Endpoint.Endpoint<void, { readonly id: string }> = {
    ...Endpoint.listModels,
    response: Schema.Struct({ id: Schema.String }),
    retryable: "ifRejected"
  }
  for (const [code, count] of [[429, 2], [502, 1], [503, 1]] as const) {
    it.effect(`is sent ${count} times where a good response reports ${code}`, () =>
      Effect.gen(function*() {
        yield* within(
          Effect.ignore(MistralClient.MistralClient.use((client) => client.request(create, undefined))),
          "1 second"
        )
        assert.lengthOf(yield* requests, count)
      }).pipe(Effect.provide(retrying((_, index) =>
        ScriptedHttpClient.json(index === 0 ? { error: { code, message: "No" } } : { id: "1" })
      ))))
  }
})

describe("the number of chunks", () => {
  const endings: Record<string, readonly [ending: ScriptedHttpClient.Answer, tag: string]> = {
    "a lost connection": [
      ScriptedHttpClient.bytes([event("a"), event("b")], { headers: eventStream, ending: "fail" }),
      "ConnectionLost"
    ],
    "a stream that stalls": [
      ScriptedHttpClient.bytes([event("a"), event("b")], { headers: eventStream, ending: "hang" }),
      "Timeout"
    ],
    ...Object.fromEntries(
      ([
        ["a stream that ends", "", "StreamEndedEarly"],
        ["an event that is not JSON", "data: oh\n\n", "InvalidResponse"],
        ["an error in the stream", "error: no\n\n", "StreamError"]
      ] as const).map(([name, end, tag]) =>
        [name, [
          ScriptedHttpClient.bytes([event("a"), event("b"), end], { headers: eventStream }),
          tag
        ]] as const
      )
    )
  }
  for (const [name, [answer, tag]] of Object.entries(endings)) {
    it.effect(`is on the error of ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* within(
          Effect.flip(Stream.runDrain(stream({ timeout: { idle: "1 second" } }))),
          "2 seconds"
        )
        assert.deepStrictEqual([error.reason._tag, error.chunks], [tag, 2])
      }).pipe(Effect.provide(clientOver([answer]))))
  }

  it.effect("is 0 where no stream had begun", () =>
    Effect.gen(function*() {
      for (const call of Object.values(bothWays)) {
        const error = yield* Effect.flip(call()).pipe(
          Effect.provide(clientOver([ScriptedHttpClient.json({}, { status: 500 })]))
        )
        assert.strictEqual(error.chunks, 0)
      }
    }))
})
