import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { chunk, chunks, endedBy, response } from "./fixtures/bodies.ts"
import { contentOf, finishMetadata, joined, partOf, streamed, whole } from "./fixtures/parts.ts"

describe("the metadata of a response", () => {
  it.effect("is the first part, with id, model and time", () =>
    Effect.gen(function*() {
      const expected = {
        type: "response-metadata",
        id: "00000000000000000000000000000000",
        modelId: "mistral-small-latest",
        timestamp: "2023-11-14T22:13:20.000Z"
      }
      assert.deepStrictEqual((yield* whole(response({ content: "Hi" })))[0], expected)
      assert.deepStrictEqual((yield* streamed(chunks({ content: "Hi" }))).parts[0], expected)
    }))

  it.effect("lacks what the server did not send, and a time that is none", () =>
    Effect.gen(function*() {
      for (const created of [undefined, null, 0, -1, 1e300, 1_700_000_000_000, "soon"]) {
        const parts = yield* whole({ ...response({ content: "Hi" }, {}, { id: "", model: "" }), created })
        assert.deepStrictEqual(parts[0], { type: "response-metadata" })
      }
    }))

  it.effect("waits for the chunk that has it, where the first has neither id nor choices", () =>
    Effect.gen(function*() {
      const empty = { id: "", model: "", created: 0, object: "", choices: [], prompt_filter_results: [{ index: 0 }] }
      const { parts } = yield* streamed([empty, ...chunks({ content: "Hi" })])
      assert.strictEqual(parts[0]!["id"], "00000000000000000000000000000000")
      assert.deepPropertyVal(finishMetadata(parts), "unknown", { response: { prompt_filter_results: [{ index: 0 }] } })
    }))

  it.effect("is there where the first chunk has no choices, and where the stream fails after it", () =>
    Effect.gen(function*() {
      const { parts, reason } = yield* streamed([chunk({}, {}, { choices: [] })], { done: false })
      assert.isDefined(reason)
      assert.deepStrictEqual(parts.map(({ type }) => type), ["response-metadata"])
    }))

  it.effect("is not there where a stream fails before its first chunk", () =>
    Effect.gen(function*() {
      const { parts, reason } = yield* streamed([], { done: false })
      assert.isDefined(reason)
      assert.deepStrictEqual(parts, [])
    }))
})

describe("the finish reason", () => {
  for (
    const [sent, expected] of [
      ["stop", "stop"],
      ["tool_calls", "tool-calls"],
      ["length", "length"],
      ["model_length", "length"],
      ["content_filter", "content-filter"],
      ["content-filter", "content-filter"],
      ["a_new_reason", "other"],
      ["pause", "other"],
      [null, "unknown"],
      [undefined, "unknown"],
      ["", "unknown"]
    ] as const
  ) {
    it.effect(`${JSON.stringify(sent)} becomes ${expected}, and is in the metadata`, () =>
      Effect.gen(function*() {
        const parts = yield* whole(response({ content: "Hi" }, { finish_reason: sent }))
        assert.strictEqual(partOf(parts, "finish")["reason"], expected)
        assert.propertyVal(finishMetadata(parts), "finishReason", sent || null)
        const stream = yield* streamed(endedBy(sent, { content: "Hi" }))
        assert.deepStrictEqual(partOf(stream.parts, "finish")["reason"], expected)
        assert.propertyVal(finishMetadata(stream.parts), "finishReason", sent || null)
      }))
  }

  it.effect("error fails the call, after the text of the stream", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(whole(response({ content: "Hi" }, { finish_reason: "error" })))
      assert.strictEqual(reason._tag, "InternalProviderError")
      const stream = yield* streamed(endedBy("error", { content: "Hi" }))
      assert.strictEqual(stream.reason?._tag, "InternalProviderError")
      assert.deepStrictEqual(contentOf(joined(stream.parts)), [{ type: "text", text: "Hi" }])
    }))
})

describe("the usage", () => {
  const usageOf = (usage: unknown) =>
    Effect.gen(function*() {
      const parts = yield* whole(response({ content: "Hi" }, {}, { usage }))
      const [first] = chunks({ content: "Hi" })
      const stream = yield* streamed([first!, chunk({}, { finish_reason: "stop" }, { usage })])
      const found = partOf(parts, "finish")["usage"]
      assert.deepStrictEqual(partOf(stream.parts, "finish")["usage"], found)
      return found
    })

  it.effect("has the tokens, and what is not reported is absent and not 0", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* usageOf({ prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }), {
        inputTokens: { uncached: 10, total: 10 },
        outputTokens: { total: 5 }
      })
      assert.deepStrictEqual(yield* usageOf({ prompt_tokens: 0, completion_tokens: 0 }), {
        inputTokens: { uncached: 0, total: 0 },
        outputTokens: { total: 0 }
      })
      for (const usage of [undefined, null, {}, { completion_tokens: null }, "none"]) {
        assert.deepStrictEqual(yield* usageOf(usage), { inputTokens: {}, outputTokens: {} })
      }
    }))

  it.effect("has the cached tokens in each spelling", () =>
    Effect.gen(function*() {
      for (
        const cached of [
          { prompt_tokens_details: { cached_tokens: 8 } },
          { prompt_token_details: { cached_tokens: 8 } },
          { num_cached_tokens: 8 },
          { prompt_tokens_details: null, num_cached_tokens: 8 }
        ]
      ) {
        assert.deepStrictEqual(yield* usageOf({ prompt_tokens: 10, completion_tokens: 5, ...cached }), {
          inputTokens: { uncached: 2, total: 10, cacheRead: 8 },
          outputTokens: { total: 5 }
        })
      }
      assert.deepStrictEqual(yield* usageOf({ prompt_tokens: 10, num_cached_tokens: 0 }), {
        inputTokens: { uncached: 10, total: 10, cacheRead: 0 },
        outputTokens: {}
      })
    }))

  it.effect("has no uncached tokens where more are cached than there are", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* usageOf({ prompt_tokens: 10, num_cached_tokens: 12 }), {
        inputTokens: { total: 10, cacheRead: 12 },
        outputTokens: {}
      })
    }))

  it.effect("has the reasoning tokens of OpenAI-compatible servers", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* usageOf({ completion_tokens: 5, completion_tokens_details: { reasoning_tokens: 3 } }),
        {
          inputTokens: {},
          outputTokens: { total: 5, text: 2, reasoning: 3 }
        }
      )
    }))

  it.effect("fails no call where counts are no whole numbers", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* usageOf({ prompt_tokens: 10.4, completion_tokens: -1, prompt_tokens_details: { cached_tokens: 1e300 } }),
        { inputTokens: { uncached: 10, total: 10 }, outputTokens: {} }
      )
    }))

  it.effect("is whole in the metadata, with what only some servers count", () =>
    Effect.gen(function*() {
      const usage = {
        prompt_tokens: 10,
        completion_tokens: 67,
        total_tokens: 452,
        prompt_audio_seconds: {},
        service_tier: "priority",
        x: null
      }
      const parts = yield* whole(response({ content: "Hi" }, {}, { usage }))
      assert.deepPropertyVal(finishMetadata(parts), "usage", usage)
    }))

  it.effect("is read from a chunk of its own after the finish reason", () =>
    Effect.gen(function*() {
      const { parts } = yield* streamed([
        chunk({ role: "assistant", content: "Hi" }),
        chunk({}, { finish_reason: "stop" }),
        chunk({}, {}, { choices: [], usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 } })
      ])
      assert.deepStrictEqual(partOf(parts, "finish")["usage"], {
        inputTokens: { uncached: 3, total: 3 },
        outputTokens: { total: 1 }
      })
    }))
})

describe("the end of a response", () => {
  it.effect("has the status and the headers of the HTTP response, without secret ones, and the id of the request", () =>
    Effect.gen(function*() {
      const headers = { "x-request-id": "req-1", "x-ratelimit-remaining-req-minute": "9", "set-cookie": "__cf=secret" }
      const parts = yield* whole(response({ content: "Hi" }), { headers })
      assert.deepStrictEqual(partOf(parts, "finish")["response"], {
        status: 200,
        headers: {
          "content-type": "application/json",
          "x-request-id": "req-1",
          "x-ratelimit-remaining-req-minute": "9"
        }
      })
      assert.propertyVal(finishMetadata(parts), "requestId", "req-1")
      const stream = yield* streamed(chunks({ content: "Hi" }), { headers })
      assert.propertyVal(finishMetadata(stream.parts), "requestId", "req-1")
    }))

  it.effect("has the decisions of the guardrails", () =>
    Effect.gen(function*() {
      const guardrails = [{
        moderation_llm_v2: { action: "none", categories: { pii: { score: 0.1, violated: false } } }
      }]
      assert.deepPropertyVal(
        finishMetadata(yield* whole(response({ content: "Hi" }, {}, { guardrails }))),
        "guardrails",
        guardrails
      )
      const [first, last] = chunks({ content: "Hi" })
      const { parts } = yield* streamed([first, { ...last, guardrails }])
      assert.deepPropertyVal(finishMetadata(parts), "guardrails", guardrails)
    }))
})

describe("further choices", () => {
  const other = (index: number, content: string) => ({
    index,
    message: { role: "assistant", content },
    finish_reason: "stop"
  })

  it.effect("are in the metadata, and never mixed with the first", () =>
    Effect.gen(function*() {
      const parts = yield* whole(response({}, {}, { choices: [other(1, "Bonjour"), other(0, "Hello")] }))
      assert.deepStrictEqual(contentOf(parts), [{ type: "text", text: "Hello" }])
      assert.deepPropertyVal(finishMetadata(parts), "choices", [other(1, "Bonjour")])
    }))

  it.effect("are accumulated over the chunks of a stream", () =>
    Effect.gen(function*() {
      const delta = (index: number, content: string, finish_reason: string | null = null) =>
        chunk({ content }, { index, finish_reason })
      const { parts } = yield* streamed([
        delta(1, "Bon"),
        delta(0, "Hel"),
        delta(1, "jour", "stop"),
        delta(0, "lo", "length")
      ])
      assert.deepStrictEqual(contentOf(joined(parts)), [{ type: "text", text: "Hello" }])
      assert.strictEqual(partOf(parts, "finish")["reason"], "length")
      assert.deepPropertyVal(finishMetadata(parts), "choices", [other(1, "Bonjour")])
    }))

  it.effect("give the content where none has the index 0", () =>
    Effect.gen(function*() {
      const choices = [other(3, "Hello"), other(2, "Bonjour")]
      const parts = yield* whole(response({}, {}, { choices }))
      assert.deepStrictEqual(contentOf(parts), [{ type: "text", text: "Hello" }])
      assert.deepPropertyVal(finishMetadata(parts), "choices", [other(2, "Bonjour")])
      const stream = yield* streamed([
        chunk({ content: "Hel" }, { index: 1 }),
        chunk({ content: "lo", novel: 1 }, { index: 1, finish_reason: "stop" })
      ])
      assert.deepPropertyVal(finishMetadata(stream.parts), "unknown", { message: { novel: 1 } })
      assert.notProperty(finishMetadata(stream.parts), "choices")
      assert.deepStrictEqual(contentOf(joined(stream.parts)), [{ type: "text", text: "Hello" }])
      assert.strictEqual(partOf(stream.parts, "finish")["reason"], "stop")
    }))

  it.effect("are not needed, but one is: a response without any is an error", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(whole(response({}, {}, { choices: [] })))
      assert.strictEqual(reason._tag, "InvalidResponseError")
      const stream = yield* streamed([chunk({}, {}, { choices: [] })])
      assert.isDefined(stream.reason)
    }))
})
