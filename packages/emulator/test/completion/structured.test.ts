import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import * as SchemaRepresentation from "effect/SchemaRepresentation"
import { fits } from "../../src/internal/json/jsonSchema.ts"
import { generateJson } from "../../src/internal/text/generatedJson.ts"
import { ask, local } from "../support.ts"
import { generation } from "../text/textSupport.ts"

describe("JSON answers", () => {
  it.effect("an object if any will do", () =>
    Effect.gen(function*() {
      const response = yield* Chat.complete(ask("Fog as JSON", { response_format: { type: "json_object" } }))
      assert.isObject(JSON.parse(Completion.text(response)))
    }).pipe(Effect.provide(local())))

  it.effect("an object that the client decodes with its own schema", () =>
    Effect.gen(function*() {
      const { value: recipe } = yield* Chat.completeObject({ ...ask("A recipe, please"), schema: Recipe })
      assert.isTrue(Schema.is(Recipe)(recipe))
    }).pipe(Effect.provide(local())))

  for (const [name, schema] of Object.entries(schemas())) {
    it.effect(`a value that fits: ${name}`, () =>
      Effect.gen(function*() {
        const decode = Schema.decodeUnknownEffect(
          // A schema decoded from JSON needs no services.
          SchemaRepresentation.fromJsonSchemaDocument(JsonSchema.fromSchemaDraft2020_12(schema), {
            patterns: "apply"
          }) as Schema.Codec<unknown, unknown>,
          { onExcessProperty: "error" }
        )
        for (let seed = 0; seed < 20; seed++) {
          const response = yield* Chat.complete(ask("Fill this in", {
            random_seed: seed,
            response_format: { type: "json_schema", json_schema: { name: "answer", schema } }
          }))
          yield* decode(JSON.parse(Completion.text(response)))
        }
      }).pipe(Effect.provide(local())))
  }

  it("a value that fits what Effect's reader of JSON Schema does not know", () => {
    for (
      const schema of [
        { type: "integer", minimum: 1, maximum: 4, not: { const: 2 } },
        { type: "array", items: { type: "integer", minimum: 0, maximum: 9 }, contains: { const: 7 } },
        { enum: [{ a: 1 }, [2]] },
        { type: "object", properties: { next: { anyOf: [{ $ref: "#" }, { type: "null" }] } }, required: ["next"] },
        {
          type: "object",
          properties: { kind: { enum: ["a", "b"] }, size: { type: "integer", minimum: 1, maximum: 3 } },
          required: ["kind", "size"],
          if: { properties: { kind: { const: "a" } } },
          // oxlint-disable-next-line no-thenable -- a keyword of JSON Schema
          then: { properties: { size: { const: 1 } } }
        }
      ]
    ) {
      for (let seed = 0; seed < 20; seed++) {
        const made = generateJson(schema, generation(String(seed)))
        assert.isDefined(made)
        assert.isTrue(fits(schema, made?.value))
      }
    }
  })

  it("the check tells what fits from what does not", () => {
    const schema = {
      type: "object",
      properties: { a: { type: "integer" } },
      required: ["a"],
      additionalProperties: false
    }
    assert.isTrue(fits(schema, { a: 1 }))
    for (const value of [{}, { a: 1.5 }, { a: "1" }, { a: 1, b: 2 }, [], null, "a"]) assert.isFalse(fits(schema, value))
    assert.isFalse(fits({ oneOf: [{ type: "integer" }, { minimum: 1 }] }, 2))
    assert.isFalse(fits({ type: "string", pattern: "^a+$" }, "ab"))
    assert.isFalse(fits({ type: "array", uniqueItems: true }, [{ a: 1 }, { a: 1 }]))
    assert.isFalse(fits(false, 1))
  })
})

describe("tool calls", () => {
  it.effect("are made when a message names the function, with arguments that fit", () =>
    Effect.gen(function*() {
      const response = yield* Chat.complete(ask("Use get_weather for tomorrow", { tools: [weather, time] }))
      const choice = response.choices[0]
      assert.strictEqual(choice?.finish_reason, "tool_calls")
      assert.strictEqual(choice?.message?.tool_calls?.length, 1)
      const call = choice?.message?.tool_calls?.[0]
      assert.match(String(call?.id), /^[A-Za-z0-9]{9}$/)
      assert.strictEqual(call?.function.name, "get_weather")
      yield* Schema.decodeUnknownEffect(WeatherArguments)(JSON.parse(String(call?.function.arguments)))
    }).pipe(Effect.provide(local())))

  it.effect("are not made when no message names a function, or when the request forbids them", () =>
    Effect.gen(function*() {
      const silent = yield* Chat.complete(ask("Tell me about fog", { tools: [weather] }))
      const forbidden = yield* Chat.complete(ask("Use get_weather", { tools: [weather], tool_choice: "none" }))
      assert.strictEqual(silent.choices[0]?.finish_reason, "stop")
      assert.strictEqual(forbidden.choices[0]?.finish_reason, "stop")
    }).pipe(Effect.provide(local())))

  it.effect("are made when the request requires them, of the function it names if it does", () =>
    Effect.gen(function*() {
      for (const tool_choice of ["any", "required", { function: { name: "get_time" } }] as const) {
        const { choices } = yield* Chat.complete(ask("Tell me about fog", { tools: [weather, time], tool_choice }))
        const calls = choices[0]?.message?.tool_calls ?? []
        assert.strictEqual(calls.length, 1)
        if (typeof tool_choice === "object") assert.strictEqual(calls[0]?.function.name, "get_time")
      }
    }).pipe(Effect.provide(local())))

  it.effect("are several when a message names several functions, unless the request wants one at a time", () =>
    Effect.gen(function*() {
      const both = ask("Use get_weather and get_time", { tools: [weather, time] })
      const names = (choices: Completion.Response["choices"]) =>
        (choices[0]?.message?.tool_calls ?? []).map((call) => call.function.name)
      assert.deepStrictEqual(names((yield* Chat.complete(both)).choices), ["get_weather", "get_time"])
      assert.deepStrictEqual(names((yield* Chat.complete({ ...both, parallel_tool_calls: false })).choices), [
        "get_weather"
      ])
    }).pipe(Effect.provide(local())))

  it.effect("are accepted back with their results", () =>
    Effect.gen(function*() {
      const request = ask("Use get_weather", { tools: [weather] })
      const { choices } = yield* Chat.complete(request)
      const call = choices[0]?.message?.tool_calls?.[0]
      assert.isDefined(call)
      const response = yield* Chat.complete({
        ...request,
        messages: [
          ...request.messages,
          { role: "assistant", content: "", tool_calls: [{ id: String(call?.id), function: call!.function }] },
          { role: "tool", tool_call_id: call?.id, content: "18 degrees" }
        ]
      })
      assert.strictEqual(response.choices[0]?.finish_reason, "stop")
    }).pipe(Effect.provide(local())))
})

const Recipe = Schema.Struct({
  title: Schema.String,
  minutes: Schema.Int.check(Schema.isBetween({ minimum: 5, maximum: 90 })),
  difficulty: Schema.Literals(["easy", "hard"]),
  ingredients: Schema.Array(Schema.Struct({ name: Schema.String, grams: Schema.NullOr(Schema.Finite) })).check(
    Schema.isMinLength(2)
  ),
  note: Schema.optional(Schema.String)
})

const WeatherArguments = Schema.Struct({
  city: Schema.String,
  days: Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 7 })),
  unit: Schema.optional(Schema.Literals(["celsius", "fahrenheit"]))
})

const weather = {
  type: "function",
  function: {
    name: "get_weather",
    description: "The weather of a city",
    parameters: {
      type: "object",
      properties: {
        city: { type: "string" },
        days: { type: "integer", minimum: 1, maximum: 7 },
        unit: { type: "string", enum: ["celsius", "fahrenheit"] }
      },
      required: ["city", "days"],
      additionalProperties: false
    }
  }
} as const

const time = { type: "function", function: { name: "get_time", parameters: {} } } as const

function schemas(): Readonly<Record<string, JsonSchema.JsonSchema>> {
  return {
    "numbers between bounds": {
      type: "object",
      properties: {
        open: { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1 },
        whole: { type: "integer", minimum: -3, maximum: -1 },
        step: { type: "integer", multipleOf: 5, minimum: 1, maximum: 20 },
        tight: { type: "number", minimum: 0.001, maximum: 0.002 },
        least: { type: "number", minimum: 1000 },
        most: { type: "integer", maximum: -1000 }
      },
      required: ["open", "whole", "step", "tight", "least", "most"]
    },
    "texts of a length, a pattern or a format": {
      type: "object",
      properties: {
        long: { type: "string", minLength: 40, maxLength: 60 },
        short: { type: "string", maxLength: 3 },
        code: { type: "string", pattern: "^[A-Z]{3}-\\d{4}$" },
        when: { type: "string", format: "date-time", pattern: "^\\d{4}-\\d{2}-\\d{2}T" },
        mail: { type: "string", format: "email" },
        id: { type: "string", format: "uuid" }
      },
      required: ["long", "short", "code", "when", "mail", "id"]
    },
    "lists": {
      type: "object",
      properties: {
        pair: { type: "array", prefixItems: [{ type: "string" }, { type: "integer" }], items: false, minItems: 2 },
        unique: { type: "array", items: { enum: ["a", "b", "c"] }, minItems: 3, uniqueItems: true },
        few: { type: "array", items: { type: "boolean" }, maxItems: 1 }
      },
      required: ["pair", "unique", "few"]
    },
    "alternatives and nothing": {
      type: "object",
      properties: {
        either: { anyOf: [{ type: "string" }, { type: "null" }] },
        kinds: { type: ["integer", "null"] },
        shape: {
          oneOf: [
            {
              type: "object",
              properties: { kind: { const: "circle" }, radius: { type: "number", minimum: 0 } },
              required: ["kind", "radius"],
              additionalProperties: false
            },
            {
              type: "object",
              properties: { kind: { const: "square" }, side: { type: "number", minimum: 0 } },
              required: ["kind", "side"],
              additionalProperties: false
            }
          ]
        }
      },
      required: ["either", "kinds", "shape"]
    },
    "parts that all hold": {
      allOf: [
        { type: "object", properties: { a: { type: "integer" } }, required: ["a"] },
        { type: "object", properties: { a: { type: "integer", minimum: 90 }, b: { type: "string" } }, required: ["b"] }
      ]
    },
    "definitions that refer to themselves": {
      $ref: "#/$defs/Tree",
      $defs: {
        Tree: {
          type: "object",
          properties: {
            label: { type: "string" },
            children: { type: "array", items: { $ref: "#/$defs/Tree" } },
            parent: { anyOf: [{ $ref: "#/$defs/Tree" }, { type: "null" }] }
          },
          required: ["label", "children", "parent"],
          additionalProperties: false
        }
      }
    },
    "maps": { type: "object", additionalProperties: { type: "integer", minimum: 1 }, minProperties: 2 }
  }
}
