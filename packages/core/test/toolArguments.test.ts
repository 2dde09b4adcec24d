/** `Tool.decodeArguments`: the forms in which servers send arguments, and the error that goes back to the model. */
import { Message, Tool } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Schema, SchemaGetter } from "effect"
import { inspect } from "node:util"

const callOf = (args: Tool.ReceivedCall["function"]["arguments"]): Tool.ReceivedCall => ({
  id: "aB3dE6gH9",
  function: { name: "get_forecast", arguments: args }
})

const messageOf = (
  args: Tool.ReceivedCall["function"]["arguments"],
  schema: Schema.Codec<unknown, unknown> = Forecast
) =>
  Effect.map(Effect.flip(Tool.decodeArguments(callOf(args), schema)), ({ message }) => {
    const [, issues] =
      /^The arguments of the tool get_forecast do not fit: (.*)\. Correct them and call it again\.$/.exec(
        message
      ) ?? []
    assert.isDefined(issues, message)
    return issues
  })

describe("Tool.decodeArguments", () => {
  const json = { city: "Paris", day: "2026-02-01T00:00:00.000Z" }
  const value = { city: "Paris", day: new Date("2026-02-01") }
  const forms: Record<string, Tool.ReceivedCall["function"]["arguments"]> = {
    "an object": json,
    "JSON text": JSON.stringify(json),
    "JSON text with white space": ` \n${JSON.stringify(json, undefined, 2)}\n`,
    "JSON text that is encoded twice": JSON.stringify(JSON.stringify(json)),
    "the strict form": { ...json, unit: null, scores: null, pair: null }
  }
  for (const [name, args] of Object.entries(forms)) {
    it.effect(`decodes ${name}, of a received call and of a call of a request`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(yield* Tool.decodeArguments(callOf(args), Forecast), value)
        const call: Tool.Call = { type: "function", function: { name: "get_forecast", arguments: args } }
        assert.deepStrictEqual(yield* Tool.decodeArguments(call, Forecast), value)
      }))
  }

  it.effect("decodes what strict mode changed, deep within, and the same in plain form", () =>
    Effect.gen(function*() {
      const decoded = { ...value, unit: "c", scores: { a: 1, b: 2 }, pair: ["x", 3] }
      const plain = { ...json, unit: "c", scores: { a: 1, b: 2 }, pair: ["x", 3] }
      const strict = {
        ...plain,
        scores: [{ key: "a", value: 1 }, { key: "b", value: 2 }],
        pair: { 0: "x", 1: 3 }
      }
      for (const args of [plain, strict, JSON.stringify(strict)]) {
        assert.deepStrictEqual<unknown>(yield* Tool.decodeArguments(callOf(args), Forecast), decoded)
      }
    }))

  it.effect("takes an empty text, white space, {} and null for no arguments", () =>
    Effect.gen(function*() {
      for (const args of ["", "  \n", "{}", " {} ", "null", "\"\"", "\"{}\"", {}]) {
        assert.deepStrictEqual(yield* Tool.decodeArguments(callOf(args), Schema.Struct({})), {})
        assert.strictEqual(yield* messageOf(args), "city: Missing key; day: Missing key")
      }
      for (const args of [null, undefined]) {
        assert.deepStrictEqual(
          yield* Tool.decodeArguments({ function: { name: "f", arguments: args } }, Schema.Struct({})),
          {}
        )
      }
    }))

  it.effect("gives the class of a schema, ignores keys that the schema lacks, and applies defaults", () =>
    Effect.gen(function*() {
      const search = yield* Tool.decodeArguments(callOf("{\"text\":\"a\",\"other\":1}"), Search)
      assert.instanceOf(search, Search)
      assert.deepStrictEqual(search, new Search({ text: "a", limit: 10 }))
    }))

  it.effect("runs effects of a schema with the services that they need", () =>
    Effect.gen(function*() {
      const decoded = yield* Tool.decodeArguments(callOf("{\"user\":\"u1\"}"), Schema.Struct({ user: User }))
      assert.deepStrictEqual(decoded, { user: "Ada" })
    }).pipe(Effect.provideService(Users, new Map([["u1", "Ada"]]))))

  it.effect("reads a schema that JSON Schema cannot express, for tools of Tool.make", () =>
    Effect.gen(function*() {
      const schema = Schema.Struct({ n: Schema.Finite, f: Schema.optionalKey(Schema.Symbol) })
      assert.deepStrictEqual(yield* Tool.decodeArguments(callOf("{\"n\":1}"), schema), { n: 1 })
    }))
})

describe("arguments that do not fit", () => {
  const wrong: Record<string, readonly [args: Tool.ReceivedCall["function"]["arguments"], issues: string]> = {
    "every place": [
      { city: 1, unit: "kelvin", scores: { a: "b", c: null }, pair: ["x"] },
      "city: Expected string; day: Missing key; unit: Expected \"c\" | \"f\"; scores.a: Expected number; " +
      "scores.c: Expected number; pair.1: Missing key"
    ],
    "text that is not JSON": ["Paris", "Expected a JSON object, got text that is not JSON"],
    "JSON with a text behind it": ["{} {}", "Expected a JSON object, got text that is not JSON"],
    "an object that is cut in a key": ["{\"ci", "Expected a JSON object, got one whose end is missing"],
    "an object that is cut in a value": ["{\"city\":\"Par", "Expected a JSON object, got one whose end is missing"],
    "an object that is cut after a comma": ["{\"city\":\"a\",", "Expected a JSON object, got one whose end is missing"],
    "an object that is cut and encoded twice": ["\"{\\\"ci", "Expected a JSON object, got one whose end is missing"],
    "a list": ["[1]", "Expected a JSON object, got a list"],
    "a number": ["1", "Expected a JSON object, got a number"],
    "a boolean": ["true", "Expected a JSON object, got a boolean"],
    "a string": ["\"Paris\"", "Expected a JSON object, got a string"],
    "a list that is encoded twice": ["\"[1]\"", "Expected a JSON object, got a list"],
    "an object that is encoded three times": [
      JSON.stringify(JSON.stringify("{}")),
      "Expected a JSON object, got a string"
    ]
  }
  for (const [name, [args, issues]] of Object.entries(wrong)) {
    it.effect(`are reported: ${name}`, () =>
      Effect.gen(function*() {
        assert.strictEqual(yield* messageOf(args), issues)
      }))
  }

  it.effect("are reported with the form of a text, as the tool describes it", () =>
    Effect.gen(function*() {
      const At = Schema.Struct({
        at: Schema.Date.annotate({ description: "The start" }),
        list: Schema.Array(Schema.DateTimeUtc),
        pair: Schema.Tuple([Schema.URL]),
        byName: Schema.Record(Schema.String, Schema.Date),
        next: Schema.optionalKey(Schema.Struct({ until: Schema.Date }).annotate({ identifier: "Until" })),
        link: Schema.optionalKey(Link)
      })
      const iso = "A date and time in ISO 8601, such as 2026-01-31T09:30:00Z"
      const issues = yield* messageOf({
        at: "tomorrow",
        list: ["2026-01-31T09:30:00Z", "tomorrow"],
        pair: ["tomorrow"],
        byName: { a: "tomorrow" },
        next: { until: "tomorrow" }
      }, At)
      assert.deepStrictEqual(issues?.split("; "), [
        `at: Expected a valid Date (The start. ${iso})`,
        `list.1: Expected a valid UTC DateTime string (${iso})`,
        "pair.0: Expected a valid URL string (A URL, such as https://example.com/)",
        `byName.a: Expected a valid Date (${iso})`,
        `next.until: Expected a valid Date (${iso})`
      ])
    }))

  it.effect("of any depth fail and never die", () =>
    Effect.gen(function*() {
      const deep = (levels: number) => `${"{\"next\":".repeat(levels)}{}${"}".repeat(levels)}`
      const decoded = yield* Tool.decodeArguments(callOf(deep(498)), Link)
      assert.property(decoded, "next")
      for (const levels of [600, 100_000]) {
        assert.match(yield* messageOf(deep(levels), Link), /at most 500 levels|text that is not JSON/)
      }
      const cycle: Record<string, unknown> = {}
      cycle["next"] = cycle
      assert.match(yield* messageOf(cycle, Link), /at most 500 levels/)
    }))

  it.effect("are all reported, however many they are", () =>
    Effect.gen(function*() {
      const issues = yield* messageOf(
        { list: Array.from({ length: 20 }, () => "x") },
        Schema.Struct({
          list: Schema.Array(Schema.Finite)
        })
      )
      assert.strictEqual(issues, Array.from({ length: 20 }, (_, at) => `list.${at}: Expected number`).join("; "))
    }))

  it.effect("are an error without any of their values, that can be logged, encoded and told from others", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Tool.decodeArguments(
        callOf({ city: ["a secret"], day: "a secret", unit: "a secret", scores: "a secret", pair: { 0: "a secret" } }),
        Forecast
      ))
      assert.instanceOf(error, Tool.InvalidArguments)
      assert.strictEqual(error._tag, "InvalidToolArguments")
      assert.strictEqual(error.tool, "get_forecast")
      assert.deepStrictEqual(error.issues.map(({ path }) => path.join(".")), [
        "city",
        "day",
        "unit",
        "scores",
        "pair.1"
      ])
      for (const text of [error.message, String(error), JSON.stringify(error), inspect(error), error.stack ?? ""]) {
        assert.notInclude(text, "a secret")
      }
      const encoded = yield* Schema.encodeEffect(Tool.InvalidArguments)(error)
      assert.deepStrictEqual(yield* Schema.decodeEffect(Tool.InvalidArguments)(encoded), error)
      for (const args of ["a secret", "{\"city\": \"a secret", "\"a secret\""]) {
        assert.notInclude(inspect(yield* Effect.flip(Tool.decodeArguments(callOf(args), Forecast))), "a secret")
      }
    }))

  it.effect("go back to the model as the result of their call", () =>
    Effect.gen(function*() {
      const call = callOf("{}")
      const error = yield* Effect.flip(Tool.decodeArguments(call, Forecast))
      assert.deepStrictEqual(Message.toolResult(call, error), {
        role: "tool",
        content: JSON.stringify({ error: error.message }),
        tool_call_id: "aB3dE6gH9",
        name: "get_forecast"
      })
    }))
})

const Forecast = Schema.Struct({
  city: Schema.String,
  day: Schema.Date,
  unit: Schema.optionalKey(Schema.Literals(["c", "f"])),
  scores: Schema.optionalKey(Schema.Record(Schema.String, Schema.Number)),
  pair: Schema.optionalKey(Schema.Tuple([Schema.String, Schema.Int]))
})

class Search extends Schema.Class<Search>("Search")({
  text: Schema.String,
  limit: Schema.Int.pipe(Schema.withDecodingDefaultKey(Effect.succeed(10)))
}) {}

class Users extends Context.Service<Users, ReadonlyMap<string, string>>()("test/Users") {}

const User = Schema.String.pipe(Schema.decodeTo(Schema.String, {
  decode: SchemaGetter.transformEffect((id: string) => Effect.map(Users, (users) => users.get(id) ?? "nobody")),
  encode: SchemaGetter.passthrough()
}))

interface Link {
  readonly next?: Link
}
const Link: Schema.Codec<Link> = Schema.Struct({
  next: Schema.optionalKey(Schema.suspend((): Schema.Codec<Link> => Link))
})
