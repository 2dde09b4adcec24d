import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Tool } from "effect/ai"
import { chunks, endedBy, response } from "./fixtures/bodies.ts"
import { contentOf, finishMetadata, joined, type Json, partOf, streamed, toolkitOf, whole } from "./fixtures/parts.ts"

const call = (keys: object, fn: object) => ({ id: "aB3dE6gH9", function: fn, ...keys })

const calls = (parts: ReadonlyArray<Json>): ReadonlyArray<Json> => parts.filter(({ type }) => type === "tool-call")

describe("a call that Mistral ran itself", () => {
  const search = Tool.providerDefined({
    id: "mistral.web_search",
    customName: "Search",
    providerName: "web_search",
    parameters: Schema.Unknown,
    success: Schema.Unknown
  })
  const withSearch = toolkitOf(search(undefined), Tool.make("getTime", { success: Schema.String }))
  const received = call({ type: "function", index: 0 }, { name: "web_search", arguments: `{"query":"Monet"}` })
  const messages = [
    { role: "assistant", content: "", tool_calls: [received], index: 0 },
    { role: "tool", tool_call_id: "aB3dE6gH9", content: "found", index: 1, metadata: { source: "web" } },
    { role: "assistant", content: "Claude Monet.", index: 2 }
  ]
  const body = { ...response({}), choices: [{ index: 0, messages, finish_reason: "stop" }] }
  const kept = [
    { role: "assistant", index: 0, tool_calls: [received] },
    { role: "tool", tool_call_id: "aB3dE6gH9", content: "found", metadata: { source: "web" }, index: 1 }
  ]

  it.effect("is a call and a result of the built-in tool that the toolkit has", () =>
    Effect.gen(function*() {
      const expected: ReadonlyArray<Json> = [
        { type: "text", text: "Claude Monet." },
        { type: "tool-call", id: "aB3dE6gH9", name: "Search", params: { query: "Monet" }, providerExecuted: true },
        {
          type: "tool-result",
          id: "aB3dE6gH9",
          name: "Search",
          result: "found",
          encodedResult: "found",
          isFailure: false,
          preliminary: false,
          providerExecuted: true
        }
      ]
      const parts = yield* whole(body, { toolkit: withSearch })
      assert.deepStrictEqual(contentOf(parts), expected)
      assert.deepPropertyVal(finishMetadata(parts), "messages", kept)
      const { parts: streamedParts } = yield* streamed(chunks(...messages), { toolkit: withSearch })
      assert.deepStrictEqual(contentOf(joined(streamedParts)), expected)
      assert.deepPropertyVal(finishMetadata(streamedParts), "messages", kept)
    }))

  it.effect("is in the metadata alone where the toolkit does not have its tool", () =>
    Effect.gen(function*() {
      const parts = yield* whole(body)
      assert.deepStrictEqual(contentOf(parts), [{ type: "text", text: "Claude Monet." }])
      assert.deepPropertyVal(finishMetadata(parts), "messages", kept)
      const { parts: streamedParts } = yield* streamed(chunks(...messages))
      assert.deepStrictEqual(contentOf(joined(streamedParts)), contentOf(parts))
      assert.deepPropertyVal(finishMetadata(streamedParts), "messages", kept)
    }))

  it.effect("has only the text of the last message beside it, in a whole response", () =>
    Effect.gen(function*() {
      const [first, ...others] = messages
      const spoken = [{ ...first, content: "Let me search. " }, ...others]
      const body = { ...response({}), choices: [{ index: 0, messages: spoken, finish_reason: "stop" }] }
      const parts = yield* whole(body, { toolkit: withSearch })
      assert.deepStrictEqual(contentOf(parts).filter(({ type }) => type === "text"), [
        { type: "text", text: "Claude Monet." }
      ])
      const { parts: streamedParts } = yield* streamed(chunks(...spoken), { toolkit: withSearch })
      assert.deepStrictEqual(contentOf(joined(streamedParts)).filter(({ type }) => type === "text"), [
        { type: "text", text: "Let me search. " },
        { type: "text", text: "Claude Monet." }
      ])
      for (const some of [parts, streamedParts]) {
        assert.deepPropertyVal(finishMetadata(some), "messages", [
          { role: "assistant", index: 0, content: "Let me search. ", tool_calls: [received] },
          kept[1]
        ])
      }
    }))

  it.effect("is told from one that the caller is to run in the same response", () =>
    Effect.gen(function*() {
      const own = call({ id: "bbbbbbbbb", index: 0 }, { name: "getTime", arguments: "{}" })
      const last = { role: "assistant", content: "", tool_calls: [own], index: 2 }
      const { parts } = yield* streamed(endedBy("tool_calls", ...messages.slice(0, 2), last), { toolkit: withSearch })
      assert.deepStrictEqual(calls(parts).map(({ id, providerExecuted }) => [id, providerExecuted]), [
        ["aB3dE6gH9", true],
        ["bbbbbbbbb", undefined]
      ])
    }))

  it.effect("is found without the numbers of messages, and where its result comes in pieces", () =>
    Effect.gen(function*() {
      const { parts } = yield* streamed(
        chunks(
          { role: "assistant", content: "", tool_calls: [received] },
          { role: "tool", tool_call_id: "aB3dE6gH9", content: "fo" },
          { content: "und" },
          { role: "assistant", content: "Claude " },
          { content: "Monet." }
        ),
        { toolkit: withSearch }
      )
      assert.strictEqual(partOf(parts, "tool-result")["result"], "found")
      assert.deepStrictEqual(contentOf(joined(parts))[0], { type: "text", text: "Claude Monet." })
    }))
})
