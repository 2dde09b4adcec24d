import { Message, MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { complete } from "./fixtures/completions.ts"
import { failure } from "./fixtures/scriptedServer.ts"

const user = Message.user("Hi")
const calls = (...ids: ReadonlyArray<string>) =>
  Message.assistant("", { tool_calls: ids.map((id) => ({ id, function: { name: "f", arguments: "{}" } })) })
const result = (id: string | null) => ({ role: "tool" as const, content: "1", tool_call_id: id })

describe("a conversation", () => {
  const good: Record<string, ReadonlyArray<Message.Message>> = {
    "is sent when calls and results pair up": [
      user,
      calls("aaaaaaaaa", "bbbbbbbbb"),
      result("aaaaaaaaa"),
      result("bbbbbbbbb")
    ],
    "is sent when results come in another order": [
      user,
      calls("aaaaaaaaa", "bbbbbbbbb"),
      result("bbbbbbbbb"),
      result("aaaaaaaaa")
    ],
    "is sent when it goes on after the results": [
      user,
      calls("aaaaaaaaa"),
      result("aaaaaaaaa"),
      Message.assistant("So."),
      user
    ],
    "is sent when calls and results have no ids": [
      user,
      Message.assistant("", { tool_calls: [{ function: { name: "f", arguments: "{}" } }] }),
      { role: "tool", content: "1" }
    ],
    "is sent when a result has no id, or the call's is the text null": [
      user,
      calls("aaaaaaaaa", "null"),
      result(null),
      result("null")
    ],
    "is sent when it ends with calls": [user, calls("aaaaaaaaa")],
    "is sent when it is empty": []
  }
  for (const [name, messages] of Object.entries(good)) {
    it.effect(name, () =>
      Effect.gen(function*() {
        yield* complete({ model: "m", messages })
      }).pipe(Effect.provide(scripted)))
  }

  const bad: Record<
    string,
    readonly [ReadonlyArray<Message.Message>, path: ReadonlyArray<string | number>, check: "order" | "toolCalls"]
  > = {
    "with a user message directly after a tool result": [[user, calls("aaaaaaaaa"), result("aaaaaaaaa"), user], [
      "messages",
      3,
      "role"
    ], "order"],
    "with a system message directly after a tool result": [
      [user, calls("aaaaaaaaa"), result("aaaaaaaaa"), Message.system("s"), user],
      ["messages", 3, "role"],
      "order"
    ],
    "with a result that answers no call": [[user, calls("aaaaaaaaa"), result("ccccccccc")], [
      "messages",
      2,
      "tool_call_id"
    ], "toolCalls"],
    "with two results for one call": [
      [user, calls("aaaaaaaaa"), result("aaaaaaaaa"), result("aaaaaaaaa")],
      ["messages", 3, "tool_call_id"],
      "toolCalls"
    ],
    "with a call that has no result": [
      [user, calls("aaaaaaaaa", "bbbbbbbbb"), result("aaaaaaaaa")],
      ["messages", 1, "tool_calls"],
      "toolCalls"
    ],
    "with calls that are passed over": [[user, calls("aaaaaaaaa"), user], ["messages", 1, "tool_calls"], "toolCalls"],
    "with a result out of nowhere": [[user, result("aaaaaaaaa")], ["messages", 1], "toolCalls"]
  }
  for (const [name, [messages, path, check]] of Object.entries(bad)) {
    it.effect(`${name} is not sent, unless the check is switched off`, () =>
      Effect.gen(function*() {
        const error = yield* failure(complete({ model: "m", messages }))
        assert.isTrue(error.reason._tag === "InvalidRequest")
        if (error.reason._tag === "InvalidRequest") {
          assert.deepInclude(error.reason.issues.map(({ path }) => path), path)
        }
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.lengthOf(yield* requests, 0)
        yield* complete({ model: "m", messages }, { checks: { order: false, toolCalls: false } })
        assert.lengthOf(yield* requests, 1)
        const others = check === "order" ? { toolCalls: false } : { order: false }
        assert.strictEqual(
          (yield* failure(complete({ model: "m", messages }, { checks: others }))).reason._tag,
          "InvalidRequest"
        )
      }).pipe(Effect.provide(scripted)))
  }
})

const scripted = MistralClient.layer({}).pipe(
  Layer.provideMerge(ScriptedHttpClient.layer(() => ScriptedHttpClient.json(TestCompletion.response("ok"))))
)
