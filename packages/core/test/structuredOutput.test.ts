import { Completion, Endpoint, StructuredOutput } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"

const Painter = Schema.Struct({ name: Schema.String, born: Schema.Int })
const request = { model: "m", messages: [{ role: "user" as const, content: "Who?" }], schema: Painter }
const monet = { name: "Claude Monet", born: 1840 }
const text = JSON.stringify(monet)
const calls = [{ id: "D681PevKs", function: { name: "find_painter", arguments: "{}" } }]

describe("structured output", () => {
  it.effect("gives the value and the response that a mock of complete gives", () =>
    Effect.gen(function*() {
      const response = TestCompletion.response(text)
      const complete = () => Effect.succeed(response)
      assert.deepStrictEqual(yield* StructuredOutput.complete(Endpoint.chat, { complete }, request), {
        value: monet,
        response
      })
    }))

  it.effect("gives the parts, then the value and the response of the chunks that a mock of stream gives", () =>
    Effect.gen(function*() {
      const chunks = TestCompletion.chunks(text)
      const stream = () => Stream.fromIterable(chunks)
      const parts = yield* Stream.runCollect(StructuredOutput.stream(Endpoint.chat, { stream }, request))
      assert.deepStrictEqual(parts.at(-1), {
        _tag: "Complete",
        value: monet,
        response: yield* Completion.collect(Stream.fromIterable(chunks))
      })
      assert.isTrue(parts.length > 1 && parts.slice(0, -1).every(({ _tag }) => _tag === "Partial"))
    }))

  it.effect("keeps the tool calls of a response that has both text and calls", () =>
    Effect.gen(function*() {
      const response = TestCompletion.response(text, { toolCalls: calls })
      const object = yield* StructuredOutput.complete(
        Endpoint.chat,
        { complete: () => Effect.succeed(response) },
        request
      )
      assert.deepStrictEqual(object.response.choices[0]?.message?.tool_calls, response.choices[0]?.message?.tool_calls)
    }))

  const failures = {
    complete: (response: Completion.Response) =>
      StructuredOutput.complete(Endpoint.chat, { complete: () => Effect.succeed(response) }, request),
    stream: (response: Completion.Response) =>
      Stream.runDrain(StructuredOutput.stream(Endpoint.chat, {
        stream: () =>
          Stream.make({
            ...response,
            choices: response.choices.map(({ message, ...choice }) => ({ ...choice, delta: message ?? {} }))
          })
      }, request))
  }
  for (const [name, run] of Object.entries(failures)) {
    it.effect(`fails with the response where the model called tools in place of the object (${name})`, () =>
      Effect.gen(function*() {
        const response = TestCompletion.response("", { toolCalls: calls })
        const { message, reason } = yield* Effect.flip(run(response))
        assert.isTrue(reason._tag === "InvalidOutput")
        if (reason._tag !== "InvalidOutput") return
        assert.deepStrictEqual(reason.issues, [{ path: [], message: "Expected JSON, got tool calls (see `response`)" }])
        assert.strictEqual(reason.finishReason, "tool_calls")
        assert.deepStrictEqual(reason.response?.usage, response.usage)
        assert.strictEqual(reason.response?.choices[0]?.message?.tool_calls?.[0]?.function.name, "find_painter")
        assert.notInclude(message, "find_painter")
      }))

    it.effect(`fails with the response where the text does not fit the schema (${name})`, () =>
      Effect.gen(function*() {
        const { message, reason } = yield* Effect.flip(run(TestCompletion.response("{\"name\":1}")))
        assert.isTrue(reason._tag === "InvalidOutput")
        if (reason._tag !== "InvalidOutput") return
        assert.strictEqual(reason.text, "{\"name\":1}")
        assert.deepStrictEqual(reason.issues.map(({ path }) => path), [["name"], ["born"]])
        assert.isString(reason.response?.id)
        assert.notInclude(message, reason.text)
      }))
  }
})

describe("StructuredOutput.decoder", () => {
  const decode = StructuredOutput.decoder(Painter)

  it.effect("decodes the object of a response that no service returned, in plain and in strict form", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* decode(TestCompletion.response(text)), monet)
      const Named = Schema.Struct({ name: Schema.String, nick: Schema.optionalKey(Schema.String) })
      const named = StructuredOutput.decoder(Named)
      assert.deepStrictEqual(yield* named(TestCompletion.response("{\"name\":\"M\",\"nick\":null}")), { name: "M" })
    }))

  it.effect("reads a fence only if it is told to", () =>
    Effect.gen(function*() {
      const fenced = TestCompletion.response(`Here it is:\n\`\`\`json\n${text}\n\`\`\``)
      assert.strictEqual((yield* Effect.flip(decode(fenced))).reason._tag, "InvalidOutput")
      assert.deepStrictEqual(yield* StructuredOutput.decoder(Painter, { unwrapFence: true })(fenced), monet)
    }))

  it.effect("fails with the places that do not fit, and names the operation", () =>
    Effect.gen(function*() {
      const response = TestCompletion.response("{\"name\":\"Monet\",\"born\":\"long ago\"}")
      const error = yield* Effect.flip(decode(response))
      assert.strictEqual(error.operation, "Chat.complete")
      assert.deepNestedInclude(error, { "reason._tag": "InvalidOutput", "reason.response": response })
      const agents = StructuredOutput.decoder(Painter, { endpoint: Endpoint.agents.complete })
      assert.strictEqual((yield* Effect.flip(agents(response))).path, "/v1/agents/completions")
    }))

  it("refuses a schema that is not that of an object when it is made", () => {
    assert.throws(() => StructuredOutput.decoder(Schema.String), "object")
  })
})

describe("StructuredOutput.responseFormat", () => {
  const Trip = Schema.Struct({
    city: Schema.String,
    day: Schema.optionalKey(Schema.Date)
  }).annotate({ identifier: "a trip" })
  const iso = "A date and time in ISO 8601, such as 2026-01-31T09:30:00Z."

  it("makes the strict form of a schema, by its identifier", () => {
    assert.deepStrictEqual<unknown>(StructuredOutput.responseFormat(Trip), {
      type: "json_schema",
      json_schema: {
        name: "a_trip",
        strict: true,
        schema: {
          type: "object",
          properties: {
            city: { type: "string" },
            day: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }], description: iso }
          },
          required: ["city", "day"],
          additionalProperties: false
        }
      }
    })
  })

  it("makes the plain form, with a name and a description", () => {
    assert.deepStrictEqual<unknown>(
      StructuredOutput.responseFormat(Trip, { name: "größe/1", description: "A trip", strict: false }),
      {
        type: "json_schema",
        json_schema: {
          name: "gr__e_1",
          description: "A trip",
          schema: {
            type: "object",
            properties: {
              city: { type: "string" },
              day: { type: "string", format: "date-time", description: iso }
            },
            required: ["city"]
          }
        }
      }
    )
  })

  it("takes at most 64 characters of a name, and one for none", () => {
    const nameOf = (name?: string) => StructuredOutput.responseFormat(Painter, { name }).json_schema?.name
    assert.strictEqual(nameOf("x".repeat(70)), "x".repeat(64))
    assert.strictEqual(nameOf(""), "response")
    assert.strictEqual(nameOf(), "response")
  })

  it("throws where the root is no object, with the way out; a record is one in plain form only", () => {
    const roots = [
      [Schema.Array(Painter), "it is a JSON array", "items"],
      [Schema.Union([Painter, Trip]), "it is a union", "value"],
      [Schema.String, "it is a JSON string", "value"],
      [Schema.Unknown, "it is any JSON value", "value"]
    ] as const
    for (const [schema, kind, key] of roots) {
      for (const strict of [true, false]) {
        assert.throws(
          () => StructuredOutput.responseFormat(schema, { strict }),
          `The schema cannot be sent to Mistral: ${kind}, and the root must be an object with named keys. ` +
            `Wrap it in a Struct: Schema.Struct({ ${key}: ... }).`
        )
      }
    }
    const Scores = Schema.Record(Schema.String, Schema.Finite)
    assert.throws(() => StructuredOutput.responseFormat(Scores), "it is a record")
    assert.deepStrictEqual<unknown>(StructuredOutput.responseFormat(Scores, { strict: false }).json_schema?.schema, {
      type: "object",
      properties: {},
      additionalProperties: { type: "number" }
    })
  })
})

describe("StructuredOutput.fromStrict", () => {
  const schema = Schema.Struct({
    unit: Schema.optionalKey(Schema.String),
    scores: Schema.Record(Schema.String, Schema.Finite),
    pair: Schema.Tuple([Schema.String, Schema.Finite]),
    list: Schema.NonEmptyArray(Schema.String),
    both: Schema.StructWithRest(Schema.Struct({ known: Schema.Boolean }), [
      Schema.Record(Schema.String, Schema.Boolean)
    ])
  })
  const plain = { scores: { a: 1, b: 2 }, pair: ["x", 3], list: ["p", "q"], both: { known: true, other: false } }
  const forms: Record<string, unknown> = {
    "the plain form": plain,
    "the strict form": {
      unit: null,
      scores: [{ key: "a", value: 1 }, { key: "b", value: 2 }],
      pair: { 0: "x", 1: 3 },
      list: ["p", "q"],
      both: { known: true, other_entries: [{ key: "other", value: false }] }
    },
    "the form that effect/ai makes for OpenAI": {
      unit: null,
      scores: [{ 0: "a", 1: 1 }, { 0: "b", 1: 2 }],
      pair: { 0: "x", 1: 3 },
      list: { 0: "p", __rest__: ["q"] },
      both: [{ 0: "known", 1: true }, { 0: "other", 1: false }]
    },
    "entries as pairs": {
      ...plain,
      scores: [["a", 1], ["b", 2]],
      both: [["known", true], ["other", false]]
    }
  }
  for (const [name, json] of Object.entries(forms)) {
    it(`reads ${name}`, () => {
      assert.deepStrictEqual<unknown>(StructuredOutput.fromStrict(schema, json), plain)
    })
  }

  it("leaves what fits no form as it is", () => {
    const json = { scores: [["a"]], pair: { 0: "x", 2: 3 }, list: { a: "p" }, both: [["known", true], "other"] }
    assert.deepStrictEqual(StructuredOutput.fromStrict(schema, json), json)
  })

  it("prefers the member of a union that has the form itself", () => {
    const Pairs = Schema.Struct({
      value: Schema.Union([
        Schema.Record(Schema.String, Schema.Finite),
        Schema.Array(Schema.Tuple([Schema.String, Schema.Finite])),
        Schema.NonEmptyArray(Schema.String),
        Schema.Struct({ 0: Schema.String })
      ])
    })
    const read = (value: unknown) => StructuredOutput.fromStrict(Pairs, { value })
    assert.deepStrictEqual(read([["a", 1]]), { value: [["a", 1]] })
    assert.deepStrictEqual(read([{ key: "a", value: 1 }]), { value: { a: 1 } })
    assert.deepStrictEqual(read({ 0: "a" }), { value: { 0: "a" } })
  })
})
