/** The parameters that handlers get, from the arguments that a model wrote. */
import type { MistralLanguageModel } from "@effect-mistral/ai"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Option, Schema, SchemaGetter, Stream } from "effect"
import { LanguageModel, OpenAiStructuredOutput, Tool, Toolkit } from "effect/ai"
import { calling, callingStream, scripted } from "./fixtures/sentTools.ts"

type AnySchema = Schema.Codec<unknown, unknown>
type Config = Omit<MistralLanguageModel.ConfigOptions, "model">

/** A tool that gives back what its handler got. */
const toolOf = (parameters: AnySchema, failureMode: Tool.FailureMode = "error") =>
  Tool.make("plan_trip", { parameters, failureMode, success: Schema.Unknown })

/** What a handler gets for the arguments of a call. */
const handled = (parameters: AnySchema, args: unknown, config?: Config) => {
  const got: Array<unknown> = []
  const toolkit = Toolkit.make(toolOf(parameters))
  return Effect.gen(function*() {
    yield* LanguageModel.generateText({ prompt: "Hi", toolkit })
    assert.strictEqual(got.length, 1)
    return got[0]
  }).pipe(
    Effect.provide(toolkit.toLayer({ plan_trip: (params) => Effect.sync(() => void got.push(params)) })),
    Effect.provide(scripted([calling(["plan_trip", args])], config))
  )
}

/** The parameters in the part of the call, where nothing runs. */
const partOf = (
  tool: Tool.Any,
  args: unknown,
  toolCallValidation: "strict" | "deferred" = "strict",
  name = "plan_trip"
) =>
  Effect.gen(function*() {
    const response = yield* LanguageModel.generateText({
      prompt: "Hi",
      toolkit: { tools: Toolkit.make(tool).tools, handle: () => Effect.die("no tool is called") },
      disableToolCallResolution: true,
      toolCallValidation
    })
    const [call, ...others] = response.toolCalls
    assert.deepStrictEqual(others, [])
    assert.strictEqual(call?.name, name)
    return call?.params
    // The cast is safe: no handler runs, so that nothing but the model is needed.
  }).pipe(Effect.provide(scripted([calling([name, args])]))) as Effect.Effect<unknown>

class Place extends Schema.Class<Place>("Place")({
  name: Schema.String,
  opened: Schema.Date,
  site: Schema.optional(Schema.URL)
}) {}

const Trip = Schema.Struct({
  to: Place,
  day: Schema.DateTimeUtcFromString,
  seats: Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(1))),
  prices: Schema.Record(Schema.String, Schema.FiniteFromString),
  span: Schema.Tuple([Schema.Date, Schema.optionalKey(Schema.Date)]),
  ticket: Schema.optionalKey(Schema.Uint8Array),
  note: Schema.Option(Schema.String),
  budget: Schema.BigInt,
  by: Schema.Union([
    Schema.TaggedStruct("train", { at: Schema.Date }),
    Schema.TaggedStruct("car", { plate: Schema.optionalKey(Schema.String) })
  ])
})

const trip = Trip.make({
  to: new Place({ name: "Giverny", opened: new Date("1980-06-01") }),
  day: Schema.decodeSync(Schema.DateTimeUtcFromString)("2026-05-01T00:00:00.000Z"),
  seats: 1,
  prices: { adult: 12.5, child: 0 },
  span: [new Date("2026-05-01")],
  ticket: Uint8Array.of(1, 2, 255),
  note: Option.some("by bus"),
  budget: 90n,
  by: { _tag: "car" }
})

/** What the model writes in plain form, and as little of it as it can. */
const plain = {
  to: { name: "Giverny", opened: "1980-06-01T00:00:00.000Z" },
  day: "2026-05-01T00:00:00.000Z",
  prices: { adult: "12.5", child: "0" },
  span: ["2026-05-01T00:00:00.000Z"],
  ticket: "AQL/",
  note: { _tag: "Some", value: "by bus" },
  budget: "90",
  by: { _tag: "car" }
}

const strict = {
  ...plain,
  to: { ...plain.to, site: null },
  seats: null,
  prices: [{ key: "adult", value: "12.5" }, { key: "child", value: "0" }],
  span: ["2026-05-01T00:00:00.000Z"],
  by: { _tag: "car", plate: null }
}

/** The encoded side of the schema, which `Toolkit` decodes. */
const encoded = {
  to: { name: "Giverny", opened: new Date("1980-06-01") },
  day: "2026-05-01T00:00:00.000Z",
  prices: { adult: "12.5", child: "0" },
  span: [new Date("2026-05-01")],
  ticket: Uint8Array.of(1, 2, 255),
  note: Option.some("by bus"),
  budget: 90n,
  by: { _tag: "car" }
}

const forms: Record<string, unknown> = {
  "the plain form": plain,
  "the strict form": strict,
  "the form of effect/ai for OpenAI": {
    ...strict,
    prices: [{ 0: "adult", 1: "12.5" }, { 0: "child", 1: "0" }],
    span: { 0: "2026-05-01T00:00:00.000Z", 1: null }
  },
  "entries as pairs": { ...plain, prices: [["adult", "12.5"], ["child", "0"]] }
}

describe("the parameters of a handler", () => {
  for (const [name, json] of Object.entries(forms)) {
    for (const strictJsonSchema of [true, false]) {
      it.effect(`are decoded from ${name}, whatever was sent (${strictJsonSchema ? "strict" : "plain"})`, () =>
        Effect.gen(function*() {
          for (const args of [json, JSON.stringify(json), JSON.stringify(JSON.stringify(json))]) {
            assert.deepStrictEqual(yield* handled(Trip, args, { strictJsonSchema }), trip)
          }
        }))
    }

    it.effect(`have the encoded form where calls are not resolved, from ${name}`, () =>
      Effect.gen(function*() {
        for (const validation of ["strict", "deferred"] as const) {
          assert.deepStrictEqual(yield* partOf(toolOf(Trip), JSON.stringify(json), validation), encoded)
        }
      }))
  }

  it.effect("are the same in a stream", () =>
    Effect.gen(function*() {
      for (const json of Object.values(forms)) {
        const got: Array<unknown> = []
        const toolkit = Toolkit.make(toolOf(Trip))
        const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Hi", toolkit })).pipe(
          Effect.provide(toolkit.toLayer({ plan_trip: (params) => Effect.sync(() => void got.push(params)) })),
          Effect.provide(scripted([callingStream(["plan_trip", JSON.stringify(json)])]))
        )
        assert.deepStrictEqual(got, [trip])
        assert.deepStrictEqual(parts.flatMap((part) => part.type === "tool-call" ? [part.params] : []), [encoded])
      }
    }))

  it.effect("are an empty object where the model wrote nothing", () =>
    Effect.gen(function*() {
      for (const args of ["", "  \n", "{}", "null", "\"\"", "\"{}\"", {}]) {
        assert.deepStrictEqual(yield* handled(Schema.Struct({}), args), {})
        assert.deepStrictEqual(yield* handled(Tool.EmptyParams, args), {})
        assert.deepStrictEqual(yield* handled(Schema.Struct({ a: Schema.optionalKey(Schema.Int) }), args), {})
      }
    }))

  it.effect("keep a null that the schema takes", () =>
    Effect.gen(function*() {
      const schema = Schema.Struct({
        a: Schema.NullOr(Schema.String),
        b: Schema.optionalKey(Schema.NullOr(Schema.String)),
        c: Schema.optionalKey(Schema.String),
        d: Schema.OptionFromNullOr(Schema.String)
      })
      const json = { a: null, b: null, c: null, d: null }
      assert.deepStrictEqual(yield* handled(schema, json), { a: null, b: null, d: Option.none() })
    }))

  it.effect("are decoded with the services that their schema needs", () =>
    Effect.gen(function*() {
      const toolkit = Toolkit.make(Tool.make("greet", { parameters: Schema.Struct({ user: User }) }))
      const got: Array<unknown> = []
      yield* LanguageModel.generateText({ prompt: "Hi", toolkit }).pipe(
        Effect.provide(toolkit.toLayer({ greet: (params) => Effect.sync(() => void got.push(params)) })),
        Effect.provide(scripted([calling(["greet", "{\"user\":\"u1\"}"])])),
        Effect.provideService(Users, new Map([["u1", "Ada"]]))
      )
      assert.deepStrictEqual(got, [{ user: "Ada" }])
    }))

  it.effect("of a union are those of the member that takes them with its checks", () =>
    Effect.gen(function*() {
      const Recent = Schema.Date.check(Schema.isGreaterThanDate(new Date("2000-01-01")))
      const schema = Schema.Struct({ at: Schema.Union([Recent, Schema.String]) })
      assert.deepStrictEqual(yield* handled(schema, { at: "2020-01-01T00:00:00Z" }), { at: new Date("2020-01-01") })
      assert.deepStrictEqual(yield* handled(schema, { at: "1990-01-01T00:00:00Z" }), { at: "1990-01-01T00:00:00Z" })
    }))
})

describe("a dynamic tool", () => {
  const parameters = {
    type: "object",
    properties: { query: { type: "string" }, limit: { type: ["integer", "null"] } },
    required: ["query"]
  } as const

  it.effect("gets the JSON of a call as it is", () =>
    Effect.gen(function*() {
      const json = { query: "a", limit: null, scores: [{ key: "a", value: 1 }] }
      const toolkit = Toolkit.make(Tool.dynamic("search", { parameters, success: Schema.Unknown }))
      for (const args of [json, JSON.stringify(json), JSON.stringify(JSON.stringify(json))]) {
        const got: Array<unknown> = []
        yield* LanguageModel.generateText({ prompt: "Hi", toolkit }).pipe(
          Effect.provide(toolkit.toLayer({ search: (params) => Effect.sync(() => void got.push(params)) })),
          Effect.provide(scripted([calling(["search", args])]))
        )
        assert.deepStrictEqual(got, [json])
      }
    }))

  it.effect("with a schema gets what it decodes", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* partOf(Tool.dynamic("plan_trip", { parameters: Trip }), strict), encoded)
    }))
})

describe("arguments that do not fit", () => {
  const Seats = Schema.Struct({
    seats: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 4 })),
    note: Schema.optionalKey(Schema.String),
    day: Schema.optionalKey(Schema.Date)
  })
  const cases: Record<string, readonly [args: unknown, params: unknown, words: string]> = {
    "a value that a check refuses": [
      { seats: 9, note: null, day: "2026-05-01T00:00:00Z" },
      { seats: 9, day: new Date("2026-05-01") },
      "Expected a value between 1 and 4\n  at [\"seats\"]"
    ],
    "a value of another type": [
      { seats: "two", note: null, day: null },
      { seats: "two" },
      "Expected number\n  at [\"seats\"]"
    ],
    "a key that is missing": [{ note: "x" }, { note: "x" }, "Missing key\n  at [\"seats\"]"],
    "text that is not JSON": ["two seats", "two seats", "Expected object"],
    "JSON that is cut": ["{\"seats\":2", "{\"seats\":2", "Expected object"],
    "a list": ["[2]", [2], "Expected object"],
    "a number": ["2", 2, "Expected object"],
    "a text in JSON": ["\"two\"", "\"two\"", "Expected object"],
    "JSON that is nested too deep": [
      `{"seats":${"[".repeat(2000)}${"]".repeat(2000)}}`,
      `{"seats":${"[".repeat(2000)}${"]".repeat(2000)}}`,
      "Expected object"
    ]
  }
  for (const [name, [args, params, words]] of Object.entries(cases)) {
    it.effect(`are passed on, and reported by the toolkit: ${name}`, () =>
      Effect.gen(function*() {
        const toolkit = Toolkit.make(toolOf(Seats, "return"))
        const response = yield* LanguageModel.generateText({ prompt: "Hi", toolkit }).pipe(
          Effect.provide(toolkit.toLayer({ plan_trip: () => Effect.die("the handler ran") })),
          Effect.provide(scripted([calling(["plan_trip", args])]))
        )
        assert.deepStrictEqual(response.toolCalls[0]?.params, params)
        const [result] = response.toolResults
        assert.isTrue(result?.isFailure)
        const failure: unknown = result?.result
        assert.isTrue(failure instanceof Error)
        assert.include(String(failure), words)

        const strictMode = Toolkit.make(toolOf(Seats))
        const error = yield* Effect.flip(LanguageModel.generateText({ prompt: "Hi", toolkit: strictMode })).pipe(
          Effect.provide(strictMode.toLayer({ plan_trip: () => Effect.die("the handler ran") })),
          Effect.provide(scripted([calling(["plan_trip", args])]))
        )
        assert.strictEqual(error.reason._tag, "ToolParameterValidationError")

        assert.deepStrictEqual(yield* partOf(toolOf(Seats), args, "deferred"), params)
      }))
  }

  it.effect("of a tool that the toolkit lacks are its JSON, with deferred validation", () =>
    Effect.gen(function*() {
      const json = { day: null, pairs: [{ key: "a", value: 1 }] }
      assert.deepStrictEqual(yield* partOf(toolOf(Seats), JSON.stringify(json), "deferred", "book_trip"), json)
      assert.deepStrictEqual(yield* partOf(toolOf(Seats), "to Paris", "deferred", "book_trip"), "to Paris")
    }))
})

describe("any form", () => {
  it.effect("of a recursive schema is read at every depth", () =>
    Effect.gen(function*() {
      const tree = { name: "a", by: { left: { name: "b", by: {}, at: new Date("2026-01-01") } } }
      const read = handled(Tree, {
        name: "a",
        at: null,
        by: [{ key: "left", value: { name: "b", at: "2026-01-01T00:00:00Z", by: [] } }]
      })
      assert.deepStrictEqual(yield* read, tree)
      const { codec } = OpenAiStructuredOutput.toCodecOpenAI(Tree)
      assert.deepStrictEqual(yield* handled(Tree, yield* Schema.encodeUnknownEffect(codec)(tree)), tree)
    }))
})

interface Tree {
  readonly name: string
  readonly at?: Date
  readonly by: { readonly [name: string]: Tree }
}
const Tree: Schema.Codec<Tree, unknown> = Schema.Struct({
  name: Schema.String,
  at: Schema.optionalKey(Schema.Date),
  by: Schema.Record(Schema.String, Schema.suspend((): Schema.Codec<Tree, unknown> => Tree))
})

class Users extends Context.Service<Users, ReadonlyMap<string, string>>()("test/Users") {}

const User = Schema.String.pipe(Schema.decodeTo(Schema.String, {
  decode: SchemaGetter.transformEffect((id: string) => Effect.map(Users, (users) => users.get(id) ?? "nobody")),
  encode: SchemaGetter.passthrough()
}))
