import * as Completion from "@effect-mistral/core/Completion"
import * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"
import { assert, describe, it } from "@effect/vitest"
import * as Schema from "effect/Schema"

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
    "is that of the choice with index 0, wherever it is": [
      [{ index: 1, message: { content: "b" } }, { index: 0, message: { content: "a" } }],
      "a"
    ],
    "is that of the first in the list where no choice has index 0": [[{ index: 2, message: { content: "c" } }], "c"],
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
    "joins the deltas of one choice": [
      [{ index: 0, delta: { content: "a" } }, { index: 0, delta: { content: [{ type: "text", text: "b" }] } }],
      "ab"
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

describe("the thinking of a response and of a chunk", () => {
  const detail = (text: string) => ({ type: "reasoning.text", text, signature: "s", format: "f", index: 0, id: "r" })
  const foreign = Schema.decodeUnknownSync(Content.Received)({ type: "unknown:thinking", thinking: "hm" })
  const dialects: Record<string, readonly [message: Message.Received, thinking: string]> = {
    "is that of thinking pieces, without their other kinds": [
      {
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "a" }, { type: "reference", reference_ids: [1] }] },
          { type: "text", text: "no" },
          { type: "thinking", thinking: [{ type: "text", text: "b" }] }
        ]
      },
      "ab"
    ],
    "is that of thinking whose text is a string": [{ content: [foreign] }, "hm"],
    "is reasoning_content": [{ content: "no", reasoning_content: "hm" }, "hm"],
    "is reasoning": [{ content: "no", reasoning: "hm" }, "hm"],
    "is that of reasoning_details": [
      {
        reasoning_details: [
          detail("a"),
          { type: "reasoning.summary", summary: "b" },
          { type: "reasoning.encrypted", data: "no" },
          { type: "reasoning.text", text: null, signature: "s" }
        ]
      },
      "ab"
    ],
    "is given once where two keys say the same": [
      { reasoning_content: "hm", reasoning: "hm", reasoning_details: [detail("hm")] },
      "hm"
    ],
    "is the longer one where a key has more": [{ reasoning: "h", reasoning_details: [detail("hm\n")] }, "hm\n"],
    "is all of it where two keys say different things": [{ reasoning_content: "a", reasoning: "b" }, "ab"],
    "keeps a space": [{ reasoning_content: " ", reasoning: " " }, " "],
    "is empty without any": [{ content: "no", reasoning_content: null, reasoning: "", reasoning_details: [] }, ""]
  }
  for (const [name, [message, thinking]] of Object.entries(dialects)) {
    it(name, () => {
      const head = { id: "i", model: "m" }
      const other = { reasoning: "of another choice" }
      assert.strictEqual(
        Completion.thinking({ ...head, choices: [{ index: 1, message: other }, { index: 0, message }] }),
        thinking
      )
      assert.strictEqual(Completion.thinking({ ...head, choices: [{ index: 0, messages: [{}, message] }] }), thinking)
      assert.strictEqual(
        Completion.chunkThinking({ ...head, choices: [{ index: 1, delta: other }, { index: 0, delta: message }] }),
        thinking
      )
    })
  }

  it("is empty without choices", () => {
    assert.strictEqual(Completion.thinking({ id: "i", model: "m", choices: [] }), "")
    assert.strictEqual(Completion.chunkThinking({ id: "i", model: "m", choices: [] }), "")
  })
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

  it("may be added to more than once", () => {
    const chunk = (content: string): Completion.Chunk => ({
      id: "i",
      model: "m",
      choices: [{ index: 0, delta: { content } }]
    })
    const textOf = (accumulator: Completion.Accumulator) => Completion.text(Completion.toResponse(accumulator))
    const one = Completion.append(Completion.emptyAccumulator, chunk("a"))
    const two = Completion.append(one, chunk("b"))
    const other = Completion.append(one, chunk("c"))
    assert.deepStrictEqual([two, other, one, Completion.append(two, chunk("d"))].map(textOf), ["ab", "ac", "a", "abd"])
    assert.deepStrictEqual([two, other, one].map(textOf), ["ab", "ac", "a"])
  })

  it("gives responses that later chunks do not change", () => {
    const chunk = (delta: Message.Delta): Completion.Chunk => ({ id: "i", model: "m", choices: [{ index: 0, delta }] })
    const deltas: ReadonlyArray<Message.Delta> = [
      { content: [{ type: "text", text: "a" }], tool_calls: [{ index: 0, function: { name: "f", arguments: "{" } }] },
      { content: [{ type: "text", text: "b" }], tool_calls: [{ index: 0, function: { arguments: "}" } }] },
      { content: "c", reasoning_details: [{ index: 0, text: "d" }] },
      { reasoning_details: [{ index: 0, text: "e" }, { index: 1, text: "f" }] }
    ]
    let accumulator = Completion.emptyAccumulator
    const responses = deltas.map((delta) =>
      Completion.toResponse(accumulator = Completion.append(accumulator, chunk(delta)))
    )
    const texts = responses.map((response) => JSON.stringify(response))
    assert.deepStrictEqual(responses.map(Completion.text), ["a", "ab", "abc", "abc"])
    Completion.append(accumulator, chunk({ content: "more", reasoning_details: [{ index: 1, text: "g" }] }))
    assert.deepStrictEqual(responses.map((response) => JSON.stringify(response)), texts)
  })
})
