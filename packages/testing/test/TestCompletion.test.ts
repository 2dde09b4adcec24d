import { Completion } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"

describe("TestCompletion.response", () => {
  it("fills in every field the server sends", () => {
    assert.deepStrictEqual(TestCompletion.response("Hi"), {
      id: "00000000000000000000000000000000",
      object: "chat.completion",
      created: 1_700_000_000,
      model: "mistral-small-latest",
      choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }
    })
  })

  it("takes every option, and content that is null or a list of parts", () => {
    const { choices, ...rest } = TestCompletion.response(null, options)
    assert.deepStrictEqual(rest, { ...head, object: "chat.completion", usage })
    assert.deepStrictEqual(choices, [{
      index: 0,
      message: { role: "assistant", content: null, tool_calls: [call] },
      finish_reason: "length"
    }])
    const parts = [{ type: "text" as const, text: "Hi" }]
    assert.deepStrictEqual(TestCompletion.response(parts).choices?.[0]?.message?.content, parts)
  })

  it("ends with tool_calls where there are calls and no finish reason", () => {
    assert.strictEqual(TestCompletion.response("", { toolCalls: [call] }).choices?.[0]?.finish_reason, "tool_calls")
    assert.strictEqual(TestCompletion.response("", { toolCalls: [] }).choices?.[0]?.finish_reason, "tool_calls")
  })

  it("fits the schema of a response", () => {
    assert.isTrue(Schema.is(Completion.Response)(TestCompletion.response("Hi", { toolCalls: [call] })))
  })
})

describe("TestCompletion.chunks", () => {
  it("begins with the role, and ends with the finish reason and the usage", () => {
    assert.deepStrictEqual(TestCompletion.chunks("Hi"), [
      chunk({ role: "assistant", content: "" }),
      chunk({ content: "Hi" }),
      { ...chunk({ content: "" }, "stop"), usage: { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 } }
    ])
  })

  it("takes every option, and sends the calls with the finish reason", () => {
    const [first, last, ...none] = TestCompletion.chunks("", options)
    assert.deepStrictEqual(none, [])
    assert.deepStrictEqual(first, { ...chunk({ role: "assistant", content: "" }), ...head })
    assert.deepStrictEqual(last, {
      ...chunk({ content: "", tool_calls: [call] }, "length"),
      ...head,
      usage
    })
    assert.strictEqual(
      TestCompletion.chunks("", { toolCalls: [call] }).at(-1)?.choices?.[0]?.finish_reason,
      "tool_calls"
    )
  })

  it("splits a text before its spaces, and keeps every one of them", () => {
    assert.deepStrictEqual(texts("a b  c"), ["a", " b", "  c"])
    assert.deepStrictEqual(texts(" a\nb "), [" a", "\nb", " "])
    assert.deepStrictEqual(texts("  "), ["  "])
    assert.deepStrictEqual(texts(""), [])
  })

  it("leaves pieces as they are", () => {
    assert.deepStrictEqual(texts(["a b", "", "c"]), ["a b", "", "c"])
    assert.deepStrictEqual(texts(["a b"]), ["a b"])
  })

  it("fits the schema of a chunk", () => {
    for (const chunk of TestCompletion.chunks("a b", options)) assert.isTrue(Schema.is(Completion.Chunk)(chunk))
  })

  it.effect("collects to the response that the same options make", () =>
    Effect.gen(function*() {
      const collected = yield* Completion.collect(Stream.fromIterable(TestCompletion.chunks(" a  b ", options)))
      const response = TestCompletion.response(" a  b ", options)
      assert.strictEqual(Completion.text(collected), " a  b ")
      assert.deepStrictEqual(collected.choices?.[0]?.message?.tool_calls, response.choices?.[0]?.message?.tool_calls)
      assert.strictEqual(collected.choices?.[0]?.finish_reason, "length")
      assert.deepStrictEqual(collected.usage, usage)
      assert.strictEqual(collected.id, "an-id")
      assert.strictEqual(collected.model, "a-model")
    }))
})

describe("TestCompletion.toolCall", () => {
  it("writes its arguments as JSON, under an id that Mistral accepts or one of the test's own", () => {
    assert.deepStrictEqual(call, {
      id: "aB3dE6gH9",
      type: "function",
      function: { name: "paint", arguments: `{"what":"lilies"}` }
    })
    assert.strictEqual(TestCompletion.toolCall("paint", {}, "another99").id, "another99")
  })
})

const call = TestCompletion.toolCall("paint", { what: "lilies" })

const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3 }

const options: TestCompletion.Options = {
  id: "an-id",
  model: "a-model",
  finishReason: "length",
  toolCalls: [call],
  usage
}

const head = { id: "an-id", model: "a-model", created: 1_700_000_000 }

const chunk = (
  delta: Completion.ChunkChoice["delta"],
  finish_reason: Completion.FinishReason | null = null
): Completion.Chunk => ({
  id: "00000000000000000000000000000000",
  object: "chat.completion.chunk",
  created: 1_700_000_000,
  model: "mistral-small-latest",
  choices: [{ index: 0, delta, finish_reason }]
})

/** The texts between the first chunk and the last. */
const texts = (content: string | ReadonlyArray<string>) =>
  TestCompletion.chunks(content).slice(1, -1).map(Completion.chunkText)
