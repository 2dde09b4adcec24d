import { Message, ToolCallId } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"

describe("ToolCallId", () => {
  it.effect.prop("makes an id that Mistral takes of any id, always the same, and leaves a valid one alone", [
    Schema.String
  ], ([id]) =>
    Effect.sync(() => {
      const made = ToolCallId.fromForeign(id)
      assert.match(made, /^[A-Za-z0-9]{9}$/)
      assert.strictEqual(ToolCallId.fromForeign(id), made)
      assert.strictEqual(ToolCallId.fromForeign(made), made)
    }))

  it("knows the ids that servers send where they mean none", () => {
    assert.deepStrictEqual(["call_1", " ", "0", "", "null", null, undefined].map(ToolCallId.known), [
      "call_1",
      " ",
      "0",
      undefined,
      undefined,
      undefined,
      undefined
    ])
  })

  it("keeps ten thousand ids apart", () => {
    const made = new Set(Array.from({ length: 10_000 }, (_, i) => ToolCallId.fromForeign(`call_${i}`)))
    assert.strictEqual(made.size, 10_000)
  })

  it("changes a call and its result alike, and nothing else", () => {
    const messages = [user, calls("call_1", "aB3dE6gH9"), result("call_1"), result("aB3dE6gH9"), result(null)]
    const changed = ToolCallId.inMessages(messages)
    const id = ToolCallId.fromForeign("call_1")
    assert.deepStrictEqual(changed, [user, calls(id, "aB3dE6gH9"), result(id), result("aB3dE6gH9"), result(null)])
  })

  it("gives the same id for the same foreign one in every version", () => {
    assert.deepStrictEqual(["", "call_1", "toolu_01", "ü"].map(ToolCallId.fromForeign), [
      "HIQo8RRkb",
      "9gD2Dimct",
      "esnIagsEA",
      "eFAnGULOG"
    ])
  })

  for (
    const [id, valid] of [["aB3dE6gH9", true], ["aB3dE6gH", false], ["aB3dE6gH90", false], [
      "aB3dE6g_9",
      false
    ]] as const
  ) {
    it(`${id} is ${valid ? "" : "not "}valid`, () => {
      assert.strictEqual(ToolCallId.isValid(id), valid)
      assert.strictEqual(ToolCallId.fromForeign(id) === id, valid)
    })
  }

  it("leaves calls and results without an id as they are", () => {
    const messages: ReadonlyArray<Message.Message> = [
      Message.system("a"),
      Message.assistant("", { tool_calls: [call(), call("call_1")], prefix: true }),
      Message.assistant("", { tool_calls: null }),
      { role: "tool", content: "1", tool_call_id: null },
      { role: "tool", content: "1" },
      { role: "tool", content: "1", tool_call_id: "call_1", name: "f" }
    ]
    const id = ToolCallId.fromForeign("call_1")
    assert.deepStrictEqual(ToolCallId.inMessages(messages), [
      Message.system("a"),
      Message.assistant("", { tool_calls: [call(), call(id)], prefix: true }),
      Message.assistant("", { tool_calls: null }),
      { role: "tool", content: "1", tool_call_id: null },
      { role: "tool", content: "1" },
      { role: "tool", content: "1", tool_call_id: id, name: "f" }
    ])
  })
})

const user = Message.user("Hi")
const calls = (...ids: ReadonlyArray<string>) =>
  Message.assistant("", { tool_calls: ids.map((id) => ({ id, function: { name: "f", arguments: "{}" } })) })
const result = (id: string | null) => ({ role: "tool" as const, content: "1", tool_call_id: id })
const call = (id?: string) => ({ ...(id === undefined ? undefined : { id }), function: { name: "f", arguments: "{}" } })
