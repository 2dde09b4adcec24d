/** `generateObject`: the response format that is sent, and the object that is decoded. */
import type { MistralLanguageModel } from "@effect-mistral/ai"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Schema, SchemaGetter } from "effect"
import { LanguageModel, OpenAiStructuredOutput, Tool, Toolkit } from "effect/ai"
import { scripted, sentBodies } from "./fixtures/sentTools.ts"

type Config = Omit<MistralLanguageModel.ConfigOptions, "model">

const saying = (content: Parameters<typeof TestCompletion.response>[0]) =>
  ScriptedHttpClient.json(TestCompletion.response(content))

class Work extends Schema.Class<Work>("Work")({
  title: Schema.String,
  painted: Schema.optionalKey(Schema.Date)
}) {}

const Painter = Schema.Struct({
  name: Schema.String.check(Schema.isMinLength(2)),
  born: Schema.Date,
  places: Schema.Record(Schema.String, Schema.FiniteFromString),
  life: Schema.Tuple([Schema.Int, Schema.optionalKey(Schema.Int)]),
  works: Schema.Array(Work),
  nick: Schema.optionalKey(Schema.String)
}).annotate({ identifier: "Painter", description: "A painter" })

const monet: typeof Painter.Type = {
  name: "Monet",
  born: new Date("1840-11-14"),
  places: { paris: 19, giverny: 43 },
  life: [1840, 1926],
  works: [new Work({ title: "Impression" }), new Work({ title: "Nympheas", painted: new Date("1915-01-01") })]
}

const plain = {
  name: "Monet",
  born: "1840-11-14T00:00:00.000Z",
  places: { paris: "19", giverny: "43" },
  life: [1840, 1926],
  works: [{ title: "Impression" }, { title: "Nympheas", painted: "1915-01-01T00:00:00.000Z" }]
}

const strict = {
  ...plain,
  places: [{ key: "paris", value: "19" }, { key: "giverny", value: "43" }],
  works: [{ title: "Impression", painted: null }, plain.works[1]],
  nick: null
}

/** The object that is decoded from a text. */
const decoded = (text: string, config?: Config) =>
  Effect.map(LanguageModel.generateObject({ prompt: "Who?", schema: Painter }), ({ value }) => value).pipe(
    Effect.provide(scripted([saying(text)], config))
  )

/** The response format that is sent. */
const formatOf = <A, E extends Record<string, unknown>>(
  schema: Schema.Codec<A, E>,
  text: string,
  options: { readonly objectName?: string; readonly config?: Config } = {}
) =>
  Effect.gen(function*() {
    const { config: _, ...rest } = options
    yield* LanguageModel.generateObject({ prompt: "Who?", schema, ...rest })
    const [body] = yield* sentBodies
    return body?.["response_format"]
  }).pipe(Effect.provide(scripted([saying(text)], options.config)))

const Named = Schema.Struct({ name: Schema.String, nick: Schema.optionalKey(Schema.String) })

describe("the response format of an object", () => {
  it.effect("is a strict JSON Schema with the name and the description of the schema", () =>
    Effect.gen(function*() {
      const schema = Named.annotate({ identifier: "Painter", description: "A painter" })
      assert.deepStrictEqual(yield* formatOf(schema, "{\"name\":\"Monet\",\"nick\":null}"), {
        type: "json_schema",
        json_schema: {
          name: "Painter",
          description: "A painter",
          strict: true,
          schema: {
            type: "object",
            properties: {
              name: { type: "string" },
              nick: { anyOf: [{ type: "string" }, { type: "null" }] }
            },
            required: ["name", "nick"],
            additionalProperties: false,
            description: "A painter"
          }
        }
      })
    }))

  it.effect("is the plain JSON Schema, and no key `strict`, where strict schemas are switched off", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* formatOf(Named, "{\"name\":\"Monet\"}", { config: { strictJsonSchema: false } }), {
        type: "json_schema",
        json_schema: {
          name: "generateObject",
          schema: {
            type: "object",
            properties: { name: { type: "string" }, nick: { type: "string" } },
            required: ["name"]
          }
        }
      })
    }))

  it.effect("has a name that Mistral takes", () =>
    Effect.gen(function*() {
      const names = {
        "a_B-9": "a_B-9",
        "größter Maler/1": "gr__ter_Maler_1",
        ["x".repeat(70)]: "x".repeat(64),
        "": "response"
      }
      for (const [objectName, name] of Object.entries(names)) {
        const format = yield* formatOf(Named, "{\"name\":\"Monet\"}", { objectName })
        assert.deepNestedPropertyVal(format, "json_schema.name", name)
      }
    }))

  it.effect("is absent where a text is generated", () =>
    Effect.gen(function*() {
      yield* LanguageModel.generateText({ prompt: "Who?" })
      assert.notProperty((yield* sentBodies)[0], "response_format")
    }).pipe(Effect.provide(scripted([saying("Monet")]))))

  it.effect("stands beside the tools", () =>
    Effect.gen(function*() {
      const toolkit = Toolkit.make(Tool.make("get_time"))
      const { value } = yield* LanguageModel.generateObject({ prompt: "Who?", schema: Named, toolkit }).pipe(
        Effect.provide(toolkit.toLayer({ get_time: () => Effect.void }))
      )
      assert.deepStrictEqual(value, { name: "Monet" })
      assert.containsAllKeys((yield* sentBodies)[0], ["response_format", "tools", "tool_choice"])
    }).pipe(Effect.provide(scripted([saying("{\"name\":\"Monet\"}")]))))
})

describe("a schema that cannot be sent", () => {
  const cases: Record<string, readonly [schema: Schema.Codec<unknown, Record<string, unknown>>, words: string]> = {
    "a union": [
      Schema.Union([Named, Schema.Struct({ id: Schema.Int })]),
      "it is a union, and the root must be an object with named keys. Wrap it in a Struct: Schema.Struct({ value: ... })"
    ],
    "a record": [
      Schema.Record(Schema.String, Schema.String),
      "it is a record, and the root must be an object with named keys. Wrap it in a Struct: Schema.Struct({ items: ... })"
    ],
    "a value without a JSON form": [
      Schema.Struct({ by: Schema.Struct({ id: Schema.Symbol }) }),
      "The schema cannot be sent to Mistral (at by.id): JSON has no symbols"
    ]
  }
  for (const [name, [schema, words]] of Object.entries(cases)) {
    it.effect(`fails before anything is sent: ${name}`, () =>
      Effect.gen(function*() {
        const error = yield* Effect.flip(LanguageModel.generateObject({ prompt: "Who?", schema }))
        assert.strictEqual(error.reason._tag, "UnsupportedSchemaError")
        assert.include(error.message, words)
        assert.isFalse(error.isRetryable)
        assert.deepStrictEqual(yield* sentBodies, [])
      }).pipe(Effect.provide(scripted([saying("{}")]))))
  }

  it.effect("may have a plain form that can", () =>
    Effect.gen(function*() {
      const schema = Schema.Record(Schema.String, Schema.FiniteFromString)
      const { value } = yield* LanguageModel.generateObject({ prompt: "Who?", schema })
      assert.deepStrictEqual(value, { a: 1 })
    }).pipe(Effect.provide(scripted([saying("{\"a\":\"1\"}")], { strictJsonSchema: false }))))
})

describe("an object", () => {
  const forms: Record<string, unknown> = {
    "the plain form": plain,
    "the strict form": strict,
    "the form of effect/ai for OpenAI": Schema.encodeUnknownSync(OpenAiStructuredOutput.toCodecOpenAI(Painter).codec)(
      monet
    )
  }
  for (const [name, json] of Object.entries(forms)) {
    it.effect(`is decoded from ${name}, whatever was sent`, () =>
      Effect.gen(function*() {
        for (const strictJsonSchema of [true, false]) {
          assert.deepStrictEqual(yield* decoded(JSON.stringify(json, undefined, 2), { strictJsonSchema }), monet)
        }
      }))
  }

  it.effect("is decoded from all texts of the response, without the thinking", () =>
    Effect.gen(function*() {
      const text = JSON.stringify(strict)
      const { value } = yield* LanguageModel.generateObject({ prompt: "Who?", schema: Painter })
      assert.deepStrictEqual(value, monet)
      const response = yield* LanguageModel.generateText({ prompt: "Who?" })
      assert.strictEqual(response.text, text)
    }).pipe(Effect.provide(scripted([0, 1].map(() =>
      saying([
        { type: "thinking", thinking: [{ type: "text", text: "{\"name\":\"Manet\"}" }] },
        { type: "text", text: JSON.stringify(strict).slice(0, 30) },
        { type: "text", text: JSON.stringify(strict).slice(30) }
      ])
    )))))

  it.effect("is decoded with the services that its schema needs", () =>
    Effect.gen(function*() {
      const schema = Schema.Struct({ user: User, nick: Schema.optionalKey(Schema.String) })
      const { value } = yield* LanguageModel.generateObject({ prompt: "Who?", schema })
      assert.deepStrictEqual(value, { user: "Ada" })
    }).pipe(
      Effect.provide(scripted([saying("{\"user\":\"u1\",\"nick\":null}")])),
      Effect.provideService(Users, new Map([["u1", "Ada"]]))
    ))
})

describe("a text that does not fit", () => {
  const failure = (text: string, config?: Config) =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(decoded(text, config))
      assert.isTrue(error.reason._tag === "StructuredOutputError")
      return error.reason._tag === "StructuredOutputError" ? error.reason : undefined
    })

  it.effect("fails with every place that does not fit, as the plain form names it", () =>
    Effect.gen(function*() {
      const text = JSON.stringify({
        ...strict,
        name: "M",
        born: "in winter",
        places: [{ key: "paris", value: "far" }],
        life: { 0: 1840.5, 1: null },
        works: [{ title: 1, painted: null }, {}]
      })
      const reason = yield* failure(text)
      assert.strictEqual(
        reason?.description,
        [
          "Expected a value with a length of at least 2\n  at [\"name\"]",
          "Expected a valid Date\n  at [\"born\"]",
          "Expected a finite number\n  at [\"places\"][\"paris\"]",
          "Expected an integer\n  at [\"life\"][0]",
          "Expected string\n  at [\"works\"][0][\"title\"]",
          "Missing key\n  at [\"works\"][1][\"title\"]"
        ].join("\n")
      )
      assert.strictEqual(reason?.responseText, text)
    }))

  it.effect("fails where it is no JSON, or none of a depth that a decoder can read", () =>
    Effect.gen(function*() {
      assert.include((yield* failure("Monet, of course."))?.description, "Expected a valid JSON string")
      assert.include((yield* failure(""))?.description, "No text content")
      const deep = `{"name":${"[".repeat(3000)}${"]".repeat(3000)}}`
      assert.include((yield* failure(deep))?.description, "Expected JSON of at most 500 levels")
    }))
})

describe("an object in a markdown fence", () => {
  const fenced = `Here is *Monet*:\n\n\`\`\`json\n${JSON.stringify(plain, undefined, 2)}\n\`\`\`\n\nHave fun.`

  it.effect("is refused, unless the model may write it so", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(decoded(fenced))
      assert.strictEqual(error.reason._tag, "StructuredOutputError")
      assert.deepStrictEqual(yield* decoded(fenced, { unwrapFence: true }), monet)
      assert.deepStrictEqual(yield* decoded(JSON.stringify(strict), { unwrapFence: true }), monet)
    }))

  it.effect("is taken out of all texts, and no other key is sent", () =>
    Effect.gen(function*() {
      const { content, value } = yield* LanguageModel.generateObject({ prompt: "Who?", schema: Painter })
      assert.deepStrictEqual(value, monet)
      assert.deepStrictEqual(content.flatMap((part) => part.type === "text" ? [part.text.trim()] : []), [
        JSON.stringify(plain, undefined, 2)
      ])
      assert.notProperty((yield* sentBodies)[0], "unwrapFence")
    }).pipe(Effect.provide(scripted([
      saying([
        { type: "text", text: fenced.slice(0, 40) },
        { type: "thinking", thinking: [{ type: "text", text: "Hm" }] },
        { type: "text", text: fenced.slice(40) }
      ])
    ], { unwrapFence: true }))))

  it.effect("stays in a text that is no object", () =>
    Effect.gen(function*() {
      const { text } = yield* LanguageModel.generateText({ prompt: "Who?" })
      assert.strictEqual(text, fenced)
    }).pipe(Effect.provide(scripted([saying(fenced)], { unwrapFence: true }))))
})

class Users extends Context.Service<Users, ReadonlyMap<string, string>>()("test/Users") {}

const User = Schema.String.pipe(Schema.decodeTo(Schema.String, {
  decode: SchemaGetter.transformEffect((id: string) => Effect.map(Users, (users) => users.get(id) ?? "nobody")),
  encode: SchemaGetter.passthrough()
}))
