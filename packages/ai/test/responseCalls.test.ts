import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Tool } from "effect/ai"
import { chunk, endedBy, response } from "./fixtures/bodies.ts"
import { contentOf, finishMetadata, joined, type Json, partOf, streamed, toolkitOf, whole } from "./fixtures/parts.ts"

const City = Schema.Struct({ city: Schema.String })

const toolkit = toolkitOf(
  Tool.make("getWeather", { parameters: City, success: Schema.String }),
  Tool.make("getTime", { success: Schema.String })
)

const call = (keys: object, fn: object = {}) => ({
  id: "aB3dE6gH9",
  function: { name: "getWeather", arguments: `{"city":"Paris"}`, ...fn },
  ...keys
})

const part = (params: unknown, keys?: object): Json => ({
  type: "tool-call",
  id: "aB3dE6gH9",
  name: "getWeather",
  params,
  ...keys
})

const paris = part({ city: "Paris" })

const calls = (parts: ReadonlyArray<Json>): ReadonlyArray<Json> => parts.filter(({ type }) => type === "tool-call")

const fragments = (...list: ReadonlyArray<object>): ReadonlyArray<object> =>
  endedBy("tool_calls", ...list.map((fragment) => ({ tool_calls: [fragment] })))

describe("a call in a whole response", () => {
  it.effect("is a part, with or without type, index and content, and with arguments as text or object", () =>
    Effect.gen(function*() {
      for (
        const received of [
          call({ type: "function", index: 0 }),
          call({}),
          call({ type: null, index: null }),
          call({}, { arguments: { city: "Paris" } })
        ]
      ) {
        for (const content of [undefined, null, ""]) {
          const message = { tool_calls: [received], ...(content === undefined ? undefined : { content }) }
          const parts = yield* whole(response(message, { finish_reason: "tool_calls" }), { toolkit })
          assert.deepStrictEqual(contentOf(parts), [paris])
          assert.strictEqual(partOf(parts, "finish")["reason"], "tool-calls")
        }
      }
    }))

  it.effect("without arguments has an empty object as its parameters", () =>
    Effect.gen(function*() {
      for (const args of ["", "{}", null, undefined, {}]) {
        const parts = yield* whole(response({ tool_calls: [call({}, { name: "getTime", arguments: args })] }), {
          toolkit
        })
        assert.deepStrictEqual(contentOf(parts), [part({}, { name: "getTime" })])
      }
    }))

  it.effect("follows the text and the thinking", () =>
    Effect.gen(function*() {
      const message = { content: "Let me see.", reasoning_content: "Hm.", tool_calls: [call({})] }
      const parts = yield* whole(response(message), { toolkit })
      assert.deepStrictEqual(contentOf(parts).map(({ type }) => type), ["reasoning", "text", "tool-call"])
    }))

  it.effect("is run where the finish reason is stop, too", () =>
    Effect.gen(function*() {
      const parts = yield* whole(response({ tool_calls: [call({})] }), { toolkit })
      assert.deepStrictEqual(contentOf(parts), [paris])
      assert.strictEqual(partOf(parts, "finish")["reason"], "stop")
    }))
})

describe("the id of a call", () => {
  it.effect("is made where the server sent none, and is the same in all parts of the call", () =>
    Effect.gen(function*() {
      for (const id of [undefined, null, "null", ""]) {
        const { parts } = yield* streamed(
          fragments(call(id === undefined ? {} : { id }, { arguments: `{"city"` }), {
            index: 0,
            function: { arguments: `:"Paris"}` }
          })
            .map((chunk) =>
              JSON.parse(JSON.stringify(chunk).replace(id === undefined ? /"id":"aB3dE6gH9",/ : "", "")) as object
            ),
          { toolkit }
        )
        const ids = new Set(contentOf(parts).map((part) => part["id"]))
        assert.strictEqual(ids.size, 1)
        assert.match(String([...ids][0]), /^[A-Za-z0-9]{9}$/)
        assert.notStrictEqual([...ids][0], "aB3dE6gH9")
      }
    }))

  it.effect("is another for each call without one", () =>
    Effect.gen(function*() {
      const parts = yield* whole(response({ tool_calls: [call({ id: "null" }), call({ id: "null" })] }), { toolkit })
      const [one, other] = calls(parts)
      assert.notStrictEqual(one!["id"], other!["id"])
    }))

  it.effect("is another for the second of two calls with the same one, and always the same other one", () =>
    Effect.gen(function*() {
      const received = [call({ index: 0 }), call({ index: 1 }, { arguments: `{"city":"Rome"}` })]
      const parts = yield* whole(response({ tool_calls: received }), { toolkit })
      const { parts: streamedParts } = yield* streamed(endedBy("stop", { tool_calls: received }), { toolkit })
      const [one, other] = calls(parts)
      assert.deepStrictEqual(one, paris)
      assert.deepStrictEqual(other, part({ city: "Rome" }, { id: other!["id"] }))
      assert.match(String(other!["id"]), /^[A-Za-z0-9]{9}$/)
      assert.notStrictEqual(other!["id"], "aB3dE6gH9")
      assert.deepStrictEqual(calls(streamedParts), calls(parts))
    }))

  it.effect("of another form is kept", () =>
    Effect.gen(function*() {
      const parts = yield* whole(response({ tool_calls: [call({ id: "call_abc-123" })] }), { toolkit })
      assert.deepStrictEqual(contentOf(parts), [part({ city: "Paris" }, { id: "call_abc-123" })])
    }))
})

describe("a call in a stream", () => {
  it.effect("has its parameters as they come, and is there after the last chunk", () =>
    Effect.gen(function*() {
      const { parts } = yield* streamed(
        fragments(call({ index: 0 }, { arguments: "" }), { index: 0, function: { name: "", arguments: `{"city":` } }, {
          index: 0,
          function: { arguments: `"Paris"}` }
        }),
        { toolkit }
      )
      assert.deepStrictEqual(contentOf(parts), [
        { type: "tool-params-start", id: "aB3dE6gH9", name: "getWeather" },
        { type: "tool-params-delta", id: "aB3dE6gH9", delta: `{"city":` },
        { type: "tool-params-delta", id: "aB3dE6gH9", delta: `"Paris"}` },
        { type: "tool-params-end", id: "aB3dE6gH9" },
        paris
      ])
    }))

  it.effect("ends the text before it", () =>
    Effect.gen(function*() {
      const { parts } = yield* streamed(endedBy("tool_calls", { content: "Let me see." }, { tool_calls: [call({})] }), {
        toolkit
      })
      assert.deepStrictEqual(contentOf(parts).map(({ type }) => type), [
        "text-start",
        "text-delta",
        "text-end",
        "tool-params-start",
        "tool-params-delta",
        "tool-params-end",
        "tool-call"
      ])
    }))

  /** The shapes in which servers send one and the same call. */
  const shapes: Record<string, ReadonlyArray<object>> = {
    "whole, in one delta": [call({})],
    "whole, twice": [call({ index: 0 }), call({ index: 0 })],
    "with the name in pieces": [call({ index: 0 }, { name: "get", arguments: "" }), {
      index: 0,
      function: { name: "Weather", arguments: "" }
    }, { index: 0, function: { arguments: `{"city":"Paris"}` } }],
    "with the name repeated": [call({ index: 0 }, { arguments: `{"city":` }), {
      index: 0,
      function: { name: "getWeather", arguments: `"Paris"}` }
    }],
    "with a null function first": [{ id: "aB3dE6gH9", index: 0, function: null }, call({ index: 0 })],
    "with another id in each fragment": [
      call({ index: 0 }, { arguments: "" }),
      { id: "b", index: 0, function: { name: null, arguments: `{"city":` } },
      { id: "c", index: 0, function: { name: null, arguments: `"Paris"}` } }
    ],
    "with its id in the last fragment": [
      call({ id: "null", index: 0 }, { arguments: `{"city":` }),
      { id: "aB3dE6gH9", index: 0, function: { arguments: `"Paris"}` } }
    ],
    "without an index": [call({}, { arguments: `{"ci` }), { function: { arguments: `ty":"Paris"}` } }],
    "with an empty object first": [call({ index: 0 }, { arguments: "{}" }), {
      index: 0,
      function: { arguments: `{"city":"Paris"}` }
    }],
    "with empty and null arguments between": [
      call({ index: 0 }, { arguments: null }),
      { index: 0, function: { arguments: `{"city":"Pa` } },
      { index: 0, function: { arguments: "" } },
      { index: 0, function: { arguments: null } },
      { index: 0, function: { arguments: `ris"}` } }
    ],
    "with arguments that are an object": [call({}, { arguments: { city: "Paris" } })]
  }

  for (const [shape, list] of Object.entries(shapes)) {
    it.effect(`is put together ${shape}`, () =>
      Effect.gen(function*() {
        const { parts } = yield* streamed(fragments(...list), { toolkit })
        assert.deepStrictEqual(calls(parts), [paris])
        const deltas = parts.map((part) => part.type === "tool-params-delta" ? part["delta"] : "").join("")
        assert.deepStrictEqual(JSON.parse(deltas), { city: "Paris" })
      }))
  }

  it.effect("is apart from others whose fragments come between its own", () =>
    Effect.gen(function*() {
      const { parts } = yield* streamed(
        fragments(
          call({ id: "aaaaaaaaa", index: 0 }, { arguments: `{"city":` }),
          call({ id: "bbbbbbbbb", index: 1 }, { arguments: `{"city":"Ro` }),
          { index: 0, function: { arguments: `"Paris"}` } },
          { index: 1, function: { arguments: `me"}` } },
          call({ id: "ccccccccc", index: 2 }, { name: "getTime", arguments: "{}" })
        ),
        { toolkit }
      )
      assert.deepStrictEqual(calls(parts), [
        part({ city: "Paris" }, { id: "aaaaaaaaa" }),
        part({ city: "Rome" }, { id: "bbbbbbbbb" }),
        part({}, { id: "ccccccccc", name: "getTime" })
      ])
    }))

  it.effect("is not there where the stream ends without [DONE] after the finish reason", () =>
    Effect.gen(function*() {
      const { parts, reason } = yield* streamed(fragments(call({})), { toolkit, done: false })
      assert.isDefined(reason)
      assert.deepStrictEqual(contentOf(parts).map(({ type }) => type), [
        "tool-params-start",
        "tool-params-delta",
        "tool-params-end"
      ])
    }))
})

describe("a call of a tool that the toolkit does not have", () => {
  it.effect("fails with the tools that there are", () =>
    Effect.gen(function*() {
      const body = response({ content: "Hi", tool_calls: [call({}, { name: "getNews" })] })
      const { reason } = yield* Effect.flip(whole(body, { toolkit }))
      assert.deepInclude(reason, {
        _tag: "ToolNotFoundError",
        toolName: "getNews",
        availableTools: ["getWeather", "getTime"]
      })
      const streamedOne = yield* streamed(
        endedBy("tool_calls", { content: "Hi" }, { tool_calls: [call({}, { name: "getNews" })] }),
        {
          toolkit
        }
      )
      assert.deepInclude(streamedOne.reason, { _tag: "ToolNotFoundError", toolName: "getNews" })
      assert.deepStrictEqual(contentOf(joined(streamedOne.parts)), [{ type: "text", text: "Hi" }])
    }))

  it.effect("fails where there is no toolkit", () =>
    Effect.gen(function*() {
      const { reason } = yield* Effect.flip(whole(response({ tool_calls: [call({})] })))
      assert.deepInclude(reason, { _tag: "ToolNotFoundError", availableTools: [] })
    }))

  it.effect("is returned with its parameters as they are where validation is deferred", () =>
    Effect.gen(function*() {
      for (
        const [args, params] of [[`{"city":1}`, { city: 1 }], [`{"city":`, `{"city":`], [{ city: 1 }, {
          city: 1
        }]] as const
      ) {
        const received = call({}, { name: "getNews", arguments: args })
        const expected = [part(params, { name: "getNews" })]
        const parts = yield* whole(response({ tool_calls: [received] }), { toolkit, deferred: true })
        assert.deepStrictEqual(contentOf(parts), expected)
        const { parts: streamedParts } = yield* streamed(fragments(received), { toolkit, deferred: true })
        assert.deepStrictEqual(contentOf(joined(streamedParts)), expected)
      }
    }))

  it.effect("is in no error where the response was cut off, since its name may have been, too", () =>
    Effect.gen(function*() {
      const received = call({}, { name: "getWea", arguments: "" })
      const parts = yield* whole(response({ content: "Hi", tool_calls: [received] }, { finish_reason: "length" }), {
        toolkit
      })
      assert.deepStrictEqual(contentOf(parts), [{ type: "text", text: "Hi" }])
      assert.strictEqual(partOf(parts, "finish")["reason"], "length")
      assert.deepPropertyVal(finishMetadata(parts), "unknown", { calls: [received] })
    }))
})

describe("the keys of a call that this version does not know", () => {
  it.effect("are in the metadata of the end", () =>
    Effect.gen(function*() {
      const received = call({ extra_content: { google: { thought_signature: "s" } }, type: "custom" }, { strict: true })
      const expected = {
        calls: [{
          id: "aB3dE6gH9",
          type: "custom",
          extra_content: { google: { thought_signature: "s" } },
          function: { strict: true }
        }]
      }
      const parts = yield* whole(response({ tool_calls: [received] }), { toolkit })
      assert.deepPropertyVal(finishMetadata(parts), "unknown", expected)
      const { parts: streamedParts } = yield* streamed(fragments(received), { toolkit })
      assert.deepPropertyVal(finishMetadata(streamedParts), "unknown", expected)
    }))
})

it.effect("a chunk may begin with another choice's calls, which are not mixed in", () =>
  Effect.gen(function*() {
    const second = {
      index: 1,
      delta: { role: "assistant", tool_calls: [call({}, { arguments: `{"city":"Rome"}` })] },
      finish_reason: "tool_calls"
    }
    const first = { index: 0, delta: { role: "assistant", tool_calls: [call({})] }, finish_reason: "tool_calls" }
    const { parts } = yield* streamed([chunk({}, undefined, { choices: [second, first] })], { toolkit })
    assert.deepStrictEqual(calls(parts), [paris])
    assert.deepPropertyVal(finishMetadata(parts), "choices", [{
      index: 1,
      finish_reason: "tool_calls",
      message: { role: "assistant", tool_calls: second.delta.tool_calls }
    }])
  }))
