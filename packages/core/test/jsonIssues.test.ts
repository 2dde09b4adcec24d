/**
 * Values that JSON cannot express, anywhere in a request: they are refused with their path, and nothing is sent.
 */
import { Endpoint, MistralClient, type MistralError, OpenAiCompatible, Tool } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option, Redacted, Schema, Stream } from "effect"
import { runInNewContext } from "node:vm"
import { clientOver, complete, goodResponse, requests, stream } from "./fixtures/scriptedClient.ts"

const messages = [{ role: "user" as const, content: "Hi" }]
const request = { model: "m", messages }

class Point {
  readonly x = 1
}

const cycle: Record<string, unknown> = {}
cycle["self"] = { inner: [cycle] }

const deep = (levels: number): unknown => Array.from({ length: levels }).reduce((inner) => ({ a: inner }), 1)

/** Each value, the words for it, and the path to the place at fault inside of it. */
const values: Record<string, readonly [value: unknown, what: string, inner?: ReadonlyArray<string | number>]> = {
  "NaN": [Number.NaN, "NaN"],
  "an infinite number": [Number.POSITIVE_INFINITY, "Infinity"],
  "a negative infinite number": [Number.NEGATIVE_INFINITY, "-Infinity"],
  "a BigInt": [1n, "bigint"],
  "a function": [() => 1, "function"],
  "a symbol": [Symbol("s"), "symbol"],
  "a Map": [new Map([["a", 1]]), "an instance of Map"],
  "a Set": [new Set([1]), "an instance of Set"],
  "a Date": [new Date(0), "an instance of Date"],
  "a RegExp": [/a/, "an instance of RegExp"],
  "an Error": [new TypeError("a"), "an instance of TypeError"],
  "a URL": [new URL("https://a.test"), "an instance of URL"],
  "a promise": [Promise.resolve(1), "an instance of Promise"],
  "a WeakMap": [new WeakMap(), "an instance of WeakMap"],
  "an instance of a class": [new Point(), "an instance of Point"],
  "a boxed number": [Object(1), "an instance of Number"],
  "a boxed text": [Object("a"), "an instance of String"],
  "bytes": [new Uint8Array(2), "an instance of Uint8Array"],
  "floats": [new Float64Array(2), "an instance of Float64Array"],
  "a buffer": [new ArrayBuffer(2), "an instance of ArrayBuffer"],
  "an Option": [Option.some(1), "an instance of Object"],
  "a redacted value": [Redacted.make("secret"), "an instance of Object"],
  "undefined in a list": [[1, undefined], "undefined", [1]],
  "a hole in a list": [Object.assign([1], { 2: 2 }), "undefined", [1]],
  "a value with a toJSON of its own": [{ toJSON: () => 1 }, "function", ["toJSON"]],
  "the first half of a surrogate pair": ["a\ud83d", "half of a surrogate pair"],
  "the second half of a surrogate pair": ["\ude00a", "half of a surrogate pair"],
  "a surrogate pair in the wrong order": ["\ude00\ud83d", "half of a surrogate pair"],
  "a key with half of a surrogate pair": [{ "\ud83d": 1 }, "half of a surrogate pair", ["\ud83d"]],
  "a cycle": [cycle, "a cycle", ["self", "inner", 0]],
  "a value that is nested too deeply": [deep(100_000), "a depth of more than 1000"]
}

/** The places of a request that hold any JSON. */
const places: Record<string, readonly [path: ReadonlyArray<string | number>, put: (value: unknown) => object]> = {
  "the metadata": [["metadata", "a"], (a) => ({ metadata: { a } })],
  "the parameters of a tool": [
    ["tools", 0, "function", "parameters", "properties", "n", "minimum"],
    (minimum) => ({
      tools: [Tool.make({ name: "f", parameters: { type: "object", properties: { n: { type: "number", minimum } } } })]
    })
  ],
  "a schema of the response": [
    ["response_format", "json_schema", "schema", "default"],
    (value) => ({
      response_format: { type: "json_schema", json_schema: { name: "s", schema: { default: value } } }
    })
  ],
  "the arguments of a call": [
    ["messages", 1, "tool_calls", 0, "function", "arguments", "a"],
    (a) => ({
      messages: [
        ...messages,
        {
          role: "assistant",
          content: "",
          tool_calls: [{ id: "aB3dE6gH9", function: { name: "f", arguments: { a } } }]
        },
        { role: "tool", content: "1", tool_call_id: "aB3dE6gH9" }
      ]
    })
  ]
}

const answering = clientOver(goodResponse)

const issuesOf = ({ reason }: MistralError.MistralError) => reason._tag === "InvalidRequest" ? reason.issues : []

const expressed = "Expected a value that JSON can express, got "

describe("a value that JSON cannot express", () => {
  for (const [name, [value, what, inner = []]] of Object.entries(values)) {
    it.effect(`is refused with its path wherever it is: ${name}`, () =>
      Effect.gen(function*() {
        for (const [path, put] of Object.values(places)) {
          const wrong = { ...request, ...put(value) }
          for (const send of [complete({}, wrong), Stream.runDrain(stream({}, wrong))]) {
            const [issue, ...others] = issuesOf(yield* Effect.flip(send))
            assert.deepStrictEqual(others, [])
            assert.isDefined(issue)
            assert.strictEqual(issue.message, expressed + what)
            assert.deepStrictEqual(issue.path.slice(0, path.length + inner.length), [...path, ...inner])
            if (!name.includes("nested")) assert.lengthOf(issue.path, path.length + inner.length)
          }
        }
        const [issue] = issuesOf(yield* Effect.flip(complete({ extraBody: { own: { a: value } } })))
        assert.deepStrictEqual(issue?.path.slice(0, 2 + inner.length), ["own", "a", ...inner])
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(answering)))
  }

  it.effect("is refused in the text of a message, a prompt and a name, too", () =>
    Effect.gen(function*() {
      const half = "a\ud83d"
      const paths = [
        yield* Effect.flip(complete({}, { model: "m", messages: [{ role: "user", content: half }] })),
        yield* Effect.flip(
          complete({}, { model: "m", messages: [{ role: "user", content: [{ type: "text", text: half }] }] })
        ),
        yield* Effect.flip(complete({}, { ...request, model: half })),
        yield* Effect.flip(complete({}, { ...request, stop: ["a", half] })),
        yield* Effect.flip(MistralClient.MistralClient.use((client) =>
          client.request(Endpoint.fim.complete, { model: "m", prompt: half, suffix: half })
        )),
        yield* Effect.flip(MistralClient.MistralClient.use((client) =>
          client.request(Endpoint.createEmbeddings, { model: "m", input: ["a", half] })
        ))
      ].map((error) =>
        issuesOf(error).map(({ path }) =>
          path.join(".")
        )
      )
      assert.deepStrictEqual(paths, [
        ["messages.0.content"],
        ["messages.0.content.0.text"],
        ["model"],
        ["stop.1"],
        ["prompt", "suffix"],
        ["input.1"]
      ])
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(answering)))

  it.effect("is refused in a query, too", () =>
    Effect.gen(function*() {
      const endpoint: Endpoint.Endpoint<void, unknown> = {
        name: "Things.list",
        method: "GET",
        path: "/v1/things",
        request: Schema.Void,
        response: Schema.Unknown,
        retryable: "always"
      }
      const error = yield* Effect.flip(MistralClient.MistralClient.use((client) =>
        client.request(endpoint, undefined, { query: { a: Number.NaN, b: "\ud83d", c: ["x", "\ude00"] } })
      ))
      assert.deepStrictEqual(
        issuesOf(error).map(({ path }) =>
          path
        ),
        [["a"], ["b"], ["c", 1]]
      )
    }).pipe(Effect.provide(answering)))

  it.effect("is refused on every deployment, each with its place in the request", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(complete({}, { ...request, metadata: { a: Number.NaN, b: { c: new Date(0) } } }))
      assert.deepStrictEqual(issuesOf(error).map(({ path }) => path.join(".")), ["metadata.a", "metadata.b.c"])
    }).pipe(Effect.provide(
      Layer.provideMerge(OpenAiCompatible.layer({ baseUrl: "https://o.test" }), ScriptedHttpClient.layer(goodResponse))
    )))
})

describe("a value that JSON can express", () => {
  const good: Record<string, unknown> = {
    "a key that is undefined, which is left out": { a: undefined },
    "an object without a prototype": Object.assign(Object.create(null), { a: 1 }),
    "an object of another realm": runInNewContext("({ a: [1, { b: null }] })"),
    "the same object in two places": ((one) => [one, { one }])({ a: 1 }),
    "whole surrogate pairs": "\u{1f600}",
    "a key that means something to objects": JSON.parse("{\"__proto__\":{\"a\":1},\"constructor\":2,\"toString\":3}"),
    "values at a depth of 900": deep(900),
    "empty values": [{}, [], "", 0, false, null]
  }
  for (const [name, value] of Object.entries(good)) {
    it.effect(`is sent as it is: ${name}`, () =>
      Effect.gen(function*() {
        yield* complete({ extraBody: { own: value } }, { ...request, metadata: { a: value } })
        const { body } = (yield* requests)[0]!
        assert.strictEqual(
          JSON.stringify(body),
          JSON.stringify({ ...request, metadata: { a: value }, own: value })
        )
      }).pipe(Effect.provide(answering)))
  }
})
