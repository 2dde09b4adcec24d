import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Prompt } from "effect/ai"
import { toConversation } from "../src/internal/prompt/conversation.ts"
import { assistant, call, user } from "./fixtures/promptParts.ts"
import { sentMessages } from "./fixtures/sentMessages.ts"

describe("an assistant message at the end", () => {
  const prefixOf = (...messages: ReadonlyArray<Prompt.MessageEncoded>) => {
    const { messages: sent, prefix } = converted(messages)
    return { last: sent.at(-1), prefix }
  }

  it.effect("is the beginning of the answer, and only there", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* sentMessages([user("a"), assistant("b"), user("c"), assistant("The best ")]), [
        { role: "user", content: "a" },
        { role: "assistant", content: "b" },
        { role: "user", content: "c" },
        { role: "assistant", content: "The best ", prefix: true }
      ])
    }))

  it("gives its text as the prefix, with white space as it is", () => {
    assert.strictEqual(prefixOf(user("a"), assistant("The best \n")).prefix, "The best \n")
    assert.strictEqual(prefixOf(user("a"), assistant(" "), assistant("b")).prefix, " b")
    assert.strictEqual(prefixOf(user("a"), assistant("b"), user("c")).prefix, undefined)
  })

  it("gives its text alone where it has thinking or references", () => {
    const content = [{ type: "text", text: "Mo" }, { type: "reference", reference_ids: [1] }]
    const { last, prefix } = prefixOf(
      user("a"),
      assistant(
        { type: "reasoning", text: "Hm." },
        { type: "text", text: "Mo", options: { mistral: { content } } },
        "net"
      )
    )
    assert.strictEqual(prefix, "Monet")
    assert.isTrue(last?.role === "assistant" && last.prefix)
  })

  it("has no prefix where it is thinking alone", () => {
    assert.deepStrictEqual(prefixOf(user("a"), assistant({ type: "reasoning", text: "Hm." })), {
      last: {
        role: "assistant",
        content: [{ type: "thinking", thinking: [{ type: "text", text: "Hm." }], closed: true }],
        prefix: true
      },
      prefix: undefined
    })
  })

  it("is no prefix where it ends with a call, whose result comes last", () => {
    const { last, prefix } = prefixOf(user("a"), assistant("b", call("1")))
    assert.strictEqual(prefix, undefined)
    assert.strictEqual(last?.role, "tool")
  })

  it("is no prefix where nothing of it is sent", () => {
    assert.deepStrictEqual(prefixOf(user("a"), assistant({ type: "reasoning", text: "" })), {
      last: { role: "user", content: "a" },
      prefix: undefined
    })
  })
})

const converted = (prompt: ReadonlyArray<Prompt.MessageEncoded>) => {
  const conversation = toConversation(Prompt.make(prompt))
  assert.strictEqual(conversation._tag, "Success")
  if (conversation._tag === "Failure") throw new Error(conversation.failure.message)
  return conversation.success
}
