/** Every known form of an error body: as a refusal, as an event of a stream, and in place of a whole response. */
import type { MistralError } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { event } from "./fixtures/eventBytes.ts"
import { bothWays, clientOver, eventStream } from "./fixtures/scriptedClient.ts"

interface Said {
  readonly message?: string
  readonly code?: string
  readonly type?: string
  readonly field?: string
  readonly provider?: string
  readonly requestId?: string
  readonly retryAfter?: number
  /** The status inside the body. */
  readonly status?: number
  readonly issues?: ReadonlyArray<readonly [path: ReadonlyArray<string | number>, message: string]>
}

const fastApi = { type: "missing", loc: ["body", "n"], msg: "Field required", input: { a: "prompt" } }
const ofMistral = { object: "error", message: "No such model: x", type: "invalid_model", param: null, code: "1500" }

const forms: Record<string, readonly [body: unknown, said: Said]> = {
  "FastAPI's detail as a text": [{ detail: "No" }, { message: "No" }],
  "FastAPI's detail as a list": [{ detail: [fastApi] }, {
    message: "n: Field required",
    field: "n",
    issues: [[["n"], "Field required"]]
  }],
  "FastAPI's detail as an object": [{ detail: { error: { message: "No", code: "c" } } }, { message: "No", code: "c" }],
  "Mistral's": [ofMistral, { message: "No such model: x", type: "invalid_model", code: "1500" }],
  "Mistral's with issues in its message": [{ ...ofMistral, message: { detail: [fastApi] } }, {
    message: "n: Field required",
    type: "invalid_model",
    code: "1500",
    field: "n",
    issues: [[["n"], "Field required"]]
  }],
  "Mistral's with its status": [{ ...ofMistral, raw_status_code: 404 }, {
    message: "No such model: x",
    type: "invalid_model",
    code: "1500",
    status: 404
  }],
  "OpenAI's": [{ error: { message: "No", type: "t", param: "model", code: "c" } }, {
    message: "No",
    type: "t",
    code: "c",
    field: "model"
  }],
  "vLLM's": [{ object: "error", message: "No", type: "BadRequestError", param: null, code: 400 }, {
    message: "No",
    type: "BadRequestError",
    code: "400",
    status: 400
  }],
  "llama.cpp's": [{ error: { code: 400, message: "No", type: "invalid_request_error" } }, {
    message: "No",
    type: "invalid_request_error",
    code: "400",
    status: 400
  }],
  "a text": [{ error: "No" }, { message: "No" }],
  "a message": [{ message: "No" }, { message: "No" }],
  "a msg": [{ code: 401, msg: "No" }, { message: "No", code: "401", status: 401 }],
  "an error_description": [{ error: "invalid_grant", error_description: "No" }, { message: "No" }],
  "an error_message": [{ error_message: "No", error_code: 429 }, { message: "No", code: "429", status: 429 }],
  "an errorMessage": [{ errorMessage: "No" }, { message: "No" }],
  "Cloudflare's": [{ success: false, errors: [{ code: 7003, message: "No route" }], messages: [], result: null }, {
    message: "No route",
    code: "7003"
  }],
  "errors as texts": [{ errors: ["No", "never"] }, { message: "No; never" }],
  "errors by field": [{ errors: { n: ["is too large", "is odd"], m: "is missing" } }, {
    message: "n: is too large; n: is odd; m: is missing",
    field: "n",
    issues: [[["n"], "is too large"], [["n"], "is odd"], [["m"], "is missing"]]
  }],
  "errors with a path": [{ errors: [{ path: ["a", 0], message: "No" }] }, {
    message: "a.0: No",
    field: "a.0",
    issues: [[["a", 0], "No"]]
  }],
  "a problem": [{ type: "https://a.test/no", title: "Forbidden", detail: "No", status: 403 }, {
    message: "No",
    type: "https://a.test/no",
    status: 403
  }],
  "a problem with errors by field": [{ title: "One or more errors", status: 400, errors: { n: ["No"] } }, {
    message: "n: No",
    field: "n",
    status: 400,
    issues: [[["n"], "No"]]
  }],
  "NestJS's": [{ statusCode: 400, message: ["a is odd", "b is odd"], error: "Bad Request" }, {
    message: "a is odd; b is odd",
    status: 400
  }],
  "Azure's": [{ error: { code: "content_filter", message: "No", innererror: { code: "Policy" } } }, {
    message: "No",
    code: "content_filter"
  }],
  "Azure's gateway's": [{ statusCode: 429, message: "Try again in 5 seconds" }, {
    message: "Try again in 5 seconds",
    status: 429
  }],
  "Google's": [[{
    error: {
      code: 429,
      message: "No",
      status: "RESOURCE_EXHAUSTED",
      details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "1.5s" }]
    }
  }], { message: "No", code: "429", status: 429, retryAfter: 1500 }],
  "Anthropic's": [{ type: "error", error: { type: "overloaded_error", message: "No" }, request_id: "r1" }, {
    message: "No",
    type: "overloaded_error",
    requestId: "r1"
  }],
  "AWS's": [{ __type: "ThrottlingException", Message: "No" }, { message: "No", type: "ThrottlingException" }],
  "OpenRouter's": [{
    error: {
      message: "Provider returned error",
      code: 422,
      metadata: { raw: JSON.stringify(ofMistral), provider_name: "Mistral", headers: { "Retry-After": "3" } }
    }
  }, {
    message: "No such model: x",
    code: "1500",
    type: "invalid_model",
    provider: "Mistral",
    status: 422,
    retryAfter: 3000
  }],
  "OpenRouter's of a failing provider that refuses": [{
    error: { message: "Provider returned error", code: 502, metadata: { raw: { ...ofMistral, raw_status_code: 400 } } }
  }, { message: "No such model: x", code: "1500", type: "invalid_model", status: 400 }],
  "OpenRouter's with a text of the provider": [{
    error: { message: "Provider returned error", code: 502, metadata: { raw: "upstream is gone" } }
  }, { message: "upstream is gone", code: "502", status: 502 }],
  "OpenRouter's of a moderation": [{
    error: { code: 403, message: "Flagged", metadata: { reasons: ["violence"], flagged_input: "the prompt" } }
  }, { message: "Flagged", code: "403", status: 403 }],
  "LiteLLM's, which quotes JSON": [{
    error: {
      message: `litellm.BadRequestError: MistralException - ${JSON.stringify(ofMistral)}. Received Model Group=m`,
      type: null,
      param: null,
      code: "400"
    }
  }, { message: "No such model: x", code: "1500", type: "invalid_model", status: 400 }],
  "LiteLLM's, which quotes what Python prints": [{
    error: { message: "Error code: 400 - {'object': 'error', 'message': 'No', 'param': None, 'ok': True}", code: "400" }
  }, { message: "No", code: "400", status: 400 }],
  "LiteLLM's, which quotes the request": [{ error: { message: "Invalid: {'role': 'user', 'content': \"it's so" } }, {
    message: "Invalid:"
  }],
  "JSON as a text": [{ message: JSON.stringify({ error: { message: "No", code: 503 } }) }, {
    message: "No",
    code: "503",
    status: 503
  }],
  "a page in a message": [{ message: "<html><title>Bad Gateway</title></html>" }, { message: "Bad Gateway" }],
  "a status with words": [{ error: { status: "429 Too Many Requests", message: "No" } }, {
    message: "No",
    status: 429
  }],
  "metadata that is null": [{ error: { message: "No", metadata: null, details: null } }, { message: "No" }],
  "keys that have no text": [{ error: { message: "No", code: { toString: 1 }, type: [[]], status: {} } }, {
    message: "No"
  }]
}

const facts = ({ reason, requestId, retryAfter }: MistralError.MistralError) => ({
  message: "serverMessage" in reason ? reason.serverMessage : undefined,
  code: "code" in reason ? reason.code : undefined,
  type: "type" in reason ? reason.type : undefined,
  field: "field" in reason ? reason.field : undefined,
  provider: "provider" in reason ? reason.provider : undefined,
  requestId,
  retryAfter: retryAfter && Duration.toMillis(retryAfter)
})

const expected = ({ code, field, message, provider, requestId, retryAfter, type }: Said) => ({
  message,
  code,
  type,
  field,
  provider,
  requestId,
  retryAfter
})

/** The reason of a status, as the table of the README has it. */
const tagOf = (status: number): MistralError.MistralErrorReason["_tag"] =>
  ({ 401: "Authentication", 403: "PermissionDenied", 404: "NotFound", 422: "Validation", 429: "RateLimited" } as const)[
    status
  ] ?? (status >= 500 ? "ServerError" : "BadRequest")

for (const [name, [body, said]] of Object.entries(forms)) {
  describe(`an error in the form of ${name}`, () => {
    for (const [way, call] of Object.entries(bothWays)) {
      it.effect(`is understood as a refusal (${way})`, () =>
        Effect.gen(function*() {
          for (const status of [422, 500]) {
            const meant = status === 500 && said.status !== undefined && said.status < 500 ? said.status : status
            const error = yield* Effect.flip(call()).pipe(
              Effect.provide(clientOver([ScriptedHttpClient.json(body, { status })]))
            )
            assert.deepStrictEqual(facts(error), expected(said))
            assert.strictEqual(error.status, meant)
            assert.strictEqual(error.reason._tag, tagOf(meant))
            if (error.reason._tag === "Validation" && status === 422) {
              assert.deepStrictEqual<unknown>(
                error.reason.issues.map((issue) => [issue.path, issue.message]),
                said.issues ?? []
              )
            }
            assert.notInclude(`${error.message} ${JSON.stringify(error)}`, "prompt")
          }
        }))

      it.effect(`in JSON with status 200 has the reason of its status (${way})`, () =>
        Effect.gen(function*() {
          const error = yield* Effect.flip(call()).pipe(Effect.provide(clientOver([ScriptedHttpClient.json(body)])))
          assert.deepStrictEqual(facts(error), expected(said))
          assert.strictEqual(error.status, said.status ?? 200)
          assert.strictEqual(error.reason._tag, tagOf(said.status ?? 200))
          if (said.status === undefined) assert.isFalse(error.isRetryable)
        }))
    }

    it.effect("is understood in a stream", () =>
      Effect.gen(function*() {
        const json = JSON.stringify(body)
        const streams = [
          `data: ${json}\n\n`,
          `event: error\ndata: ${json}\n\n`,
          `error: ${json}\n\n`,
          `error: ${json}\ndata: [DONE]\n\n`,
          `${json}\n\n`,
          `${json}\n`,
          json,
          JSON.stringify(body, undefined, 2)
        ]
        for (const text of streams) {
          const whole = `${event("a")}${text}${text.endsWith("\n\n") ? "data: [DONE]\n\n" : ""}`
          const error = yield* Effect.flip(bothWays.streamed()).pipe(
            Effect.provide(clientOver([ScriptedHttpClient.bytes([whole], { headers: eventStream })]))
          )
          assert.strictEqual(error.reason._tag, "StreamError", text)
          assert.deepStrictEqual(facts(error), expected(said), text)
          assert.strictEqual(error.status, said.status ?? 200)
          assert.strictEqual(error.chunks, 1)
        }
      }))
  })
}
