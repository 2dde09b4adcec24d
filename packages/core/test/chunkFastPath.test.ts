/**
 * The fast path for chunks gives what decoding in full gives, whatever a server may send.
 */
import type { Completion, Tool } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { ChunkFastPath } from "../src/internal/stream/chunkFastPath.ts"
import { cut, cuts } from "./fixtures/cuts.ts"
import { chunkReader, same, sameOf } from "./fixtures/fastPath.ts"

describe("a stream of chunks that repeat each other", () => {
  it.effect.prop(
    "is parsed as in full, whatever its texts",
    [Schema.Array(text).check(Schema.isMinLength(2)), shape],
    ([texts, shape]) => same(texts.map((content) => JSON.stringify(chunkOf(content, shape))))
  )

  it.effect.prop(
    "is parsed as in full where its events are damaged",
    [Schema.Array(text).check(Schema.isMinLength(3)), shape, Schema.Array(damage)],
    ([texts, shape, damages]) => same(damaged(texts.map((content) => JSON.stringify(chunkOf(content, shape))), damages))
  )

  it.effect.prop(
    "is parsed as in full where its shape changes",
    [Schema.Array(Schema.Struct({ content: text, shape })).check(Schema.isMinLength(3))],
    ([events]) => same(events.map(({ content, shape }) => JSON.stringify(chunkOf(content, shape))))
  )

  it.effect.prop(
    "is parsed as in full where calls are told in fragments",
    [Schema.Array(Schema.Struct({ args: text, call, shape })).check(Schema.isMinLength(3)), Schema.Array(damage)],
    ([fragments, damages]) => same(damaged(fragments.map((one) => JSON.stringify(callChunkOf(one))), damages))
  )

  it.effect.prop(
    "is parsed as in full where the fragments of one call are damaged",
    [Schema.Array(text).check(Schema.isMinLength(3)), call, shape, Schema.Array(damage)],
    ([texts, call, shape, damages]) =>
      same(damaged(texts.map((args) => JSON.stringify(callChunkOf({ args, call, shape }))), damages))
  )

  it.effect.prop(
    "is parsed as in full however its bytes are cut and damaged",
    [Schema.Array(text).check(Schema.isMinLength(3)), shape, Schema.Array(byteDamage), cuts],
    ([texts, shape, damages, cuts]) => {
      const events = [chunkOf("", { role: "assistant" }), ...texts.map((content) => chunkOf(content, shape))]
      const bytes = [...bytesOf(events.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("") + done)]
      for (const { at, hex, remove } of damages) bytes.splice(at % bytes.length, remove, ...Buffer.from(hex, "hex"))
      return sameOf(ScriptedHttpClient.bytes(cut(Uint8Array.from(bytes), cuts), { headers: eventStream }))
    }
  )

  const betweenReads: Record<string, string> = {
    "a part of a character": "\xc3",
    "the beginning of a comment": ": ",
    "the name of an event": "event: error\n",
    "a line of data": "data: {\n",
    "half a line break": "\r"
  }
  for (const [name, end] of Object.entries(betweenReads)) {
    it.effect(`is parsed as in full where a read ends in ${name}`, () => {
      const [first, second, third] = ["", "a", "b"].map((content) => `data: ${event(content)}\n\n`) as [
        string,
        string,
        string
      ]
      const reads = [first, second, third + end, third, third, done].map((read) => Buffer.from(read, "latin1"))
      return sameOf(ScriptedHttpClient.bytes(reads, { headers: eventStream }))
    })
  }

  it.effect("is parsed as in full where one of its events is too large", () => {
    const events = ["", "a", "b", "c".repeat(400), "d"].map((content) => event(content))
    return Effect.flatMap(
      sameOf(ScriptedHttpClient.sse(events), { maxSize: 300 }),
      ({ given, outcome }) =>
        Effect.sync(() => {
          assert.lengthOf(given, 3)
          assert.include(outcome, "300 characters")
        })
    )
  })

  const tricky: Record<string, ReadonlyArray<string>> = {
    "text that holds the keys around it": ["a", "\"content\":\"b\"", "\"}}],\"x\":\"", "c"],
    "text that ends in backslashes": ["\\", "\\\\", "\\\"", "\""],
    "text of control and line characters": ["\u0000", "\n", "\u2028", "\u007f"],
    "halves of surrogates": ["\ud83d", "\ude00", "😀"]
  }
  for (const [name, texts] of Object.entries(tricky)) {
    it.effect(`is parsed as in full with ${name}`, () =>
      same(texts.map((content) => JSON.stringify(chunkOf(content, {})))))
  }

  const raw: Record<string, ReadonlyArray<string>> = {
    "an unescaped quote that opens another key": [event("a"), event("b\",\"content\":\"c"), event("d\",\"role\":\"x")],
    "a content that stands twice": [
      `{"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"a","content":"b"},"finish_reason":null}]}`,
      `{"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"c","content":"b"},"finish_reason":null}]}`
    ],
    "another content before the delta's, whose key is escaped": [
      `{"content":"x","id":"1","model":"m","choices":[{"index":0,"delta":{"\\u0063ontent":"a"},"finish_reason":null}]}`,
      `{"content":"y","id":"1","model":"m","choices":[{"index":0,"delta":{"\\u0063ontent":"a"},"finish_reason":null}]}`
    ],
    "an unescaped control character": [event("a"), event("\u0001"), event("b")],
    "an incomplete escape": [event("a"), event("\\u12"), event("b")],
    "white space around its keys": [event("a").replaceAll(":", " : "), event("b").replaceAll(":", " : ")],
    "an error beside its keys": [event("a"), event("b").replace("{", "{\"error\":{\"message\":\"no\"},")],
    "a failed choice": [
      event("a"),
      event("b"),
      event("c").replace("null", "\"error\""),
      event("d").replace("null", "\"error\"")
    ]
  }
  for (const [name, events] of Object.entries(raw)) {
    it.effect(`is parsed as in full with ${name}`, () => same(events))
  }
})

describe("ChunkFastPath", () => {
  it("takes for an event one line of data and an empty one, and nothing else", () => {
    const repeated = begun()
    const data = JSON.stringify(chunkOf("a", {}))
    repeated.remember(data)
    const next = JSON.stringify(chunkOf("b", {}))
    assert.deepStrictEqual(parse(repeated, next), chunkOf("b", {}))
    for (
      const text of [
        `data: ${next}\n`,
        `data: ${next}`,
        `data: ${next.slice(0, -20)}`,
        `data: ${next.slice(0, 20)}`,
        `data:${next}\n\n`,
        ` data: ${next}\n\n`,
        `data: ${next}\r\n\r\n`,
        `: a comment\ndata: ${next}\n\n`,
        `data: ${next.replace("b", "b\n")}\n\n`,
        `data: ${next.replace("b", "b\\")}\n\n`,
        `data: ${next.replace("b\"", "b\\")}`,
        "data: \n\n",
        "\n\n",
        ""
      ]
    ) assert.isUndefined(repeated.read(bytesOf(text), 0), text)
  })

  it("reads an event where it begins, and tells where it ends", () => {
    const repeated = begun()
    repeated.remember(JSON.stringify(chunkOf("a", {})))
    const [first, second, third] = ["b", "ééé\n", "a text of more than a few characters"].map((text) =>
      `data: ${JSON.stringify(chunkOf(text, {}))}\n\n`
    ) as [string, string, string]
    const bytes = bytesOf(`${first}${second}${third}data: [DONE]\n\n`)
    assert.deepStrictEqual(repeated.read(bytes, 0), chunkOf("b", {}))
    assert.strictEqual(repeated.end, bytesOf(first).length)
    assert.deepStrictEqual(repeated.read(bytes, repeated.end), chunkOf("ééé\n", {}))
    assert.strictEqual(repeated.end, bytesOf(first + second).length)
    assert.isUndefined(repeated.read(bytes, repeated.end - 1))
    assert.deepStrictEqual(
      repeated.read(bytes, repeated.end),
      chunkOf("a text of more than a few characters", {})
    )
    assert.isUndefined(repeated.read(bytes, repeated.end))
  })

  it("replaces bytes that are no text as decoding the whole does, and keeps a byte order mark", () => {
    const repeated = begun()
    repeated.remember(JSON.stringify(chunkOf("a", {})))
    const [before, after] = `data: ${JSON.stringify(chunkOf("|", {}))}\n\n`.split("|").map((part) => bytesOf(part)) as [
      Uint8Array,
      Uint8Array
    ]
    for (const middle of [[0xff], [0xc3], [0xe2, 0x82], [0xf0, 0x9f, 0x98, 0x41], [0xef, 0xbb, 0xbf, 0x61], [0x7f]]) {
      const bytes = Uint8Array.from([...before, ...middle, ...after])
      const text = new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes)
      assert.deepStrictEqual(repeated.read(bytes, 0), JSON.parse(text.slice(6)))
    }
  })

  it("does not take lines of data for what they are when joined", () => {
    const repeated = begun()
    const data = JSON.stringify(chunkOf("a", {}), null, 1)
    repeated.remember(data)
    // Read as an event stream, all lines but the first would be lost.
    assert.isUndefined(parse(repeated, data))
  })

  it("repeats: the plain way is taken once, and each chunk is a value of its own", () => {
    const repeated = begun()
    const first = chunkOf("a", {})
    assert.isUndefined(parse(repeated, JSON.stringify(first)))
    repeated.remember(JSON.stringify(first))
    const second = parse(repeated, JSON.stringify(chunkOf("b\n\"", {})))
    const third = parse(repeated, JSON.stringify(chunkOf("c", {})))
    assert.deepStrictEqual([second, third], [chunkOf("b\n\"", {}), chunkOf("c", {})])
    assert.notStrictEqual(second?.choices, third?.choices)
    assert.notStrictEqual(second?.choices[0], third?.choices[0])
    assert.notStrictEqual(second?.choices[0]?.delta, third?.choices[0]?.delta)
  })

  it("repeats the fragments of a call too, and each is a value of its own", () => {
    const repeated = begun()
    const fragment = (args: string) => callChunkOf({ args, call: { index: 0, name: "" }, shape: {} })
    repeated.remember(JSON.stringify(fragment("{\"a\"")))
    const second = parse(repeated, JSON.stringify(fragment(": 1")))
    const third = parse(repeated, JSON.stringify(fragment("}")))
    assert.deepStrictEqual([second, third], [fragment(": 1"), fragment("}")])
    const calls = [second, third].map((chunk) => chunk?.choices[0]?.delta.tool_calls)
    assert.notStrictEqual(calls[0], calls[1])
    assert.notStrictEqual(calls[0]?.[0], calls[1]?.[0])
    assert.notStrictEqual(calls[0]?.[0]?.function, calls[1]?.[0]?.function)
  })

  it("does not repeat two calls in one chunk, arguments that are an object, nor objects beside them", () => {
    const further = { further: {} }
    const several: ReadonlyArray<ReadonlyArray<Tool.CallDelta>> = [
      [{ function: { arguments: "a" } }, { function: { arguments: "b" } }],
      [{ function: { arguments: {} } }],
      [{ function: { arguments: "a" }, ...further }],
      [{ function: { arguments: "a", ...further } }]
    ]
    for (const calls of several) {
      const repeated = begun()
      const chunk: Completion.Chunk = {
        ...chunkOf("", {}),
        choices: [{ index: 0, delta: { tool_calls: calls }, finish_reason: null }]
      }
      repeated.remember(JSON.stringify(chunk))
      assert.isUndefined(parse(repeated, JSON.stringify(chunk)), JSON.stringify(calls))
    }
  })

  it("shares no object between chunks: what holds further ones is not remembered", () => {
    const repeated = begun()
    const chunk = { ...chunkOf("a", {}), usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 } }
    repeated.remember(JSON.stringify(chunk))
    assert.isUndefined(parse(repeated, JSON.stringify(chunk)))
  })

  it("gives up on streams that do not repeat", () => {
    const repeated = begun()
    const chunk = chunkOf("a", {})
    for (let i = 0; i < 20; i++) {
      const other = { ...chunk, id: String(i) }
      assert.isUndefined(parse(repeated, JSON.stringify(other)))
      repeated.remember(JSON.stringify(other))
    }
    repeated.remember(JSON.stringify(chunk))
    assert.isUndefined(parse(repeated, JSON.stringify(chunk)))
  })
})

/** The first chunk of a stream is not remembered: it has a role. */
const begun = () => {
  const repeated = new ChunkFastPath(chunkReader)
  const first = chunkOf("", { role: "assistant" })
  repeated.remember(JSON.stringify(first))
  assert.isUndefined(parse(repeated, JSON.stringify(first)))
  return repeated
}

const bytesOf = (text: string) => new TextEncoder().encode(text)

/** The chunk of an event's data, in a read of its own. */
const parse = (repeated: ChunkFastPath, data: string) => repeated.read(bytesOf(`data: ${data}\n\n`), 0)

const text = Schema.String

const shape = Schema.Struct({
  role: Schema.optionalKey(Schema.Literals(["assistant"])),
  finish: Schema.optionalKey(Schema.Literals(["stop", "length"])),
  extra: Schema.optionalKey(Schema.Union([Schema.String, Schema.Null, Schema.Boolean]))
})

const call = Schema.Struct({
  index: Schema.optionalKey(Schema.Literals([0, 1])),
  id: Schema.optionalKey(Schema.Literals(["call1", "null"])),
  name: Schema.optionalKey(Schema.Literals(["", "\"arguments\":\"x", "search"])),
  content: Schema.optionalKey(Schema.Union([Schema.Literal(""), Schema.Null])),
  twice: Schema.optionalKey(Schema.Boolean)
})

const damage = Schema.Struct({
  event: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 })),
  at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 })),
  by: Schema.Literals(["", "\"", "\\", "{", "}", ",", "x", "\u0001", "\"content\":\"", "null"])
})

const byteDamage = Schema.Struct({
  at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 3000 })),
  remove: Schema.Literals([0, 1, 2]),
  hex: Schema.Literals(["", "c3", "a9", "ff", "efbbbf", "0a", "0d", "0a0a", "22", "5c", "01", "c30a0a"])
})

const done = "data: [DONE]\n\n"

const eventStream = { "content-type": "text/event-stream" }

function chunkOf(content: string, { extra, finish, role }: typeof shape.Type): Completion.Chunk {
  const delta = { ...(role === undefined ? undefined : { role }), content }
  const chunk = { id: "1", model: "m", created: 1, choices: [{ index: 0, delta, finish_reason: finish ?? null }] }
  return extra === undefined ? chunk : Object.assign(chunk, { extra })
}

function callChunkOf(fragment: {
  readonly args: string
  readonly call: typeof call.Type
  readonly shape: typeof shape.Type
}): Completion.Chunk {
  const { content, id, index, name, twice } = fragment.call
  const one = {
    ...(id === undefined ? undefined : { id }),
    ...(index === undefined ? undefined : { index }),
    function: { ...(name === undefined ? undefined : { name }), arguments: fragment.args }
  }
  const chunk = chunkOf("", fragment.shape)
  const delta = {
    ...(content === undefined ? undefined : { content }),
    tool_calls: twice === true ? [one, { ...one, index: 1 }] : [one]
  }
  return { ...chunk, choices: [{ ...chunk.choices[0]!, delta }] }
}

function damaged(
  events: Array<string>,
  damages: ReadonlyArray<typeof damage.Type>
): ReadonlyArray<string> {
  for (const { at, by, event } of damages) {
    const index = event % events.length
    const data = events[index]!
    const place = at % (data.length + 1)
    events[index] = data.slice(0, place) + by + data.slice(place + (at % 3))
  }
  return events
}

function event(raw: string): string {
  return `{"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"${raw}"},"finish_reason":null}]}`
}
