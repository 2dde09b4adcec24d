import { Completion, Endpoint, StructuredOutput } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"

const Painter = Schema.Struct({ name: Schema.String, born: Schema.Int })
const request = { model: "m", messages: [{ role: "user" as const, content: "Who?" }], schema: Painter }
const monet = { name: "Claude Monet", born: 1840 }
const text = JSON.stringify(monet)
const calls = [{ id: "D681PevKs", function: { name: "find_painter", arguments: "{}" } }]

describe("structured output", () => {
  it.effect("gives the value and the response that a mock of complete gives", () =>
    Effect.gen(function*() {
      const response = TestCompletion.response(text)
      const complete = () => Effect.succeed(response)
      assert.deepStrictEqual(yield* StructuredOutput.complete(Endpoint.chat, { complete }, request), {
        value: monet,
        response
      })
    }))

  it.effect("gives the parts, then the value and the response of the chunks that a mock of stream gives", () =>
    Effect.gen(function*() {
      const chunks = TestCompletion.chunks(text)
      const stream = () => Stream.fromIterable(chunks)
      const parts = yield* Stream.runCollect(StructuredOutput.stream(Endpoint.chat, { stream }, request))
      assert.deepStrictEqual(parts.at(-1), {
        _tag: "Complete",
        value: monet,
        response: yield* Completion.collect(Stream.fromIterable(chunks))
      })
      assert.isTrue(parts.length > 1 && parts.slice(0, -1).every(({ _tag }) => _tag === "Partial"))
    }))

  it.effect("keeps the tool calls of a response that has both text and calls", () =>
    Effect.gen(function*() {
      const response = TestCompletion.response(text, { toolCalls: calls })
      const object = yield* StructuredOutput.complete(
        Endpoint.chat,
        { complete: () => Effect.succeed(response) },
        request
      )
      assert.deepStrictEqual(object.response.choices[0]?.message?.tool_calls, response.choices[0]?.message?.tool_calls)
    }))

  const failures = {
    complete: (response: Completion.Response) =>
      StructuredOutput.complete(Endpoint.chat, { complete: () => Effect.succeed(response) }, request),
    stream: (response: Completion.Response) =>
      Stream.runDrain(StructuredOutput.stream(Endpoint.chat, {
        stream: () =>
          Stream.make({
            ...response,
            choices: response.choices.map(({ message, ...choice }) => ({ ...choice, delta: message ?? {} }))
          })
      }, request))
  }
  for (const [name, run] of Object.entries(failures)) {
    it.effect(`fails with the response where the model called tools in place of the object (${name})`, () =>
      Effect.gen(function*() {
        const response = TestCompletion.response("", { toolCalls: calls })
        const { message, reason } = yield* Effect.flip(run(response))
        assert.isTrue(reason._tag === "InvalidOutput")
        if (reason._tag !== "InvalidOutput") return
        assert.deepStrictEqual(reason.issues, [{ path: [], message: "Expected JSON, got tool calls (see `response`)" }])
        assert.strictEqual(reason.finishReason, "tool_calls")
        assert.deepStrictEqual(reason.response?.usage, response.usage)
        assert.strictEqual(reason.response?.choices[0]?.message?.tool_calls?.[0]?.function.name, "find_painter")
        assert.notInclude(message, "find_painter")
      }))

    it.effect(`fails with the response where the text does not fit the schema (${name})`, () =>
      Effect.gen(function*() {
        const { message, reason } = yield* Effect.flip(run(TestCompletion.response("{\"name\":1}")))
        assert.isTrue(reason._tag === "InvalidOutput")
        if (reason._tag !== "InvalidOutput") return
        assert.strictEqual(reason.text, "{\"name\":1}")
        assert.deepStrictEqual(reason.issues.map(({ path }) => path), [["name"], ["born"]])
        assert.isString(reason.response?.id)
        assert.notInclude(message, reason.text)
      }))
  }
})
