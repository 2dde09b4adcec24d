import * as Content from "@effect-mistral/core/Content"
import * as Message from "@effect-mistral/core/Message"
import { assert, describe, it } from "@effect/vitest"
import * as Data from "effect/Data"
import * as Schema from "effect/Schema"

class CityUnknown extends Data.TaggedError("CityUnknown")<{ readonly message: string; readonly city: string }> {}

class Unavailable extends Data.TaggedError("Unavailable")<{ readonly until: number }> {}

/** A key that no request may have. */
const more = { more: 1 }

const unknown = Schema.decodeUnknownSync(Content.Unknown)({ type: "hologram", of: "a" })

/** Thinking in a shape that is not Mistral's, as tolerant reading gives it. */
const unknownThinking = Schema.decodeUnknownSync(Content.Received)({
  type: "unknown:thinking",
  thinking: "hm",
  signature: "s"
})

describe("Message.fromReceived", () => {
  const messages: Record<string, readonly [received: Message.Received, assistant: Message.Assistant]> = {
    "keeps a content": [{ role: "assistant", content: "a" }, { role: "assistant", content: "a" }],
    "keeps an empty content": [{ content: "" }, { role: "assistant", content: "" }],
    "keeps a content that is null": [{ content: null }, { role: "assistant", content: null }],
    "adds no content": [{}, { role: "assistant" }],
    "keeps the pieces that a request may hold, without other keys": [
      {
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "hm" }], signature: "s" },
          { type: "text", text: "a", ...more },
          { type: "tool_reference", tool: "web_search" },
          unknown,
          { type: "text", text: "b" }
        ]
      },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "hm" }], signature: "s" },
          { type: "text", text: "a" },
          { type: "text", text: "b" }
        ]
      }
    ],
    "keeps id, index, type and function of a call, without other keys": [
      {
        tool_calls: [{
          id: "aaaaaaaaa",
          type: "function",
          index: 0,
          function: { name: "f", arguments: "{}", ...more },
          ...more
        }, { id: "bbbbbbbbb", index: 3, function: { name: "g", arguments: { a: 1 } } }]
      },
      {
        role: "assistant",
        tool_calls: [
          { id: "aaaaaaaaa", type: "function", function: { name: "f", arguments: "{}" }, index: 0 },
          { id: "bbbbbbbbb", function: { name: "g", arguments: { a: 1 } }, index: 3 }
        ]
      }
    ],
    "leaves out the keys of a call that are null, and another type": [
      { tool_calls: [{ id: null, type: "other", index: null, function: { name: "f", arguments: "" } }] },
      { role: "assistant", tool_calls: [{ function: { name: "f", arguments: "" } }] }
    ],
    "leaves out an empty list of calls": [{ content: "a", tool_calls: [] }, { role: "assistant", content: "a" }],
    "leaves out calls that are null": [{ tool_calls: null }, { role: "assistant" }],
    "has an empty content where no piece may be sent back": [
      { content: [unknown, { type: "text", text: "" }], tool_calls: [{ function: { name: "f", arguments: "{}" } }] },
      { role: "assistant", content: "", tool_calls: [{ function: { name: "f", arguments: "{}" } }] }
    ],
    "keeps thinking without its pieces and nulls that may not be sent back": [
      {
        content: [
          {
            type: "thinking",
            thinking: [unknown, { type: "text", text: "hm", ...more }, { type: "tool_reference", tool: "web_search" }],
            signature: null,
            closed: null
          },
          { type: "thinking", thinking: [unknown], closed: true },
          { type: "thinking", thinking: [], signature: "s", closed: true }
        ]
      },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "hm" }] },
          { type: "thinking", thinking: [], signature: "s", closed: true }
        ]
      }
    ],
    "makes a list of thinking that is a string": [
      { content: [unknownThinking, { type: "text", text: "a" }] },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: [{ type: "text", text: "hm" }], signature: "s" },
          { type: "text", text: "a" }
        ]
      }
    ],
    "keeps reasoning outside of the content, for servers that take it back": [
      {
        content: "a",
        reasoning_content: "hm",
        reasoning: "hm",
        reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "s", index: 0 }]
      },
      {
        role: "assistant",
        content: "a",
        reasoning_content: "hm",
        reasoning: "hm",
        reasoning_details: [{ type: "reasoning.text", text: "hm", signature: "s", index: 0 }]
      }
    ],
    "leaves out reasoning that is null": [
      { content: "a", reasoning_content: null, reasoning: null, reasoning_details: null },
      { role: "assistant", content: "a" }
    ],
    "leaves out the prefix and other keys": [{ prefix: true, ...more }, { role: "assistant" }]
  }
  for (const [name, [received, assistant]] of Object.entries(messages)) {
    it(name, () => {
      const made = Message.fromReceived(received)
      assert.deepStrictEqual(made, assistant)
      Schema.decodeUnknownSync(Message.Message)(made, { onExcessProperty: "error" })
    })
  }
})

describe("Message.toolResult", () => {
  const call = { id: "aaaaaaaaa", function: { name: "f" } }
  const results: ReadonlyArray<readonly [result: unknown, content: string | null]> = [
    ["text", "text"],
    ["", ""],
    [{ a: [1] }, "{\"a\":[1]}"],
    [0, "0"],
    [false, "false"],
    [null, "null"],
    [undefined, null]
  ]
  for (const [result, content] of results) {
    it(`has the content ${JSON.stringify(content)} for ${JSON.stringify(result)}`, () => {
      assert.deepStrictEqual(Message.toolResult(call, result), {
        role: "tool",
        content,
        tool_call_id: "aaaaaaaaa",
        name: "f"
      })
    })
  }

  it("has the message of an error, without its cause and its stack", () => {
    const contents = [
      new Error("no such city", { cause: "a secret" }),
      new TypeError("no such city"),
      new CityUnknown({ message: "no such city", city: "a secret" }),
      new (class extends Error {
        override name = "NoName"
      })(),
      new Unavailable({ until: 12 })
    ].map((error) => Message.toolResult(call, error).content)
    assert.deepStrictEqual(contents, [
      "{\"error\":\"no such city\"}",
      "{\"error\":\"no such city\"}",
      "{\"error\":\"no such city\"}",
      "{\"error\":\"NoName\",\"name\":\"NoName\"}",
      "{\"error\":\"Unavailable\",\"until\":12,\"_tag\":\"Unavailable\"}"
    ])
  })

  it("has the id of the call, null or absent too", () => {
    const ids = [null, undefined].map((id) => Message.toolResult({ ...call, id }, "").tool_call_id)
    assert.deepStrictEqual(ids, [null, undefined])
  })
})

describe("the constructors of messages", () => {
  it("give each its role, and an assistant message its options", () => {
    const tool_calls = [{ function: { name: "f", arguments: "{}" } }]
    assert.deepStrictEqual<ReadonlyArray<Message.Message>>(
      [
        Message.system("a"),
        Message.user(null),
        Message.assistant("c"),
        Message.assistant("", { prefix: true, tool_calls })
      ],
      [
        { role: "system", content: "a" },
        { role: "user", content: null },
        { role: "assistant", content: "c" },
        { role: "assistant", content: "", prefix: true, tool_calls }
      ]
    )
  })
})
