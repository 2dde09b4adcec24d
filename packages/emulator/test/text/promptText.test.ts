import type * as Message from "@effect-mistral/core/Message"
import { assert, describe, it } from "@effect/vitest"
import { lastText, messageText, promptTokens } from "../../src/internal/text/promptText.ts"
import { countTokens } from "../../src/internal/text/tokenizer.ts"

const parts: Message.Message = {
  role: "user",
  content: [
    { type: "text", text: "Look" },
    { type: "image_url", image_url: "https://example.com/a.png" },
    { type: "text", text: "here" }
  ]
}

describe("the text of a message", () => {
  it("is its content, or the texts of its parts, a line each", () => {
    assert.strictEqual(messageText({ role: "user", content: "Hi" }), "Hi")
    assert.strictEqual(messageText(parts), "Look\nhere")
    assert.strictEqual(messageText({ role: "assistant", content: null, tool_calls: [] }), "")
  })

  it("is that of the last message with a role", () => {
    const messages: ReadonlyArray<Message.Message> = [
      { role: "user", content: "first" },
      { role: "user", content: "second" },
      { role: "assistant", content: "reply" }
    ]
    assert.strictEqual(lastText(messages, "user"), "second")
    assert.strictEqual(lastText(messages, "system"), "")
  })
})

describe("the tokens of a prompt", () => {
  const tokens = (message: Message.Message) => promptTokens({ model: "m", messages: [message] })

  it("are one for the message, those of its text, and 256 for each attachment", () => {
    assert.strictEqual(tokens({ role: "user", content: "Hi" }), 1 + countTokens("Hi"))
    assert.strictEqual(tokens(parts), 1 + countTokens("Look\nhere") + 256)
  })

  it("include the tools and the calls", () => {
    const call = { id: "abcdefghi", type: "function", function: { name: "f", arguments: "{}" } } as const
    assert.strictEqual(
      tokens({ role: "assistant", content: "", tool_calls: [call] }),
      1 + countTokens(JSON.stringify(call.function))
    )
    const tool = { type: "function", function: { name: "f", parameters: {} } } as const
    assert.strictEqual(
      promptTokens({ model: "m", messages: [{ role: "user", content: "" }], tools: [tool] }),
      1 + countTokens(JSON.stringify(tool))
    )
  })
})
