import { ToolCallId } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Prompt } from "effect/ai"
import { assistant, call, result, system, tool, user } from "./fixtures/promptParts.ts"
import { refusedPrompt, sentMessages } from "./fixtures/sentMessages.ts"

const notCarriedOut = "This tool call was not carried out, so it has no result."
const afterResults = "I have the results of the tool calls."

describe("the order of a conversation", () => {
  it.effect("is kept where Mistral accepts it", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* outline([
          system("a"),
          system("b"),
          user("c"),
          user("d"),
          assistant("e"),
          system("f"),
          user("g"),
          assistant("h", call("1")),
          tool(result("1", "i")),
          assistant("j"),
          user("k")
        ]),
        [
          "system a",
          "system b",
          "user c",
          "user d",
          "assistant e",
          "system f",
          "user g",
          "assistant h +1",
          "tool i",
          "assistant j",
          "user k"
        ]
      )
    }))

  it.effect("has an assistant message between a result and a user or system message", () =>
    Effect.gen(function*() {
      const turn = [user("a"), assistant(call("1")), tool(result("1", "b"))]
      const start = ["user a", "assistant +1", "tool b", `assistant ${afterResults}`]
      assert.deepStrictEqual(yield* outline([...turn, user("c")]), [...start, "user c"])
      assert.deepStrictEqual(yield* outline([...turn, system("c"), user("d")]), [...start, "system c", "user d"])
      assert.deepStrictEqual(yield* outline([...turn, system("c"), assistant("d"), user("e")]), [
        ...start,
        "system c",
        "assistant d",
        "user e"
      ])
    }))

  it.effect("has assistant messages in a row as one", () =>
    Effect.gen(function*() {
      const messages = yield* sentMessages([
        user("a"),
        assistant("The best "),
        assistant("is "),
        assistant(),
        assistant("Monet."),
        user("b")
      ])
      assert.deepStrictEqual(messages[1], { role: "assistant", content: "The best is Monet." })
      assert.strictEqual(messages.length, 3)
    }))

  it.effect("has assistant messages in a row as one, whatever form their content has", () =>
    Effect.gen(function*() {
      const content = [{ type: "text", text: "Monet" }, { type: "reference", reference_ids: [1] }]
      const cited = assistant({ type: "text", text: "Monet", options: { mistral: { content } } })
      const thought = assistant({ type: "reasoning", text: "Hm." })
      const thinking = { type: "thinking", thinking: [{ type: "text", text: "Hm." }], closed: true }
      const joined = (...messages: ReadonlyArray<Prompt.MessageEncoded>) =>
        Effect.map(sentMessages([...messages, user("a")]), (sent) => {
          assert.strictEqual(sent.length, 2)
          return sent[0]?.content
        })
      assert.deepStrictEqual(yield* joined(assistant("It is "), cited), [
        { type: "text", text: "It is Monet" },
        content[1]
      ])
      assert.deepStrictEqual(yield* joined(cited, assistant(".")), [...content, { type: "text", text: "." }])
      assert.deepStrictEqual(yield* joined(thought, assistant("a"), assistant("b")), [thinking, {
        type: "text",
        text: "ab"
      }])
      assert.deepStrictEqual(yield* joined(thought, thought), [thinking, thinking])
    }))

  it.effect("has calls with the text before them, and calls of two messages in a row, in one message", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* outline([
          user("a"),
          assistant("b"),
          assistant(call("1")),
          assistant(call("2")),
          tool(result("1", "c"), result("2", "d"))
        ]),
        ["user a", "assistant b +1 +2", "tool c", "tool d"]
      )
    }))

  it.effect("has what the model wrote after a call behind the result of the call", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* outline([
          user("a"),
          assistant(call("1")),
          assistant("c", call("2")),
          tool(result("1", "b"), result("2", "d"))
        ]),
        ["user a", "assistant +1", "tool b", "assistant c +2", "tool d"]
      )
      assert.deepStrictEqual(
        yield* outline([user("a"), assistant(call("1")), assistant("b"), user("c")]),
        ["user a", "assistant +1", `tool ${notCarriedOut}`, "assistant b", "user c"]
      )
    }))

  it.effect("loses an assistant or user message without content, and joins what stood around it", () =>
    Effect.gen(function*() {
      const empty: Prompt.MessageEncoded = { role: "user", content: [] }
      assert.deepStrictEqual(yield* outline([user("a"), assistant("b"), empty, assistant("c"), user("d")]), [
        "user a",
        "assistant bc",
        "user d"
      ])
    }))
})

describe("a call without a result", () => {
  it.effect("has one that says that it was not carried out", () =>
    Effect.gen(function*() {
      const sent = ["user a", "assistant +1", `tool ${notCarriedOut}`]
      assert.deepStrictEqual(yield* outline([user("a"), assistant(call("1"))]), sent)
      assert.deepStrictEqual(yield* outline([user("a"), assistant(call("1")), tool()]), sent)
      assert.deepStrictEqual(yield* outline([user("a"), assistant(call("1")), user("b")]), [
        ...sent,
        `assistant ${afterResults}`,
        "user b"
      ])
    }))

  it.effect("has one at its place among those of the other calls", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* outline([
          user("a"),
          assistant("b", call("1"), call("2"), call("3")),
          tool(result("3", "d"), result("1", "c")),
          assistant("e"),
          user("f")
        ]),
        ["user a", "assistant b +1 +2 +3", "tool c", `tool ${notCarriedOut}`, "tool d", "assistant e", "user f"]
      )
    }))
})

describe("a result", () => {
  it.effect("is moved up to its call", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* outline([
          user("a"),
          assistant(call("1"), call("2")),
          tool(result("2", "c")),
          user("d"),
          assistant("e"),
          tool(result("1", "b")),
          user("f")
        ]),
        [
          "user a",
          "assistant +1 +2",
          "tool b",
          "tool c",
          `assistant ${afterResults}`,
          "user d",
          "assistant e",
          "user f"
        ]
      )
    }))

  it.effect("of an approved call, which `Chat` keeps behind the answer, is moved up to its call", () =>
    Effect.gen(function*() {
      const messages = [
        user("a"),
        assistant(call("1"), { type: "tool-approval-request", approvalId: "x", toolCallId: "1" } as const),
        tool({ type: "tool-approval-response", approvalId: "x", approved: true }),
        assistant("c", call("2")),
        tool(result("1", "b"), result("2", "d")),
        assistant("e"),
        user("f")
      ]
      const sent = ["user a", "assistant +1", "tool b", "assistant c +2", "tool d", "assistant e", "user f"]
      assert.deepStrictEqual(yield* outline(messages), sent)
      // `LanguageModel` takes out what belongs to approvals that are answered.
      assert.deepStrictEqual(yield* outline(messages.filter((_, at) => at !== 2)), sent)
    }))

  it.effect("is left out where it has no call before it, and where its call has one already", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* outline([
          tool(result("1", "x")),
          user("a"),
          assistant(call("1")),
          tool(result("2", "y"), result("1", "b"), result("1", "z")),
          assistant("c"),
          tool(result("3", "x")),
          user("d")
        ]),
        ["user a", "assistant +1", "tool b", "assistant c", "user d"]
      )
    }))

  it.effect("is left out without a trace between assistant messages", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* outline([assistant("a"), tool(result("1", "x")), assistant("b"), user("c")]), [
        "assistant ab",
        "user c"
      ])
    }))

  it.effect("belongs to the latest turn that has such a call, for servers that count their ids in each turn", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        (yield* outline([
          user("a"),
          assistant(call("call_0")),
          user("b"),
          assistant(call("call_0")),
          tool(result("call_0", "d")),
          assistant("e", call("call_0"), call("call_0")),
          tool(result("call_0", "f"), result("call_0", "g"))
        ])).filter((line) => line.startsWith("tool")),
        [`tool ${notCarriedOut}`, "tool d", "tool f", "tool g"]
      )
    }))
})

describe("a prompt that nothing can be answered to", () => {
  for (
    const [name, prompt] of [
      ["is empty", Prompt.empty],
      ["has only a system message", [system("secret")]],
      ["has only messages without content", [{ role: "user", content: [] }, assistant()]],
      ["has only a result without a call", [tool(result("1", "secret"))]],
      ["ends with a system message after an answer", [user("a"), assistant("b"), system("secret")]]
    ] as ReadonlyArray<readonly [string, Prompt.RawInput]>
  ) {
    it.effect(`fails before it is sent, where it ${name}`, () =>
      Effect.gen(function*() {
        const { reason, requests } = yield* refusedPrompt(prompt)
        assert.strictEqual(reason._tag, "InvalidUserInputError")
        assert.include(reason.message, "Mistral needs a user message")
        assert.notInclude(reason.message, "secret")
        assert.strictEqual(requests, 0)
      }))
  }
})

it.effect("system messages at the end are moved in front of the last user message", () =>
  Effect.gen(function*() {
    assert.deepStrictEqual(yield* outline([user("a"), system("b")]), ["system b", "user a"])
    assert.deepStrictEqual(
      yield* outline([
        system("a"),
        user("b"),
        assistant(call("1")),
        tool(result("1", "c")),
        user("d"),
        system("e"),
        system("f")
      ]),
      ["system a", "user b", "assistant +1", "tool c", `assistant ${afterResults}`, "system e", "system f", "user d"]
    )
    assert.deepStrictEqual(
      yield* outline([user("a"), assistant(call("1")), tool(result("1", "b")), system("c")]),
      ["system c", "user a", "assistant +1", "tool b"]
    )
    assert.deepStrictEqual(yield* outline([assistant(call("1")), system("c")]), [
      "system c",
      "assistant +1",
      `tool ${notCarriedOut}`
    ])
  }))

it.effect("halves of surrogate pairs, which a request cannot hold, are replaced", () =>
  Effect.gen(function*() {
    const cut = "Hi 😀".slice(0, -1)
    const messages = yield* sentMessages([
      system(cut),
      user(cut),
      assistant({ type: "reasoning", text: cut }, `${cut}!`, call("aB3dE6gH1", "f", cut)),
      tool(result("aB3dE6gH1", cut)),
      assistant("😀")
    ])
    assert.deepStrictEqual(messages.map(({ content }) => content), [
      "Hi \ufffd",
      "Hi \ufffd",
      [
        { type: "thinking", thinking: [{ type: "text", text: "Hi \ufffd" }], closed: true },
        { type: "text", text: "Hi \ufffd!" }
      ],
      "Hi \ufffd",
      "😀"
    ])
    assert.strictEqual(messages[2]?.tool_calls?.[0]?.function.arguments, "Hi \ufffd")
  }))

/** Sends a prompt, and returns a line for each message: its role, its text, and a `+` with the place of each call. */
const outline = (prompt: ReadonlyArray<Prompt.MessageEncoded>) =>
  Effect.map(
    sentMessages(prompt),
    (messages) =>
      messages.map(({ content, role, tool_calls }) =>
        [role, ...(content === "" ? [] : [String(content)]), ...(tool_calls ?? []).map(placeOf(prompt))].join(" ")
      )
  )

/** The id that a call has in the prompt. */
const placeOf = (prompt: ReadonlyArray<Prompt.MessageEncoded>) => ({ id }: { readonly id: string }) => {
  const ids = prompt.flatMap(({ content, role }) =>
    role === "assistant" && typeof content !== "string"
      ? content.flatMap((part) => part.type === "tool-call" ? [part.id] : [])
      : []
  )
  return `+${ids.find((foreign) => ToolCallId.fromForeign(foreign) === id) ?? "again"}`
}
