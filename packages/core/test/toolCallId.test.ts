import * as Message from "@effect-mistral/core/Message"
import * as ToolCallId from "@effect-mistral/core/ToolCallId"
import { assert, describe, it } from "@effect/vitest"

const call = (id?: string) => ({ ...(id === undefined ? undefined : { id }), function: { name: "f", arguments: "{}" } })

describe("ToolCallId", () => {
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
