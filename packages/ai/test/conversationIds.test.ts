import { ToolCallId } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { assistant, call, result, tool, user } from "./fixtures/promptParts.ts"
import { type SentMessage, sentMessages } from "./fixtures/sentMessages.ts"

describe("the ids of calls", () => {
  const idsOf = (messages: ReadonlyArray<SentMessage>) => ({
    calls: messages.flatMap(({ tool_calls }) => (tool_calls ?? []).map(({ id }) => id)),
    results: messages.flatMap(({ tool_call_id }) => tool_call_id === undefined ? [] : [tool_call_id])
  })
  const sentIds = (...ids: ReadonlyArray<string>) =>
    Effect.map(
      sentMessages([assistant(...ids.map((id) => call(id))), tool(...ids.map((id) => result(id, id)))]),
      (messages) => {
        const { calls, results } = idsOf(messages)
        assert.deepStrictEqual(results, calls)
        assert.deepStrictEqual(messages.slice(1).map(({ content }) => content), [...ids])
        for (const id of calls) assert.match(id, /^[A-Za-z0-9]{9}$/)
        assert.strictEqual(new Set(calls).size, calls.length)
        return calls
      }
    )

  it.effect("are those of Mistral where they have nine letters and digits", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sentIds("aB3dE6gH9", "000000000"), ["aB3dE6gH9", "000000000"])
    }))

  it.effect("of other vendors are hashed, on both sides and always alike", () =>
    Effect.gen(function*() {
      const foreign = [
        "call_0fypS1hVXl3OsBXtxzU9vKpe",
        "toolu_01A09q90qw90lq917835lq9",
        "msg_68af|fc_68b0",
        "0197f425-5e85-7353-b8e7-e8b974b9c613",
        "chatcmpl-tool-1",
        "1",
        "",
        "null",
        "zażółć 😀",
        "x".repeat(10_000)
      ]
      const sent = yield* sentIds(...foreign)
      assert.deepStrictEqual(sent, foreign.map(ToolCallId.fromForeign))
      assert.deepStrictEqual(yield* sentIds(...foreign), sent)
    }))

  it.effect("are different where two calls have the same id, in one turn or in two", () =>
    Effect.gen(function*() {
      yield* sentIds("call_1", "call_1", "call_1")
      yield* sentIds("aB3dE6gH9", "aB3dE6gH9")
      const { calls, results } = idsOf(
        yield* sentMessages([
          assistant(call("call_1")),
          tool(result("call_1", "a")),
          assistant(call("call_1")),
          tool(result("call_1", "b"))
        ])
      )
      assert.deepStrictEqual(results, calls)
      assert.strictEqual(new Set(calls).size, 2)
      assert.strictEqual(calls[0], ToolCallId.fromForeign("call_1"))
    }))

  it.effect("are different where the hash of one is the id of another", () =>
    Effect.gen(function*() {
      yield* sentIds("call_1", ToolCallId.fromForeign("call_1"))
      yield* sentIds(ToolCallId.fromForeign("call_1"), "call_1", ToolCallId.fromForeign("call_1"))
    }))

  it.effect("stay as they are where the conversation goes on", () =>
    Effect.gen(function*() {
      const history = [user("a"), assistant(call("call_1")), tool(result("call_1", "b"))]
      const first = yield* sentMessages(history)
      const later = yield* sentMessages([...history, assistant(call("call_1"), call("c")), user("d")])
      assert.deepStrictEqual(later.slice(0, 3), first)
    }))
})
