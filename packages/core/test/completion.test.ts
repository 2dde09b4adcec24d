import * as Completion from "@effect-mistral/core/Completion"
import type * as Content from "@effect-mistral/core/Content"
import { assert, describe, it } from "@effect/vitest"

const pieces: ReadonlyArray<Content.Received> = [
  { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
  { type: "text", text: "a" },
  { type: "image_url", image_url: "https://a.test" },
  { type: "text", text: "b" }
]

describe("Completion.text", () => {
  const texts: Record<string, readonly [choices: Completion.Response["choices"], text: string]> = {
    "is the content of the first choice": [
      [{ index: 0, message: { content: "a" } }, { index: 1, message: { content: "b" } }],
      "a"
    ],
    "joins pieces of text and leaves the other kinds out": [[{ index: 0, message: { content: pieces } }], "ab"],
    "is that of the last message where a choice has several": [
      [{ index: 0, messages: [{ content: "a" }, { content: "b" }] }],
      "b"
    ],
    "is that of the message where a choice has both": [
      [{ index: 0, message: { content: "a" }, messages: [{ content: "b" }] }],
      "a"
    ],
    "is that of the messages where the message is null": [
      [{ index: 0, message: null, messages: [{ content: "b" }] }],
      "b"
    ],
    "is empty without a content": [[{ index: 0, message: {} }], ""],
    "is empty with a content that is null": [[{ index: 0, message: { content: null } }], ""],
    "is empty without a message": [[{ index: 0 }], ""],
    "is empty without choices": [[], ""]
  }
  for (const [name, [choices, text]] of Object.entries(texts)) {
    it(name, () => {
      assert.strictEqual(Completion.text({ id: "i", model: "m", choices }), text)
    })
  }
})

describe("Completion.chunkText", () => {
  const texts: Record<string, readonly [choices: Completion.Chunk["choices"], text: string]> = {
    "is that of the choice with index 0, wherever it is": [
      [{ index: 1, delta: { content: "b" } }, { index: 0, delta: { content: "a" } }],
      "a"
    ],
    "is empty where only other choices go on": [[{ index: 1, delta: { content: "b" } }], ""],
    "joins pieces of text and leaves the other kinds out": [[{ index: 0, delta: { content: pieces } }], "ab"],
    "is empty without a content": [[{ index: 0, delta: {} }], ""],
    "is empty with a content that is null": [[{ index: 0, delta: { content: null } }], ""],
    "is empty without choices": [[], ""]
  }
  for (const [name, [choices, text]] of Object.entries(texts)) {
    it(name, () => {
      assert.strictEqual(Completion.chunkText({ id: "i", model: "m", choices }), text)
    })
  }
})

describe("an accumulator", () => {
  it("is not changed by the chunk that is added", () => {
    const chunk = (content: string): Completion.Chunk => ({
      id: "i",
      model: "m",
      choices: [{ index: 0, delta: { content } }]
    })
    const one = Completion.append(Completion.emptyAccumulator, chunk("a"))
    const two = Completion.append(one, chunk("b"))
    assert.deepStrictEqual(
      [Completion.emptyAccumulator, one, two].map((accumulator) => Completion.text(Completion.toResponse(accumulator))),
      ["", "a", "ab"]
    )
  })
})
