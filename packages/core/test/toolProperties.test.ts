/**
 * Tools of generated schemas: what is sent has no reference that leads nowhere, and arguments come back as the values that
 * they were made of.
 */
import { FetchHttpClient, MistralClient, Tool } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Layer, Schema } from "effect"
import { eachSchema } from "../src/internal/schema/jsonSchema.ts"
import { checkReferences } from "../src/internal/schema/references.ts"
import { generatedParameters } from "./fixtures/generatedParameters.ts"
import { clientOver, complete, goodResponse } from "./fixtures/scriptedClient.ts"
import { strictArguments } from "./fixtures/strictArguments.ts"

const seeds = Array.from({ length: 150 }, (_, seed) => seed)

describe("the parameters of a tool of any schema", () => {
  for (const strict of [false, true]) {
    it.effect(`have references to recursive definitions only, which lead there, ${strict ? "strict" : "plain"}`, () =>
      Effect.gen(function*() {
        let recursive = 0
        for (const seed of seeds) {
          const tool = Tool.fromSchema({ name: "f", parameters: generatedParameters(seed), strict })
          const { parameters } = tool.function
          assert.strictEqual(parameters["type"], "object", `seed ${seed}`)
          checkReferences(parameters, [], (check, path) => assert.fail(`seed ${seed}: ${check} at ${path.join(".")}`))
          eachSchema(parameters, [], (schema) => {
            assert.notProperty(schema, "$schema", `seed ${seed}`)
            assert.notProperty(schema, "$id", `seed ${seed}`)
            assert.deepStrictEqual(Object.getOwnPropertySymbols(schema), [], `seed ${seed}`)
          })
          recursive += definitionsOf(parameters).length > 0 ? 1 : 0
          for (const [name, definition] of definitionsOf(parameters)) {
            assert.isTrue(reaches(definition, name, parameters), `seed ${seed}: ${name} is not recursive`)
          }
          yield* complete({}, { model: "m", messages: [{ role: "user", content: "Hi" }], tools: [tool] })
        }
        assert.isAbove(recursive, 50)
      }).pipe(Effect.provide(clientOver(goodResponse))))
  }
})

describe("the arguments of a tool of any schema", () => {
  it.effect("are decoded to the value that they were made of, in every form", () =>
    Effect.gen(function*() {
      for (const seed of seeds) {
        const schema = generatedParameters(seed)
        const encode = Schema.encodeUnknownEffect(Schema.toCodecJson(schema))
        for (const value of yield* Arbitrary.sampleEffect(Arbitrary.schema(schema), { count: 4, seed, size: 4 })) {
          const plain = yield* encode(value)
          const strict = strictArguments(
            Tool.fromSchema({ name: "f", parameters: schema, strict: true }).function.parameters,
            plain
          )
          for (const json of [plain, strict]) {
            for (const args of [json, JSON.stringify(json), JSON.stringify(JSON.stringify(json))]) {
              const decoded = yield* Tool.decodeArguments(
                { function: { name: "f", arguments: args as string } },
                schema
              ).pipe(Effect.mapError((error) => `seed ${seed}: ${error.message} ${JSON.stringify(json)}`))
              assert.deepStrictEqual(comparable(decoded), comparable(value), `seed ${seed}`)
            }
          }
        }
      }
    }), 60_000)
})

describe("a tool of any schema", () => {
  for (const strict of [false, true]) {
    it.live(
      `is called by the emulator with arguments that are decoded, ${strict ? "strict" : "plain"}`,
      () =>
        Effect.gen(function*() {
          for (const seed of seeds.slice(0, 60)) {
            // The emulator generates no object with the key `__proto__`.
            const schema = generatedParameters(seed, false)
            const response = yield* complete({}, {
              model: "mistral-small-latest",
              messages: [{ role: "user", content: `Call ${seed}` }],
              tools: [Tool.fromSchema({ name: "f", parameters: schema, strict })],
              tool_choice: "any"
            })
            const [call] = response.choices[0]?.message?.tool_calls ?? []
            assert.isDefined(call, `seed ${seed}`)
            yield* Tool.decodeArguments(call!, schema).pipe(
              Effect.mapError((error) => `seed ${seed}: ${error.message} ${JSON.stringify(call)}`)
            )
          }
        }).pipe(Effect.provide(emulated)),
      60_000
    )
  }
})

const emulated = Layer.unwrap(Effect.map(
  Emulator.Emulator,
  ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url })
)).pipe(
  Layer.provide(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity })),
  Layer.provide(FetchHttpClient.layer)
)

type JsonSchema = Readonly<Record<string, unknown>>

const definitionsOf = (parameters: JsonSchema): ReadonlyArray<[string, JsonSchema]> =>
  Object.entries((parameters["$defs"] ?? {}) as Record<string, JsonSchema>)

/** Whether references lead from a schema to a definition, directly or through others. */
const reaches = (from: JsonSchema, name: string, parameters: JsonSchema): boolean => {
  const reached = new Set<string>()
  const follow = (start: JsonSchema) =>
    eachSchema(start, [], ({ $ref }) => {
      if (typeof $ref !== "string" || reached.has($ref)) return
      reached.add($ref)
      const target = definitionsOf(parameters).find(([key]) => $ref === `#/$defs/${key}`)
      assert.isDefined(target, `no definition for ${$ref}`)
      follow(target![1])
    })
  follow(from)
  return reached.has(`#/$defs/${name}`)
}

/** A value with absent keys for `undefined` and 0 for -0, because JSON text or its strict form has one form for both. */
const comparable = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(comparable)
  if (value === 0) return 0
  if (typeof value !== "object" || value === null) return value
  if (value instanceof Date || "~effect/DateTime" in value) return value
  const copy = Object.create(Object.getPrototypeOf(value))
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== undefined) Object.defineProperty(copy, key, { value: comparable(inner), enumerable: true })
  }
  return copy
}
