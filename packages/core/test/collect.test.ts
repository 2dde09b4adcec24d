import * as Completion from "@effect-mistral/core/Completion"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { withExamples } from "./fixtures/examples.ts"

describe("a collected stream", () => {
  for (const [name, deltas, message] of messages) {
    it.effect(name, () =>
      Effect.gen(function*() {
        const response = yield* collect(deltas.map((delta) => chunk([{ index: 0, delta, finish_reason: null }])))
        assert.deepStrictEqual(response.choices, [{ index: 0, message }])
        assert.isTrue(Schema.is(Completion.Response)(response))
      }))
  }

  it.effect("is the response that the whole completion would have been", () =>
    Effect.gen(function*() {
      const response = yield* collect([
        chunk([{ index: 0, delta: { role: "assistant", content: "" }, finish_reason: null }]),
        chunk([{ index: 0, delta: { content: "Hi" }, finish_reason: null }]),
        chunk([{ index: 0, delta: { content: "" }, finish_reason: "stop" }], {
          usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 }
        })
      ])
      assert.deepStrictEqual(response, {
        id: "s1",
        object: "chat.completion",
        created: 7,
        model: "m",
        choices: [{ index: 0, message: { role: "assistant", content: "Hi" }, finish_reason: "stop" }],
        usage: { prompt_tokens: 4, completion_tokens: 2, total_tokens: 6 }
      })
      assert.strictEqual(Completion.text(response), "Hi")
    }))

  it.effect("keeps interleaved choices apart and puts them in order", () =>
    Effect.gen(function*() {
      const response = yield* collect([
        chunk([{ index: 1, delta: { content: "b1" }, finish_reason: null }]),
        chunk([{ index: 0, delta: { content: "a1" }, finish_reason: null }]),
        chunk([
          { index: 1, delta: { content: "b2" }, finish_reason: "length" },
          { index: 0, delta: { content: "a2" }, finish_reason: null }
        ]),
        chunk([{ index: 0, delta: { content: "" }, finish_reason: "stop" }])
      ])
      assert.deepStrictEqual(response.choices, [
        { index: 0, message: { role: "assistant", content: "a1a2" }, finish_reason: "stop" },
        { index: 1, message: { role: "assistant", content: "b1b2" }, finish_reason: "length" }
      ])
    }))

  it.effect("keeps the tool calls of two choices apart", () =>
    Effect.gen(function*() {
      const call = (name: string, args: string) => ({ function: { name, arguments: args }, index: 0 })
      const response = yield* collect([
        chunk([{ index: 0, delta: { tool_calls: [{ id: "a", ...call("f", "{") }] }, finish_reason: null }]),
        chunk([{ index: 1, delta: { tool_calls: [{ id: "b", ...call("g", "[") }] }, finish_reason: null }]),
        chunk([{ index: 0, delta: { tool_calls: [call("", "}")] }, finish_reason: "tool_calls" }]),
        chunk([{ index: 1, delta: { tool_calls: [call("", "]")] }, finish_reason: "tool_calls" }])
      ])
      assert.deepStrictEqual(response.choices.map(({ message }) => message?.tool_calls?.map((call) => call.function)), [
        [{ name: "f", arguments: "{}" }],
        [{ name: "g", arguments: "[]" }]
      ])
    }))

  it.effect("gives all the messages of a choice that has several", () =>
    Effect.gen(function*() {
      const response = yield* collect([
        chunk([{
          index: 0,
          delta: { role: "assistant", content: "", tool_calls: [toolCall("a", "search", "{}", 0)], index: 0 },
          finish_reason: null
        }]),
        chunk([{
          index: 0,
          delta: { role: "tool", tool_call_id: "a", content: "fou", index: 1, metadata: { source: "w" } },
          finish_reason: null
        }]),
        chunk([{ index: 0, delta: { content: "nd" }, finish_reason: null }]),
        chunk([{ index: 0, delta: { role: "assistant", content: "Done.", index: 2 }, finish_reason: "stop" }])
      ])
      assert.deepStrictEqual(response.choices, [{
        index: 0,
        messages: [
          { role: "assistant", content: "", tool_calls: [toolCall("a", "search", "{}", 0)], index: 0 },
          { role: "tool", tool_call_id: "a", content: "found", metadata: { source: "w" }, index: 1 },
          { role: "assistant", content: "Done.", index: 2 }
        ],
        finish_reason: "stop"
      }])
      assert.strictEqual(Completion.text(response), "Done.")
    }))

  it.effect("keeps what this version does not know", () =>
    Effect.gen(function*() {
      const response = yield* collect([
        chunk([{ index: 0, delta: { content: "a", mood: "fine" }, finish_reason: null, seen: [1] }], { origin: "x" }),
        chunk([{ index: 0, delta: { content: [{ type: "hologram", data: 1 }] }, finish_reason: "a_new_reason" }], {
          usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, reasoning_tokens: 5 }
        })
      ])
      assert.deepStrictEqual(response as unknown, {
        id: "s1",
        object: "chat.completion",
        created: 7,
        model: "m",
        origin: "x",
        choices: [{
          index: 0,
          seen: [1],
          message: {
            role: "assistant",
            mood: "fine",
            content: [{ type: "text", text: "a" }, { type: "hologram", data: 1 }]
          },
          finish_reason: "a_new_reason"
        }],
        usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2, reasoning_tokens: 5 }
      })
    }))

  it.effect("keeps earlier usage and finish reasons where later chunks say null", () =>
    Effect.gen(function*() {
      const usage = { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 }
      const response = yield* collect([
        chunk([{ index: 0, delta: { content: "a" }, finish_reason: "length" }], { usage }),
        chunk([{ index: 0, delta: { role: null, content: null }, finish_reason: null }], { usage: null })
      ])
      assert.deepStrictEqual(response.usage, usage)
      assert.deepStrictEqual(response.choices, [
        { index: 0, message: { role: "assistant", content: "a" }, finish_reason: "length" }
      ])
    }))

  it.effect("of no chunks is a response without choices", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* collect([]), { id: "", model: "", choices: [] })
    }))

  it.effect("that fails, fails", () =>
    Effect.gen(function*() {
      const stream = Stream.concat(Stream.succeed(text("a")), Stream.fail("broken"))
      assert.deepStrictEqual(yield* Effect.exit(Completion.collect(stream)), Exit.fail("broken"))
    }))

  it("leaves every earlier accumulator as it was", () => {
    const first = Completion.append(Completion.emptyAccumulator, text("a"))
    const before = JSON.stringify(Completion.toResponse(first))
    const second = Completion.append(first, text("b"))
    assert.strictEqual(JSON.stringify(Completion.toResponse(first)), before)
    assert.strictEqual(Completion.text(Completion.toResponse(second)), "ab")
    assert.deepStrictEqual(Completion.toResponse(Completion.emptyAccumulator).choices, [])
  })

  it.effect.prop(
    "is the same however its text is cut",
    { text: Schema.String, cuts: Schema.Array(Schema.Finite) },
    ({ cuts, text: whole }) =>
      Effect.gen(function*() {
        const response = yield* collect(cut(whole, cuts).map(text))
        assert.deepStrictEqual(response, yield* collect([text(whole)]))
        assert.strictEqual(Completion.text(response), whole)
      })
  )

  it.effect.prop(
    "is the same however its thinking and its arguments are cut",
    { text: Schema.String, cuts: Schema.Array(Schema.Finite) },
    ({ cuts, text: whole }) =>
      Effect.gen(function*() {
        const thinking = (text: string) =>
          chunk([{
            index: 0,
            delta: { content: [{ type: "thinking", thinking: [{ type: "text", text }] }] },
            finish_reason: null
          }])
        const args = (text: string, i: number) =>
          chunk([{
            index: 0,
            delta: {
              tool_calls: [{
                ...(i === 0 ? { id: "a" } : undefined),
                function: { name: i === 0 ? "f" : "", arguments: text },
                index: 0
              }]
            },
            finish_reason: null
          }])
        const parts = cut(whole, cuts)
        const response = yield* collect([...parts.map(thinking), ...parts.map(args)])
        assert.deepStrictEqual(response, yield* collect([thinking(whole), args(whole, 0)]))
        assert.deepStrictEqual(response.choices[0]?.message?.tool_calls?.map((call) => call.function), [
          { name: "f", arguments: whole }
        ])
      })
  )
})

withExamples((examples) => {
  describe("a collected stream of the examples", () => {
    for (const name of examples.names.filter((name) => name.endsWith(".chunks.json"))) {
      it.effect(`of ${name} holds every text and call of its chunks`, () =>
        Effect.gen(function*() {
          const chunks = (examples.read(name) as ReadonlyArray<unknown>).filter(Schema.is(Completion.Chunk))
          assert.isAbove(chunks.length, 0)
          const response = yield* collect(chunks)
          assert.isTrue(Schema.is(Completion.Response)(response))
          const indexes = new Set(chunks.flatMap(({ choices }) => choices.map(({ index }) => index)))
          assert.strictEqual(response.choices.length, indexes.size)
          for (const choice of response.choices) {
            const parts = chunks.flatMap(({ choices }) => choices.filter(({ index }) => index === choice.index))
            const deltas = parts.map(({ delta }) => delta)
            const collected = choice.messages ?? [choice.message ?? {}]
            assert.strictEqual(allText(collected), allText(deltas))
            assert.strictEqual(callText(collected), callText(deltas))
            assert.strictEqual(
              choice.finish_reason ?? undefined,
              parts.findLast(({ finish_reason }) => finish_reason != null)?.finish_reason ?? undefined
            )
          }
          assert.deepStrictEqual(
            response.usage ?? undefined,
            chunks.findLast(({ usage }) => usage != null)?.usage ?? undefined
          )
          assert.strictEqual(response.id, chunks[0]?.id)
          if (response.object != null) assert.strictEqual(response.object, "chat.completion")
        }))
    }

    it.effect("with thinking has one thinking before its text", () =>
      Effect.gen(function*() {
        for (const name of ["chat-stream-thinking.chunks.json", "chat-stream-thinking-transition.chunks.json"]) {
          const response = yield* collect(examples.read(name) as ReadonlyArray<Completion.Chunk>)
          const content = response.choices[0]?.message?.content
          assert.isArray(content)
          assert.deepStrictEqual((content as ReadonlyArray<{ type: unknown }>).map(({ type }) => type), [
            "thinking",
            "text"
          ])
        }
      }))

    it.effect("with a call in fragments has the whole call", () =>
      Effect.gen(function*() {
        const response = yield* collect(
          examples.read("chat-stream-tool-call-incremental.chunks.json") as ReadonlyArray<Completion.Chunk>
        )
        const calls = response.choices[0]?.message?.tool_calls
        assert.strictEqual(calls?.length, 1)
        assert.strictEqual(calls?.[0]?.function.name, "webSearchTool")
        assert.hasAllKeys(JSON.parse(calls?.[0]?.function.arguments as string), ["query"])
      }))

    it.effect("with parallel calls has each of them", () =>
      Effect.gen(function*() {
        const chunks = examples.read("chat-stream-parallel-tool-calls.chunks.json") as ReadonlyArray<Completion.Chunk>
        const ids = new Set(
          chunks.flatMap(({ choices }) => choices.flatMap(({ delta }) => (delta.tool_calls ?? []).map(({ id }) => id)))
        )
        ids.delete(undefined)
        const calls = (yield* collect(chunks)).choices[0]?.message?.tool_calls
        assert.deepStrictEqual(calls?.map(({ id }) => id), [...ids])
        for (const call of calls ?? []) assert.doesNotThrow(() => JSON.parse(call.function.arguments as string))
      }))
  })
})

const collect = (chunks: ReadonlyArray<Completion.Chunk>) => Completion.collect(Stream.fromIterable(chunks))

/** Checked, so that no test runs on a chunk that could not have come. */
const chunk = (choices: ReadonlyArray<object>, more?: object): Completion.Chunk =>
  Schema.decodeUnknownSync(Completion.Chunk)({
    id: "s1",
    object: "chat.completion.chunk",
    created: 7,
    model: "m",
    choices,
    ...more
  })

const text = (content: string): Completion.Chunk =>
  chunk([{ index: 0, delta: { role: "assistant", content }, finish_reason: null }])

const toolCall = (id: string, name: string, args: string, index: number) => ({
  id,
  type: "function",
  function: { name, arguments: args },
  index
})

/** A text in pieces, cut where any numbers say. */
const cut = (whole: string, cuts: ReadonlyArray<number>): ReadonlyArray<string> => {
  const places = [0, ...cuts.map((cut) => Math.abs(Math.trunc(cut)) % (whole.length + 1)), whole.length]
    .sort((a, b) => a - b)
  return places.slice(1).map((end, i) => whole.slice(places[i], end))
}

type Delta = Completion.ChunkChoice["delta"]

/** Every text and thought, in the order it came. */
const allText = (messages: ReadonlyArray<Delta | object>): string =>
  messages.map((message) => {
    const { content } = message as Delta
    if (typeof content === "string") return content
    return (content ?? []).map((piece) =>
      piece.type === "text"
        ? piece.text
        : piece.type === "thinking"
        ? piece.thinking.map((inner) => inner.type === "text" ? inner.text : "").join("")
        : ""
    ).join("")
  }).join("")

/** Names, ids and arguments of calls, each kind joined, whichever calls they belong to. */
const callText = (messages: ReadonlyArray<Delta | object>): string => {
  const calls = messages.flatMap((message) => (message as Delta).tool_calls ?? [])
  const names = calls.map((call) => call.function.name ?? "")
  const ids = calls.map((call) => call.id ?? "")
  const args = calls.map((call) => {
    const { arguments: args } = call.function
    return typeof args === "string" ? args : JSON.stringify(args ?? "")
  })
  // Fragments of two calls may be interleaved: their characters are compared, not their order.
  return [names, ids, args].map((texts) => [...texts.join("")].sort().join("")).join("|")
}

const thinking = (text: string, more?: object) => ({ type: "thinking" as const, thinking: [said(text)], ...more })
const said = (text: string, more?: object) => ({ type: "text" as const, text, ...more })
const fn = (name: string | undefined, args: string | { readonly [key: string]: unknown }) => ({
  ...(name === undefined ? undefined : { name }),
  arguments: args
})

/** The deltas of one message, and the message. */
const messages: ReadonlyArray<readonly [name: string, deltas: ReadonlyArray<Delta>, message: object]> = [
  ["joins strings", [{ role: "assistant", content: "" }, { content: "He" }, { content: "llo" }], {
    role: "assistant",
    content: "Hello"
  }],
  ["keeps a content that is null", [{ role: "assistant", content: null }], { role: "assistant", content: null }],
  ["has no content where none came", [{ role: "assistant" }], { role: "assistant" }],
  ["is the assistant's where no role came", [{ content: "a" }], { role: "assistant", content: "a" }],
  ["keeps the role where later ones are null", [{ role: "system", content: "a" }, { role: null, content: "b" }], {
    role: "system",
    content: "ab"
  }],
  [
    "joins texts in arrays",
    [{ content: [said("")] }, { content: [said("He")] }, { content: [said("l"), said("lo")] }],
    {
      role: "assistant",
      content: [said("Hello")]
    }
  ],
  [
    "joins thinking, then text",
    [{ content: [thinking("I ")] }, { content: [thinking("think")] }, { content: [said("4")] }, { content: "2" }],
    { role: "assistant", content: [thinking("I think"), said("42")] }
  ],
  [
    "joins thinking and its text where one array holds both",
    [
      { content: [thinking("a", { closed: false })] },
      { content: [{ type: "thinking", thinking: [], closed: true }, said("b")] },
      { content: "c" }
    ],
    { role: "assistant", content: [thinking("a", { closed: true }), said("bc")] }
  ],
  [
    "keeps interleaved thinking and text in order",
    [{ content: [thinking("a")] }, { content: [said("b")] }, { content: [thinking("c")] }, { content: "d" }],
    { role: "assistant", content: [thinking("a"), said("b"), thinking("c"), said("d")] }
  ],
  [
    "begins a new thinking after a closed one",
    [{ content: [thinking("a", { closed: true })] }, { content: [thinking("b")] }],
    { role: "assistant", content: [thinking("a", { closed: true }), thinking("b")] }
  ],
  [
    "keeps the signature of a thinking",
    [{ content: [thinking("a", { signature: null })] }, { content: [thinking("b", { signature: "sig" })] }],
    { role: "assistant", content: [thinking("ab", { signature: "sig" })] }
  ],
  [
    "keeps references inside thinking where they stood",
    [
      { content: [{ type: "thinking", thinking: [said("a"), { type: "reference", reference_ids: [1] }] }] },
      { content: [{ type: "thinking", thinking: [said("b")] }] },
      { content: [{ type: "thinking", thinking: [said("c")] }] }
    ],
    {
      role: "assistant",
      content: [{ type: "thinking", thinking: [said("a"), { type: "reference", reference_ids: [1] }, said("bc")] }]
    }
  ],
  ["makes an array of a string before an array", [{ content: "a" }, { content: [thinking("b")] }], {
    role: "assistant",
    content: [said("a"), thinking("b")]
  }],
  ["makes nothing of an empty string before an array", [{ content: "" }, { content: [thinking("b")] }], {
    role: "assistant",
    content: [thinking("b")]
  }],
  ["adds a string after an array to its last text", [{ content: [said("a")] }, { content: "b" }, { content: "" }], {
    role: "assistant",
    content: [said("ab")]
  }],
  [
    "keeps references between texts",
    [{ content: [said("a"), { type: "reference", reference_ids: [0, "x"] }, said("b")] }],
    { role: "assistant", content: [said("a"), { type: "reference", reference_ids: [0, "x"] }, said("b")] }
  ],
  ["keeps keys of pieces", [{ content: [said("a", { lang: "fr" })] }, { content: [said("b")] }], {
    role: "assistant",
    content: [said("ab", { lang: "fr" })]
  }],
  [
    "takes a whole call, with neither type nor index",
    [{ role: "assistant", content: "" }, { content: null, tool_calls: [{ id: "abc", function: fn("f", "{}") }] }],
    { role: "assistant", content: "", tool_calls: [{ id: "abc", function: { name: "f", arguments: "{}" } }] }
  ],
  [
    "puts fragments together by index",
    [
      { tool_calls: [{ id: "a", type: "function", function: fn("f", ""), index: 0 }] },
      { tool_calls: [{ id: "b", type: "function", function: fn("g", ""), index: 1 }] },
      { tool_calls: [{ function: fn("", "{\"x\""), index: 0 }] },
      { tool_calls: [{ function: fn("", "{\"y\""), index: 1 }] },
      { tool_calls: [{ function: fn(undefined, ":2}"), index: 1 }, { function: fn(undefined, ":1}"), index: 0 }] }
    ],
    {
      role: "assistant",
      tool_calls: [
        { id: "a", type: "function", function: { name: "f", arguments: "{\"x\":1}" }, index: 0 },
        { id: "b", type: "function", function: { name: "g", arguments: "{\"y\":2}" }, index: 1 }
      ]
    }
  ],
  [
    "begins a call with each id where there is no index",
    [
      { tool_calls: [{ id: "a", function: fn("f", "{") }] },
      { tool_calls: [{ function: fn("", "}") }] },
      { tool_calls: [{ id: "b", function: fn("f", "[") }] },
      { tool_calls: [{ function: fn("", "]") }] }
    ],
    {
      role: "assistant",
      tool_calls: [
        { id: "a", function: { name: "f", arguments: "{}" } },
        { id: "b", function: { name: "f", arguments: "[]" } }
      ]
    }
  ],
  [
    "keeps two calls apart that both have index 0",
    [{ tool_calls: [{ id: "a", function: fn("f", "1"), index: 0 }, { id: "b", function: fn("g", "2"), index: 0 }] }],
    {
      role: "assistant",
      tool_calls: [
        { id: "a", function: { name: "f", arguments: "1" }, index: 0 },
        { id: "b", function: { name: "g", arguments: "2" }, index: 0 }
      ]
    }
  ],
  [
    "continues the latest of two calls that both have index 0",
    [
      { tool_calls: [{ id: "a", function: fn("f", "1"), index: 0 }] },
      { tool_calls: [{ id: "b", function: fn("g", "2"), index: 0 }] },
      { tool_calls: [{ function: fn("", "3"), index: 0 }] }
    ],
    {
      role: "assistant",
      tool_calls: [
        { id: "a", function: { name: "f", arguments: "1" }, index: 0 },
        { id: "b", function: { name: "g", arguments: "23" }, index: 0 }
      ]
    }
  ],
  [
    "takes the id \"null\" for none",
    [
      { tool_calls: [{ id: "null", function: fn("f", "{"), index: 0 }] },
      { tool_calls: [{ id: "null", function: fn("", "}"), index: 0 }] }
    ],
    { role: "assistant", tool_calls: [{ function: { name: "f", arguments: "{}" }, index: 0 }] }
  ],
  [
    "takes an id that comes after \"null\"",
    [
      { tool_calls: [{ id: "null", function: fn("f", "{"), index: 0 }] },
      { tool_calls: [{ id: "a", function: fn("", "}"), index: 0 }] }
    ],
    { role: "assistant", tool_calls: [{ id: "a", function: { name: "f", arguments: "{}" }, index: 0 }] }
  ],
  [
    "keeps two whole calls apart that have neither id nor index",
    [{ tool_calls: [{ id: "null", function: fn("f", "{}") }, { id: "null", function: fn("g", "[]") }] }],
    {
      role: "assistant",
      tool_calls: [{ function: { name: "f", arguments: "{}" } }, { function: { name: "g", arguments: "[]" } }]
    }
  ],
  [
    "keeps the name where later ones are empty",
    [
      { tool_calls: [{ id: "a", function: fn("f", ""), index: 0 }] },
      { tool_calls: [{ id: "a", function: fn("", "{}"), index: 0 }] },
      { tool_calls: [{ id: "a", function: { name: null, arguments: null }, index: 0 }] }
    ],
    { role: "assistant", tool_calls: [{ id: "a", function: { name: "f", arguments: "{}" }, index: 0 }] }
  ],
  [
    "keeps the name once where every fragment repeats it",
    [
      { tool_calls: [{ id: "a", function: fn("f", "{"), index: 0 }] },
      { tool_calls: [{ id: "a", function: fn("f", "}"), index: 0 }] }
    ],
    { role: "assistant", tool_calls: [{ id: "a", function: { name: "f", arguments: "{}" }, index: 0 }] }
  ],
  [
    "takes the name that comes after an empty one",
    [
      { tool_calls: [{ id: "a", function: fn("", ""), index: 0 }] },
      { tool_calls: [{ function: fn("f", "{}"), index: 0 }] }
    ],
    { role: "assistant", tool_calls: [{ id: "a", function: { name: "f", arguments: "{}" }, index: 0 }] }
  ],
  [
    "keeps arguments that are an object",
    [{ tool_calls: [{ id: "a", function: fn("f", { city: "Paris" }), index: 0 }] }],
    { role: "assistant", tool_calls: [{ id: "a", function: { name: "f", arguments: { city: "Paris" } }, index: 0 }] }
  ],
  [
    "gives a call without arguments an empty text",
    [{ tool_calls: [{ id: "a", function: { name: "f" }, index: 0 }] }],
    { role: "assistant", tool_calls: [{ id: "a", function: { name: "f", arguments: "" }, index: 0 }] }
  ]
]
