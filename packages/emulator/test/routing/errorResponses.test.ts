import * as Chat from "@effect-mistral/chat/Chat"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import { ask, instant, local, post, problemsOf, raw } from "../support.ts"

describe("refusals", () => {
  it.effect("a missing or wrong key is 401", () =>
    Effect.gen(function*() {
      for (const authorization of ["", "Bearer wrong", "Basic emulator-key", "emulator-key"]) {
        const answer = yield* post(ask("Hi"), { headers: { authorization } })
        assert.strictEqual(answer.status, 401)
        assert.deepStrictEqual(answer.json, { detail: "Unauthorized" })
      }
    }).pipe(Effect.provide(local())))

  it.effect("the client reads a 401 as a failed authentication", () =>
    Effect.gen(function*() {
      const { url } = yield* Emulator.Emulator
      const error = yield* Effect.flip(Effect.provide(
        Chat.complete(ask("Hi")),
        Chat.layer.pipe(
          Layer.provide(MistralClient.layer({ apiKey: Redacted.make("wrong"), baseUrl: url })),
          Layer.provide(FetchHttpClient.layer)
        )
      ))
      assert.strictEqual(error.reason._tag, "Authentication")
    }).pipe(Effect.provide(Emulator.layer(instant))))

  it.effect("an unknown path is 404, before any key is asked for", () =>
    Effect.gen(function*() {
      const answer = yield* raw("/v1/nothing", { headers: { authorization: "" } })
      assert.strictEqual(answer.status, 404)
      assert.deepStrictEqual(answer.json, { detail: "Not Found" })
    }).pipe(Effect.provide(local())))

  it.effect("another method is 405 and says which is right", () =>
    Effect.gen(function*() {
      const get = yield* raw("/v1/chat/completions")
      assert.strictEqual(get.status, 405)
      assert.deepStrictEqual(get.json, { detail: "Method Not Allowed" })
      assert.strictEqual(get.headers.get("allow"), "POST")
      assert.strictEqual((yield* raw("/models", { method: "DELETE" })).status, 405)
    }).pipe(Effect.provide(local())))

  it.effect("a body that is no JSON is 422 with the place where it stops being it", () =>
    Effect.gen(function*() {
      for (
        const [body, at, error] of [
          ["{\"model\": \"m\", x}", 15, "Expecting property name enclosed in double quotes"],
          ["nope", 0, "Expecting value"],
          ["{\"a\": [1, 2}", 11, "Expecting ',' delimiter"],
          ["{\"a\" 1}", 5, "Expecting ':' delimiter"],
          ["{} {}", 3, "Extra data"],
          ["{\"a\": \"b", 6, "Unterminated string or invalid escape"],
          ["[1,", 3, "Expecting value"]
        ] as const
      ) {
        const answer = yield* post(body)
        assert.strictEqual(answer.status, 422)
        assert.deepStrictEqual(answer.json, {
          detail: [{ type: "json_invalid", loc: ["body", at], msg: "JSON decode error", input: {}, ctx: { error } }]
        }, body)
      }
      assert.deepStrictEqual((yield* post("")).json, {
        detail: [{ type: "missing", loc: ["body"], msg: "Field required", input: null }]
      })
    }).pipe(Effect.provide(local())))

  it.effect("a body that is too large is 413", () =>
    Effect.gen(function*() {
      const answer = yield* post(" ".repeat(33 * 1024 * 1024))
      assert.strictEqual(answer.status, 413)
      assert.deepStrictEqual(answer.json, { detail: "Request Entity Too Large" })
    }).pipe(Effect.provide(local())))

  it.effect("a body that does not fit the schema is 422 with every place, as pydantic names it", () =>
    Effect.gen(function*() {
      const answer = yield* post({
        model: 1,
        messages: [
          { role: "user", content: "Hi", name: "Ada" },
          { role: "developer", content: "Hi" },
          { content: "Hi" },
          { role: "tool" }
        ],
        max_tokens: -10,
        n: 1.5,
        top_p: 0,
        temperature: 2,
        stream: "yes",
        reasoning_effort: "extreme",
        store: false
      })
      assert.strictEqual(answer.status, 422)
      const { detail, ...problem } = problemsOf(answer.json)
      assert.deepStrictEqual(problem, { object: "error", type: "invalid_request_error", param: null, code: null })
      assert.sameDeepMembers([...detail], [
        { type: "string_type", loc: ["body", "model"], msg: "Input should be a valid string", input: 1 },
        {
          type: "extra_forbidden",
          loc: ["body", "messages", 0, "user", "name"],
          msg: "Extra inputs are not permitted",
          input: "Ada"
        },
        {
          type: "union_tag_invalid",
          loc: ["body", "messages", 1],
          msg:
            "Input tag 'developer' found using 'role' does not match any of the expected tags: 'system', 'user', 'assistant', 'tool'",
          input: { role: "developer", content: "Hi" },
          ctx: {
            discriminator: "'role'",
            tag: "developer",
            expected_tags: "'system', 'user', 'assistant', 'tool'"
          }
        },
        {
          type: "union_tag_not_found",
          loc: ["body", "messages", 2],
          msg: "Unable to extract tag using discriminator 'role'",
          input: { content: "Hi" },
          ctx: { discriminator: "'role'" }
        },
        {
          type: "missing",
          loc: ["body", "messages", 3, "tool", "content"],
          msg: "Field required",
          input: { role: "tool" }
        },
        {
          type: "greater_than_equal",
          loc: ["body", "max_tokens"],
          msg: "Input should be greater than or equal to 0",
          input: -10,
          ctx: { ge: 0 }
        },
        {
          type: "int_from_float",
          loc: ["body", "n"],
          msg: "Input should be a valid integer, got a number with a fractional part",
          input: 1.5
        },
        {
          type: "greater_than",
          loc: ["body", "top_p"],
          msg: "Input should be greater than 0",
          input: 0,
          ctx: { gt: 0 }
        },
        {
          type: "less_than_equal",
          loc: ["body", "temperature"],
          msg: "Input should be less than or equal to 1.5",
          input: 2,
          ctx: { le: 1.5 }
        },
        { type: "bool_type", loc: ["body", "stream"], msg: "Input should be a valid boolean", input: "yes" },
        {
          type: "literal_error",
          loc: ["body", "reasoning_effort"],
          msg: "Input should be 'none', 'minimal', 'low', 'medium', 'high' or 'xhigh'",
          input: "extreme",
          ctx: { expected: "'none', 'minimal', 'low', 'medium', 'high' or 'xhigh'" }
        },
        { type: "extra_forbidden", loc: ["body", "store"], msg: "Extra inputs are not permitted", input: false }
      ])
    }).pipe(Effect.provide(local())))

  it.effect("an empty request lacks what is required", () =>
    Effect.gen(function*() {
      const { detail } = problemsOf((yield* post({})).json)
      assert.deepStrictEqual(
        detail,
        ["model", "messages"].map((key) => ({
          type: "missing",
          loc: ["body", key],
          msg: "Field required",
          input: {}
        }))
      )
    }).pipe(Effect.provide(local())))

  it.effect("the client reads a 422 as a validation error with its places", () =>
    Effect.gen(function*() {
      const client = yield* MistralClient.MistralClient
      // The client validates requests itself. With a schema that accepts everything, the server has to.
      const lax = { ...Endpoint.chat.complete, request: Schema.Unknown }
      const error = yield* Effect.flip(client.request(lax, { ...ask("Hi"), store: true }))
      assert.strictEqual(error.reason._tag, "Validation")
      assert.include(JSON.stringify(error.reason), "store")
    }).pipe(Effect.provide(local())))

  it.effect("a model that does not exist or cannot chat is 400", () =>
    Effect.gen(function*() {
      for (const model of ["mistral-medium-99", "mistral-embed"]) {
        const answer = yield* post(ask("Hi", { model }))
        assert.strictEqual(answer.status, 400)
        assert.deepStrictEqual(answer.json, {
          object: "error",
          message: `Invalid model: ${model}`,
          type: "invalid_model",
          param: null,
          code: "1500",
          raw_status_code: 400
        })
      }
    }).pipe(Effect.provide(local())))

  it.effect("a prompt that is too long for its model is 400 with its length, and an answer that is ends early", () =>
    Effect.gen(function*() {
      const model = "voxtral-small-latest"
      const words = (count: number) => "a" + " a".repeat(count - 1)
      const long = yield* post(ask(words(32_768), { model, prediction: { content: words(5) } }))
      assert.strictEqual(long.status, 400)
      assert.deepStrictEqual(long.json, {
        object: "error",
        message:
          "Prompt contains 32769 tokens and 5 draft tokens, too large for model with 32768 maximum context length",
        type: "invalid_request_invalid_args",
        param: null,
        code: "3051",
        raw_status_code: 400
      })
      const fitting = yield* Chat.complete(ask(words(32_760), { model }))
      assert.strictEqual(fitting.choices[0]?.finish_reason, "model_length")
      assert.strictEqual(fitting.usage?.total_tokens, 32_768)
      const cut = yield* Chat.complete(ask(words(32_760), { model, max_tokens: 7 }))
      assert.strictEqual(cut.choices[0]?.finish_reason, "length")
    }).pipe(Effect.provide(local())))

  it.effect("a tool choice that names no tool, and a JSON Schema that is missing or that nothing fits, are 400", () =>
    Effect.gen(function*() {
      const named = yield* post(ask("Hi", { tool_choice: { type: "function", function: { name: "f" } } }))
      const impossible = yield* post(ask("Hi", {
        response_format: {
          type: "json_schema",
          json_schema: { name: "impossible", schema: { type: "integer", minimum: 2, maximum: 1 } }
        }
      }))
      const absent = yield* post(ask("Hi", { response_format: { type: "json_schema" } }))
      assert.strictEqual(absent.status, 400)
      assert.deepInclude(absent.json, { type: "invalid_request_error", param: "response_format" })
      assert.strictEqual(named.status, 400)
      assert.strictEqual(impossible.status, 400)
      assert.include(impossible.text, "no value that fits the JSON Schema impossible")
    }).pipe(Effect.provide(local())))
})
