/** Values that the emulator generates for a JSON Schema, validated by a library that is not its own. */
import { Emulator } from "@effect-mistral/emulator"
import { assert, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import { makeAjv } from "../openapi/validator.ts"

const seeds = Array.from({ length: 20 }, (_, seed) => seed)

layer(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity }), { excludeTestServices: true })(
  "a value that Ajv accepts",
  (it) => {
    for (const [name, schema] of Object.entries(schemas())) {
      it.effect(`is the answer and are the arguments of a call: ${name}`, () =>
        Effect.gen(function*() {
          const fits = makeAjv().compile(schema)
          for (const random_seed of seeds) {
            const answer = yield* ask({
              random_seed,
              response_format: { type: "json_schema", json_schema: { name: "answer", schema, strict: true } }
            })
            const text = String(answer.content)
            assert.isTrue(fits(JSON.parse(text)), text)
            const call = yield* ask({
              random_seed,
              tools: [{ type: "function", function: { name: "f", parameters: schema } }],
              tool_choice: "any"
            })
            const made = String(call.tool_calls?.[0]?.function.arguments)
            assert.isTrue(fits(JSON.parse(made)), made)
          }
        }))
    }
  }
)

interface Said {
  readonly content: unknown
  readonly tool_calls?: ReadonlyArray<{ readonly function: { readonly arguments: unknown } }>
}

const ask = (more: object): Effect.Effect<Said, never, Emulator.Emulator> =>
  Effect.flatMap(Emulator.Emulator, ({ apiKey, url }) =>
    Effect.promise(async () => {
      const response = await fetch(`${url}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${Redacted.value(apiKey)}` },
        body: JSON.stringify({
          model: "mistral-small-latest",
          messages: [{ role: "user", content: "Fill this in" }],
          ...more
        })
      })
      assert.strictEqual(response.status, 200)
      const { choices: [choice] } = await response.json() as { readonly choices: [{ readonly message: Said }] }
      return choice.message
    }))

/** Schemas as programs send them: written by hand, or made from classes and validators. */
function schemas(): Readonly<Record<string, object>> {
  return {
    "a class with nested classes and optional fields": {
      $defs: {
        Address: {
          type: "object",
          properties: {
            street: { type: "string", minLength: 3 },
            zip: { type: "string", pattern: "^[0-9]{5}$" },
            country: { type: "string", enum: ["FR", "DE", "NO"], default: "FR" }
          },
          required: ["street", "zip"]
        },
        Level: { type: "integer", enum: [1, 2, 3], title: "Level" }
      },
      type: "object",
      title: "Person",
      properties: {
        name: { type: "string", title: "Name" },
        age: { anyOf: [{ type: "integer", minimum: 0, maximum: 130 }, { type: "null" }], default: null },
        addresses: { type: "array", items: { $ref: "#/$defs/Address" }, minItems: 1, maxItems: 3 },
        level: { allOf: [{ $ref: "#/$defs/Level" }], default: 1 },
        tags: { type: "object", additionalProperties: { type: "string" } }
      },
      required: ["name", "age", "addresses", "level"],
      additionalProperties: false
    },
    "a strict object whose keys are all required and may be null": {
      type: "object",
      properties: {
        steps: {
          type: "array",
          items: {
            type: "object",
            properties: { explanation: { type: "string" }, output: { type: ["string", "null"] } },
            required: ["explanation", "output"],
            additionalProperties: false
          }
        },
        confidence: { type: "number", minimum: 0, maximum: 1 }
      },
      required: ["steps", "confidence"],
      additionalProperties: false
    },
    "a union told apart by a constant": {
      type: "object",
      properties: {
        shape: {
          oneOf: [
            {
              type: "object",
              properties: { kind: { const: "circle" }, radius: { type: "number", exclusiveMinimum: 0 } },
              required: ["kind", "radius"]
            },
            {
              type: "object",
              properties: {
                kind: { const: "polygon" },
                points: {
                  type: "array",
                  minItems: 3,
                  items: {
                    type: "array",
                    prefixItems: [{ type: "number" }, { type: "number" }],
                    minItems: 2,
                    items: false
                  }
                }
              },
              required: ["kind", "points"]
            }
          ]
        }
      },
      required: ["shape"]
    },
    "a tree": {
      $ref: "#/$defs/Node",
      $defs: {
        Node: {
          type: "object",
          properties: {
            value: { type: "integer", multipleOf: 3, minimum: 1, maximum: 30 },
            left: { anyOf: [{ $ref: "#/$defs/Node" }, { type: "null" }] },
            right: { anyOf: [{ $ref: "#/$defs/Node" }, { type: "null" }] }
          },
          required: ["value", "left", "right"],
          additionalProperties: false
        }
      }
    },
    "a condition, formats and a key that must not be": {
      type: "object",
      properties: {
        method: { enum: ["card", "cash"] },
        number: { type: "string", minLength: 4, maxLength: 4 },
        since: { type: "string", format: "date-time" },
        day: { type: "string", format: "date" },
        mail: { type: "string", format: "email" },
        id: { type: "string", format: "uuid" },
        site: { type: "string", format: "uri" },
        codes: { type: "array", items: { type: "integer", minimum: 0, maximum: 9 }, uniqueItems: true, minItems: 2 }
      },
      required: ["method", "codes", "since", "day", "mail", "id", "site"],
      if: { properties: { method: { const: "card" } } },
      // oxlint-disable-next-line no-thenable -- a keyword of JSON Schema
      then: { required: ["number"] },
      not: { required: ["secret"] }
    }
  }
}
