import * as Completion from "@effect-mistral/core/Completion"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { type Delta, messages } from "./fixtures/accumulatedMessages.ts"
import { stream } from "./fixtures/completions.ts"
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

describe("collectPartial", () => {
  it.effect("keeps what came before a failure beside the failure", () =>
    Effect.gen(function*() {
      const { error, response } = yield* Completion.collectPartial(stream(request))
      assert.strictEqual(Completion.text(response), "half")
      assert.strictEqual(Option.getOrThrow(error).reason._tag, "ConnectionLost")
    }).pipe(Effect.provide(scripted(ScriptedHttpClient.bytes(
      [`data: ${JSON.stringify(text("ha"))}\n\n`, `data: ${JSON.stringify(text("lf"))}\n\n`, "data: {\"id\":"],
      { headers: { "content-type": "text/event-stream" }, ending: "fail" }
    )))))

  it.effect("says of a whole stream that nothing ended it early", () =>
    Effect.gen(function*() {
      const { error, response } = yield* Completion.collectPartial(stream(request))
      assert.deepStrictEqual(error, Option.none())
      assert.deepStrictEqual(response, yield* Completion.collect(Stream.make(text("whole"))))
    }).pipe(Effect.provide(scripted(ScriptedHttpClient.sse([text("whole")])))))
})

const collect = (chunks: ReadonlyArray<Completion.Chunk>) => Completion.collect(Stream.fromIterable(chunks))

/** A chunk, validated: no test runs on a chunk that a server could not send. */
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

/** A text in pieces, cut at places that any numbers select. */
const cut = (whole: string, cuts: ReadonlyArray<number>): ReadonlyArray<string> => {
  const places = [0, ...cuts.map((cut) => Math.abs(Math.trunc(cut)) % (whole.length + 1)), whole.length]
    .sort((a, b) => a - b)
  return places.slice(1).map((end, i) => whole.slice(places[i], end))
}

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

/** Names, ids and arguments of all calls, each kind joined. */
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

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const scripted = (answer: ScriptedHttpClient.Answer) =>
  MistralClient.layer({ retry: RetryPolicy.none }).pipe(Layer.provideMerge(ScriptedHttpClient.layer([answer])))
