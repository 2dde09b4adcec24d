/**
 * The fast path for chunks with padding: a second string that changes, which hides the length of the text.
 */
import type { Completion } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { ChunkFastPath } from "../src/internal/stream/chunkFastPath.ts"
import { cut, cuts } from "./fixtures/cuts.ts"
import { chunkReader, same, sameOf } from "./fixtures/fastPath.ts"
import { clientOver, stream } from "./fixtures/scriptedClient.ts"

const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

const place = Schema.Struct({
  holder: Schema.Literals(["chunk", "choice", "delta", "call"]),
  key: Schema.Literals(["p", "obfuscation", "\\u0070", "a\\\"p"]),
  first: Schema.Boolean
})

const padding = Schema.Union([
  Schema.String,
  Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: alphabet.length })),
  Schema.Null,
  Schema.Undefined
])

const fragment = Schema.Struct({ text: Schema.String, padding })

const fragments = Schema.Array(fragment).check(Schema.isMinLength(3))

/** Keys that a chunk may lack. */
const missing = [
  `"id":"1",`,
  `,"model":"m"`,
  `"index":0,`,
  `"id":"abc",`,
  `"name":"",`,
  `,"finish_reason":null`
] as const

const damage = Schema.Struct({
  event: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 50 })),
  at: Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 300 })),
  remove: Schema.Literals([0, 1, 2]),
  by: Schema.Literals(["", "\"", "\\", "{", "}", ",", "x", "\u0001", "\"p\":\"", "\",\"p\":\"", "null"])
})

describe("a stream of padded chunks", () => {
  it.effect.prop(
    "is parsed as in full, whatever its texts and its padding",
    [fragments, place, Schema.Boolean],
    ([fragments, place, ofCall]) => same(fragments.map((one) => eventOf(one, place, ofCall)))
  )

  it.effect.prop(
    "is parsed as in full where the place of the padding changes",
    [Schema.Array(Schema.Struct({ fragment, place, ofCall: Schema.Boolean })).check(Schema.isMinLength(3))],
    ([events]) => same(events.map(({ fragment, ofCall, place }) => eventOf(fragment, place, ofCall)))
  )

  it.effect.prop(
    "is parsed as in full where the padding comes before the text and after it by turns",
    [fragments, place],
    ([fragments, place]) =>
      same(fragments.map((one, index) => eventOf(one, { ...place, first: index % 3 === 0 }, false)))
  )

  it.effect.prop(
    "is parsed as in full where its events are damaged",
    [fragments, place, Schema.Boolean, Schema.Array(damage)],
    ([fragments, place, ofCall, damages]) => {
      const events = fragments.map((one) => eventOf(one, place, ofCall))
      for (const { at, by, event, remove } of damages) {
        const index = event % events.length
        const start = at % (events[index]!.length + 1)
        events[index] = events[index]!.slice(0, start) + by + events[index]!.slice(start + remove)
      }
      return same(events)
    }
  )

  it.effect.prop(
    "is parsed as in full however its bytes are cut",
    [fragments, place, cuts],
    ([fragments, place, cuts]) => {
      const events = [
        eventOf({ text: "", padding: undefined }, place, false),
        ...fragments.map((one) => eventOf(one, place, false))
      ]
      const bytes = new TextEncoder().encode(`${events.map((data) => `data: ${data}\n\n`).join("")}data: [DONE]\n\n`)
      return sameOf(ScriptedHttpClient.bytes(cut(bytes, cuts), { headers: { "content-type": "text/event-stream" } }))
    }
  )

  it.effect.prop(
    "is parsed as in full where its chunks lack keys and have to be repaired",
    [fragments, place, Schema.Array(Schema.Literals(missing)), Schema.Boolean],
    ([fragments, place, missing, ofCall]) =>
      same(fragments.map((one) => missing.reduce((data, key) => data.replace(key, ""), eventOf(one, place, ofCall))))
  )

  it.effect("gives the padding as it was received", () =>
    Effect.gen(function*() {
      const chunks = [...alphabet].map((_, length) => ({
        ...TestCompletion.chunks("a")[1]!,
        p: alphabet.slice(0, length % 7 === 3 ? 0 : length)
      }))
      const given = yield* Stream.runCollect(stream()).pipe(
        Effect.provide(clientOver([ScriptedHttpClient.sse(chunks)]))
      )
      assert.deepStrictEqual(given, chunks)
    }))
})

describe("ChunkFastPath", () => {
  for (const key of ["p", "obfuscation"] as const) {
    for (const first of [false, true]) {
      for (const ofCall of [false, true]) {
        const where = `${key} ${first ? "before" : "after"} ${ofCall ? "arguments" : "text"}`
        it(`applies to padded chunks: ${where}`, () => {
          const place = { holder: "chunk", key, first } as const
          const fastPath = begun()
          const second = eventOf({ text: "a", padding: 3 }, place, ofCall)
          assert.isUndefined(read(fastPath, second))
          fastPath.remember(second)
          for (const padding of [0, 12, 40, 2, "\u00e9\n\"\\", "\"p\":\"x\""]) {
            const data = eventOf({ text: "b\n\u00e9", padding }, place, ofCall)
            const value = read(fastPath, data)
            assert.deepStrictEqual(value, JSON.parse(data))
            assert.strictEqual(JSON.stringify(value), JSON.stringify(JSON.parse(data)))
          }
        })
      }
    }
  }

  it("applies to chunks that have to be repaired", () => {
    const fastPath = begun()
    const bare = (text: string) => `{"choices":[{"delta":{"content":"${text}"}}],"p":"${text}"}`
    fastPath.remember(bare("a"))
    assert.deepStrictEqual(read(fastPath, bare("b")), {
      ...chunkReader.repair(JSON.parse(bare("b")))!
    })
  })

  it("applies again after a chunk without padding", () => {
    const fastPath = begun()
    const place = { holder: "chunk", key: "p", first: false } as const
    const padded = eventOf({ text: "a", padding: 3 }, place, false)
    const bare = eventOf({ text: "a", padding: undefined }, place, false)
    for (const data of [padded, bare, padded]) {
      assert.isUndefined(read(fastPath, data))
      fastPath.remember(data)
      assert.deepStrictEqual(read(fastPath, data), JSON.parse(data))
    }
  })

  it("does not take a key of another object, or a second one, for the padding", () => {
    const chunk = (more: string) => `{"id":"1","model":"m","choices":[{"index":0,"delta":{"content":"a"}}]${more}}`
    for (const more of [",\"x\":{\"p\":\"a\"}", ",\"p\":\"a\",\"p\":\"b\"", ",\"a\\\"p\":\"a\""]) {
      const fastPath = begun()
      fastPath.remember(chunk(more))
      assert.isUndefined(read(fastPath, chunk(more.replace("\"a\"", "\"c\""))), more)
    }
  })
})

describe("a chunk that its reader changes", () => {
  const text = (chunk: Completion.Chunk) => Object.assign(chunk, { seen: 1 })
  const changes: Record<string, (chunk: Completion.Chunk) => unknown> = {
    "itself": text,
    "its choice": (chunk) => Object.assign(chunk.choices[0]!, { x: 1, index: 5 }),
    "its delta": (chunk) => Object.assign(chunk.choices[0]!.delta, { x: 1, role: "user" }),
    "its list of choices": (chunk) => (chunk.choices as Array<Completion.ChunkChoice>).push(chunk.choices[0]!),
    "its list of calls": (chunk) => (chunk.choices[0]!.delta.tool_calls as Array<unknown> | undefined)?.push({}),
    "its call": (chunk) => Object.assign(chunk.choices[0]!.delta.tool_calls?.[0] ?? {}, { id: "other" }),
    "the function of its call": (chunk) =>
      Object.assign(chunk.choices[0]!.delta.tool_calls?.[0]?.function ?? {}, { name: "other" }),
    "a key that is taken out": (chunk) => Reflect.deleteProperty(chunk, "id")
  }
  for (const [what, change] of Object.entries(changes)) {
    for (const ofCall of [false, true]) {
      it.effect(`does not change later chunks: ${what}, of ${ofCall ? "a call" : "a text"}`, () =>
        Effect.gen(function*() {
          const place = { holder: "chunk", key: "p", first: false } as const
          const events = ["a", "b", "c", "d", "e", "f"].map((text, padding) =>
            eventOf({ text, padding }, place, ofCall)
          )
          const given: Array<unknown> = []
          yield* Stream.runForEach(stream(), (chunk) =>
            Effect.sync(() => {
              given.push(structuredClone(chunk))
              change(chunk)
            })).pipe(Effect.provide(clientOver([ScriptedHttpClient.sse(events)])))
          assert.deepStrictEqual(given, events.map((data) => JSON.parse(data)))
        }))
    }
  }
})

/** A fast path that has seen the first chunk of a stream, which is not remembered. */
const begun = () => {
  const fastPath = new ChunkFastPath(chunkReader)
  fastPath.remember(JSON.stringify(TestCompletion.chunks("")[0]))
  return fastPath
}

const read = (fastPath: ChunkFastPath, data: string) => fastPath.read(new TextEncoder().encode(`data: ${data}\n\n`), 0)

/** The data of an event. The key of its padding is JSON text, which may have escapes. */
function eventOf(
  { padding, text }: typeof fragment.Type,
  { first, holder, key }: typeof place.Type,
  ofCall: boolean
): string {
  const value = typeof padding === "number" ? alphabet.slice(0, padding) : padding
  const pad = (at: typeof holder, content: string) => {
    if (at !== holder || value === undefined) return `{${content}}`
    const padded = `"${key}":${JSON.stringify(value)}`
    return first ? `{${padded},${content}}` : `{${content},${padded}}`
  }
  const called = `"index":0,"id":"abc","function":{"name":"","arguments":${JSON.stringify(text)}}`
  const delta = pad(
    "delta",
    ofCall ? `"content":"","tool_calls":[${pad("call", called)}]` : `"content":${JSON.stringify(text)}`
  )
  const choice = pad("choice", `"index":0,"delta":${delta},"finish_reason":null`)
  return pad("chunk", `"id":"1","object":"chat.completion.chunk","created":1,"model":"m","choices":[${choice}]`)
}
