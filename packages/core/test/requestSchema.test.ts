import * as Chat from "@effect-mistral/chat/Chat"
import * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { completion, done, eventStream, failure, json, request, scripted } from "./fixtures/scriptedServer.ts"

describe("a chat request", () => {
  for (const [field, { accepts, refuses }] of Object.entries(fields)) {
    it.effect(`is sent with every ${field} that the API takes`, () =>
      Effect.gen(function*() {
        for (const value of accepts) {
          const { layer, sent } = scripted(() => json(200, completion()), {
            checks: { order: false, toolCalls: false }
          })
          yield* Chat.complete(requestWith({ [field]: value })).pipe(Effect.provide(layer))
          const body = sent[0]?.body as Record<string, unknown>
          assert.deepStrictEqual(body[field], value, show(value))
          assert.deepStrictEqual(body, { ...request, [field]: value, stream: false })
        }
      }))

    it.effect(`is not sent with any ${field} that the API refuses, and says so`, () =>
      Effect.gen(function*() {
        for (const [value, ...at] of refuses) {
          const { layer, sent } = scripted(() => json(200, completion()), { retry: RetryPolicy.none })
          const path = [field, ...at]
          const calls = {
            complete: Chat.complete(requestWith({ [field]: value })),
            stream: Stream.runDrain(Chat.stream(requestWith({ [field]: value })))
          }
          for (const [name, call] of Object.entries(calls)) {
            const { reason } = yield* failure(Effect.asVoid(call)).pipe(Effect.provide(layer))
            assert.strictEqual(reason._tag, "InvalidRequest", `${name} ${show(value)}`)
            if (reason._tag !== "InvalidRequest") continue
            assert.isTrue(
              reason.issues.some((issue) => path.every((step, i) => issue.path[i] === step)),
              `${name} ${show(value)}: ${show(reason.issues)}`
            )
            assert.include(reason.message, path.join("."))
          }
          assert.deepStrictEqual(sent, [], show(value))
        }
      }))
  }

  it("has a row here for every field of its schema", () => {
    assert.deepStrictEqual(Object.keys(fields).sort(), Object.keys(CompletionRequest.Chat.fields).sort())
  })

  for (const field of ["model", "messages"]) {
    it.effect(`is not sent without ${field}`, () =>
      Effect.gen(function*() {
        const { layer, sent } = scripted(() => json(200, completion()))
        const { [field]: _, ...rest } = request as unknown as Record<string, unknown>
        const { reason } = yield* failure(Chat.complete(unchecked(rest))).pipe(Effect.provide(layer))
        assert.strictEqual(reason._tag, "InvalidRequest")
        if (reason._tag === "InvalidRequest") assert.deepStrictEqual(reason.issues.map(({ path }) => path), [[field]])
        assert.deepStrictEqual(sent, [])
      }))
  }

  it.effect("names all that is wrong with it, and never repeats what it holds", () =>
    Effect.gen(function*() {
      const { layer } = scripted(() => json(200, completion()))
      const error = yield* failure(Chat.complete(unchecked({
        model: 1,
        messages: [{ role: "user", content: "a secret prompt", name: "a secret name" }],
        temperature: 9,
        top_k: "a secret value"
      }))).pipe(Effect.provide(layer))
      assert.strictEqual(error.reason._tag, "InvalidRequest")
      if (error.reason._tag !== "InvalidRequest") return
      const paths = error.reason.issues.map(({ path }) => path.join("."))
      for (const path of ["model", "messages.0.name", "temperature", "top_k"]) assert.include(paths, path)
      assert.notInclude(JSON.stringify(error), "secret")
      assert.isFalse(error.isRetryable)
    }))

  it.effect("leaves keys out that are undefined", () =>
    Effect.gen(function*() {
      const { layer, sent } = scripted(() => json(200, completion()))
      const more = Object.fromEntries(
        Object.keys(fields).filter((field) => field !== "model" && field !== "messages").map((
          field
        ) => [field, undefined])
      )
      yield* Chat.complete(requestWith(more)).pipe(Effect.provide(layer))
      assert.deepStrictEqual(sent[0]?.body, { ...request, stream: false })
    }))

  it.effect("with what JSON cannot express is not sent", () =>
    Effect.gen(function*() {
      const cycle: Record<string, unknown> = {}
      cycle.self = cycle
      for (const value of [{ big: 1n }, cycle]) {
        const { layer, sent } = scripted(() => json(200, completion()))
        const { reason } = yield* failure(Chat.complete({ ...request, metadata: value })).pipe(Effect.provide(layer))
        assert.strictEqual(reason._tag, "InvalidRequest")
        assert.deepStrictEqual(sent, [])
      }
    }))

  it.effect("says stream as the operation needs it", () =>
    Effect.gen(function*() {
      const { layer, sent } = scripted((attempt) => attempt === 0 ? json(200, completion()) : eventStream(done))
      yield* Effect.gen(function*() {
        yield* Chat.complete(request)
        yield* Stream.runDrain(Chat.stream(request))
        yield* Stream.runDrain(Chat.stream({ ...request, stream: true }))
      }).pipe(Effect.provide(layer))
      assert.deepStrictEqual(sent.map(({ body }) => (body as { readonly stream: unknown }).stream), [false, true, true])
      assert.deepStrictEqual(sent.map(({ headers }) => headers.accept), [
        "application/json",
        "text/event-stream",
        "text/event-stream"
      ])
    }))

  it.effect("whose stream is no boolean is not sent", () =>
    Effect.gen(function*() {
      for (const [value] of notBooleans) {
        const { layer, sent } = scripted(() => eventStream(done))
        const exits = yield* Effect.all([
          Effect.exit(Effect.asVoid(Chat.complete(requestWith({ stream: value })))),
          Effect.exit(Stream.runDrain(Chat.stream(requestWith({ stream: value }))))
        ]).pipe(Effect.provide(layer))
        for (const exit of exits) assert.isTrue(Exit.isFailure(exit), show(value))
        assert.deepStrictEqual(sent, [], show(value))
      }
    }))

  it.effect("whose stream contradicts the operation is not sent", () =>
    Effect.gen(function*() {
      const { layer, sent } = scripted(() => json(200, completion()))
      const errors = yield* Effect.all([
        failure(Effect.asVoid(Chat.complete({ ...request, stream: true }))),
        failure(Stream.runDrain(Chat.stream({ ...request, stream: false })))
      ]).pipe(Effect.provide(layer))
      for (const { reason } of errors) {
        assert.strictEqual(reason._tag, "InvalidRequest")
        if (reason._tag === "InvalidRequest") {
          assert.deepStrictEqual(reason.issues.map(({ path }) => path), [["stream"]])
        }
      }
      assert.deepStrictEqual(sent, [])
    }))
})

// The compiler would refuse most of these values, as it should.
const unchecked = (value: unknown): Chat.Request => value as Chat.Request
const requestWith = (more: Record<string, unknown>): Chat.Request => unchecked({ ...request, ...more })

/** JSON has no word for half of what is refused. */
const show = (value: unknown): string =>
  JSON.stringify(value, (_, inner) => typeof inner === "number" && !Number.isFinite(inner) ? String(inner) : inner) ??
    String(value)

interface Field {
  readonly accepts: ReadonlyArray<unknown>
  /** Each with where in the field the issue is, if not the field itself. */
  readonly refuses: ReadonlyArray<readonly [value: unknown, ...at: ReadonlyArray<string | number>]>
}

const notNumbers = [["1"], [true], [{}], [[]], [NaN], [Infinity], [-Infinity]] as const
const notNatural = [...notNumbers, [-1], [1.5]] as const
const notStrings = [[1], [true], [{}], [[]]] as const
const notBooleans = [["true"], [1], [0], [{}], [null]] as const

const user = { role: "user", content: "Hi" }
const call = { id: "abcdefghi", type: "function", function: { name: "f", arguments: "{}" }, index: 0 }
const tool = {
  type: "function",
  function: { name: "f", description: "d", strict: true, parameters: { type: "object" } }
}
const part = (content: unknown) => [{ role: "user", content: [content] }]

const fields: Record<string, Field> = {
  model: { accepts: ["m", ""], refuses: [...notStrings, [null]] },
  messages: {
    accepts: [
      [],
      [{ role: "system", content: "s" }, user],
      [{ role: "system", content: [{ type: "text", text: "s" }, { type: "thinking", thinking: [] }] }],
      [{ role: "user", content: null }],
      part({ type: "text", text: "" }),
      part({ type: "image_url", image_url: "https://a.test/b.png" }),
      part({ type: "image_url", image_url: { url: "data:image/png;base64,AA==", detail: "high" } }),
      part({ type: "image_url", image_url: { url: "u", detail: null } }),
      part({ type: "document_url", document_url: "u", document_name: null }),
      part({ type: "file", file_id: "e85980c9-409e-4a46-9304-36588f6292b0" }),
      part({ type: "reference", reference_ids: [0, "a"] }),
      part({ type: "input_audio", input_audio: "AAAA" }),
      [user, {
        role: "assistant",
        content: [
          {
            type: "thinking",
            thinking: [
              { type: "text", text: "t" },
              { type: "reference", reference_ids: [] },
              { type: "tool_reference", tool: "t", title: "t", url: null, favicon: "f", description: "d" }
            ],
            signature: null,
            closed: false
          },
          { type: "text", text: "a" }
        ]
      }, user],
      [user, { role: "assistant", tool_calls: [call] }, {
        role: "tool",
        content: "1",
        tool_call_id: "abcdefghi",
        name: "f"
      }],
      [user, { role: "assistant", content: null, tool_calls: null }],
      [user, { role: "assistant", content: "", tool_calls: [{ function: { name: "f", arguments: { a: 1 } } }] }],
      [{ role: "tool", content: null, tool_call_id: null, name: null }],
      [user, { role: "assistant", content: "So", prefix: true }]
    ],
    refuses: [
      [null],
      ["Hi"],
      [{}],
      [[null], 0],
      [[user, {}], 1],
      [[{ role: "developer", content: "x" }], 0],
      [[{ role: "user" }], 0],
      [[{ role: "user", content: 1 }], 0],
      [[{ role: "user", content: "x", name: "n" }], 0, "name"],
      [[{ role: "system", content: null }], 0],
      [[{ role: "system", content: part({ type: "image_url", image_url: "u" }) }], 0],
      [[{ role: "assistant", content: "x", prefix: null }], 0],
      [[{ role: "assistant", tool_calls: [{ function: { name: "f" } }] }], 0],
      [[{ role: "assistant", tool_calls: [{ ...call, id: null }] }], 0],
      [[{ role: "tool", tool_call_id: "a" }], 0],
      [part({ type: "text" }), 0],
      [part({ type: "hologram" }), 0],
      [part({ type: "file", file_id: "not a uuid" }), 0],
      [part({ type: "image_url", image_url: { url: "u", detail: "ultra" } }), 0],
      [part({ type: "input_audio", input_audio: { data: "AA", format: "wav" } }), 0],
      [part({ type: "reference", reference_ids: [1.5] }), 0]
    ]
  },
  temperature: { accepts: [null, 0, 0.7, 1.5], refuses: [...notNumbers, [-0.1], [1.51]] },
  top_p: { accepts: [null, 1, 0.000001], refuses: [...notNumbers, [0], [1.01], [-1]] },
  max_tokens: { accepts: [null, 0, 1, 1_000_000], refuses: notNatural },
  // What it refuses has tests of its own: the operations set it.
  stream: { accepts: [false], refuses: [] },
  stop: { accepts: [null, "", ".", [], ["a", "b"]], refuses: [[1], [true], [{}], [[1]], [["a", null]]] },
  random_seed: { accepts: [null, 0, 42], refuses: notNatural },
  metadata: {
    accepts: [null, {}, { a: { b: [1, null, "c"] } }],
    refuses: [["a"], [1], [true], [[]], [[{ a: 1 }]]]
  },
  response_format: {
    accepts: [
      {},
      { type: "text" },
      { type: "json_object" },
      { type: "json_object", json_schema: null },
      {
        type: "json_schema",
        json_schema: { name: "n", description: null, schema: { type: "object", anything: [1] }, strict: true }
      }
    ],
    refuses: [
      [null],
      ["json_object"],
      [{ type: "xml" }, "type"],
      [{ type: null }, "type"],
      [{ json_schema: { name: "n" } }, "json_schema", "schema"],
      [{ json_schema: { schema: {} } }, "json_schema", "name"],
      [{ json_schema: { name: "n", schema: {}, strict: null } }, "json_schema", "strict"],
      [{ type: "text", more: 1 }, "more"]
    ]
  },
  tools: {
    accepts: [
      null,
      [],
      [tool],
      [{ type: "function", function: { name: "f", parameters: {} } }],
      [{ type: "web_search" }, { type: "web_search_premium", tool_configuration: null }],
      [{ type: "code_interpreter", tool_configuration: { include: ["a"], exclude: null, requires_confirmation: [] } }],
      [{ type: "image_generation" }],
      [{ type: "document_library", library_ids: ["l"] }],
      [{ type: "connector", connector_id: "c", authorization: null }],
      [{ type: "connector", connector_id: "c", authorization: { type: "oauth2-token", value: "v" } }],
      [{ type: "connector", connector_id: "c", authorization: { type: "api-key", value: "v" } }]
    ],
    refuses: [
      ["auto"],
      [{}],
      [[tool, null], 1],
      [[{ function: tool.function }], 0],
      [[{ type: "hammer" }], 0],
      [[{ type: "function", function: { name: "f" } }], 0],
      [[{ type: "function", function: { name: "f", parameters: null } }], 0],
      [[{ type: "function", function: { name: "f", parameters: {}, more: 1 } }], 0],
      [[{ type: "document_library", library_ids: [] }], 0],
      [[{ type: "document_library" }], 0],
      [[{ type: "connector", connector_id: "c", authorization: { type: "basic", value: "v" } }], 0],
      [[{ type: "web_search", library_ids: ["a"] }], 0]
    ]
  },
  tool_choice: {
    accepts: [
      "auto",
      "none",
      "any",
      "required",
      { type: "function", function: { name: "f" } },
      { function: { name: "f" } }
    ],
    refuses: [
      [null],
      ["f"],
      [1],
      [{ type: "function" }],
      [{ type: "tool", function: { name: "f" } }],
      [{ function: { name: "f" }, more: 1 }]
    ]
  },
  presence_penalty: { accepts: [null, -2, 0, 2], refuses: [...notNumbers, [-2.01], [2.01]] },
  frequency_penalty: { accepts: [null, -2, 0, 2], refuses: [...notNumbers, [-2.01], [2.01]] },
  n: { accepts: [null, 1, 8], refuses: [...notNatural, [0]] },
  prediction: {
    accepts: [{}, { type: "content" }, { type: "content", content: "" }, { content: "c" }],
    refuses: [[null], ["text"], [{ type: "text" }, "type"], [{ content: null }, "content"], [
      { content: [] },
      "content"
    ]]
  },
  parallel_tool_calls: { accepts: [true, false], refuses: notBooleans },
  reasoning_effort: {
    accepts: [null, "none", "minimal", "low", "medium", "high", "xhigh"],
    refuses: [["max"], ["HIGH"], [""], [1], [{}]]
  },
  prompt_mode: { accepts: [null, "reasoning"], refuses: [["chat"], [true]] },
  guardrails: {
    accepts: [
      null,
      [],
      [{}],
      [{ block_on_error: true, moderation_llm_v1: null }],
      [{
        moderation_llm_v2: {
          model_name: "m",
          custom_category_thresholds: { jailbreaking: 0.1, sexual: null, a_new_category: 1 },
          ignore_other_categories: false,
          action: "block"
        }
      }]
    ],
    refuses: [
      [{}],
      ["strict"],
      [[null], 0],
      [[{ block_on_error: null }], 0, "block_on_error"],
      [[{ moderation_llm_v1: { action: "warn" } }], 0, "moderation_llm_v1", "action"],
      [
        [{ moderation_llm_v2: { custom_category_thresholds: { sexual: "0.1" } } }],
        0,
        "moderation_llm_v2",
        "custom_category_thresholds",
        "sexual"
      ],
      [
        [{ moderation_llm_v2: { custom_category_thresholds: { sexual: NaN } } }],
        0,
        "moderation_llm_v2",
        "custom_category_thresholds",
        "sexual"
      ]
    ]
  },
  prompt_cache_key: { accepts: [null, "", "k"], refuses: notStrings },
  service_tier: { accepts: [null, "auto", "standard_only"], refuses: [["default"], ["priority"], [true]] },
  safe_prompt: { accepts: [true, false], refuses: notBooleans }
}
