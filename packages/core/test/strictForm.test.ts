/**
 * Properties of the conversion of schemas, over schemas and values that are drawn at random.
 */
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect, Exit, Schema } from "effect"
import { OpenAiStructuredOutput } from "effect/ai"
import { fits } from "../../emulator/src/internal/json/jsonSchema.ts"
import { danglingReferences } from "../../emulator/src/internal/json/schemaReferences.ts"
import { WorkBudget } from "../../emulator/src/internal/json/workBudget.ts"
import { makeRandom } from "../../emulator/src/internal/random/random.ts"
import { generateJson } from "../../emulator/src/internal/text/generatedJson.ts"
import type { JsonSchemaDocument } from "../src/internal/object/jsonSchema.ts"
import { jsonSchemaOf } from "../src/internal/object/jsonSchemaOf.ts"
import { makePartialOf } from "../src/internal/object/partialForm.ts"
import { makePartialJson } from "../src/internal/object/partialJson.ts"
import { fromStrict, toStrict } from "../src/internal/object/strictForm.ts"
import { generatedSchema } from "./fixtures/generatedSchemas.ts"
import { hasTypes, toStrictJson } from "./fixtures/strictJson.ts"

const seeds = Array.from({ length: 250 }, (_, seed) => seed)

/** Some values of a schema, in JSON as its codec writes them. */
const samples = (schema: Schema.Codec<unknown, unknown>, seed: number) =>
  Effect.map(
    Arbitrary.sampleEffect(Arbitrary.schema(schema), { count: 4, size: 4, seed }),
    (values) => values.map((value) => ({ value, json: Schema.encodeSync(Schema.toCodecJson(schema))(value) }))
  )

describe("the JSON Schema of a generated schema", () => {
  it("has no reference that leads to nothing, plain or strict", () => {
    for (const seed of seeds) {
      const document = jsonSchemaOf(generatedSchema(seed))
      const strict = toStrict(document)
      assert.deepStrictEqual(danglingReferences(strict), [], `seed ${seed}`)
      assert.deepStrictEqual(danglingReferences({ ...document.root, $defs: document.definitions }), [], `seed ${seed}`)
      assert.deepStrictEqual(faultsOf(strict), [], `seed ${seed}: ${JSON.stringify(strict)}`)
    }
  })

  it.effect("takes each value in strict form, which decodes to the value again", () =>
    Effect.gen(function*() {
      for (const seed of seeds) {
        const schema = generatedSchema(seed)
        const codec = Schema.toCodecJson(schema)
        const document = jsonSchemaOf(schema)
        const strict = toStrict(document)
        for (const { json } of yield* samples(schema, seed)) {
          const written = toStrictJson(document, json)
          const context = `seed ${seed}: ${JSON.stringify(written)}\n${JSON.stringify(strict)}`
          assert.isTrue(fits(strict, written), context)
          const decoded = Schema.decodeUnknownSync(codec)(fromStrict(document, written))
          assert.deepStrictEqual(withoutNull(Schema.encodeSync(codec)(decoded)), withoutNull(json), context)
        }
      }
    }), 60_000)

  it.effect("leaves JSON in plain form as it is", () =>
    Effect.gen(function*() {
      for (const seed of seeds) {
        const schema = generatedSchema(seed)
        const document = jsonSchemaOf(schema)
        for (const { json } of yield* samples(schema, seed)) {
          assert.deepStrictEqual(withoutNull(fromStrict(document, json)), withoutNull(json), `seed ${seed}`)
        }
      }
    }), 60_000)

  it.effect("reads each value in the form that effect/ai makes for OpenAI", () =>
    Effect.gen(function*() {
      let read = 0
      for (const seed of seeds) {
        const schema = generatedSchema(seed)
        const document = jsonSchemaOf(schema)
        const codec = Schema.toCodecJson(schema)
        const foreign = openAiCodec(schema)
        for (const { json, value } of foreign === undefined ? [] : yield* samples(schema, seed)) {
          const written = Schema.encodeUnknownExit(foreign!)(value)
          // `effect/ai` cannot write all values of all schemas.
          if (Exit.isFailure(written)) continue
          const context = `seed ${seed}: ${JSON.stringify(written.value)}`
          const decoded = Schema.decodeUnknownExit(codec)(fromStrict(document, written.value))
          assert.isTrue(Exit.isSuccess(decoded), context)
          if (Exit.isFailure(decoded)) return
          assert.deepStrictEqual(withoutNull(Schema.encodeSync(codec)(decoded.value)), withoutNull(json), context)
          read += JSON.stringify(written.value) === JSON.stringify(json) ? 0 : 1
        }
      }
      assert.isAbove(read, 200)
    }), 60_000)

  it("is read in proportion to the length of the JSON, though a partial is taken after every part", () => {
    const schema = Schema.Struct({ list: Schema.Array(Schema.Struct({ a: Schema.optionalKey(Schema.String) })) })
    const document = jsonSchemaOf(schema)
    const time = (count: number): number => {
      const text = JSON.stringify({ list: Array.from({ length: count }, () => ({ a: "some text ".repeat(20) })) })
      const json = makePartialJson()
      const partialOf = makePartialOf(document)
      const start = performance.now()
      for (let at = 0; at < text.length; at += 100) {
        json.feed(text.slice(at, at + 100))
        partialOf(json.value())
      }
      return performance.now() - start
    }
    time(100)
    // Ten times the text: a hundred times the time if every partial were made from the beginning.
    const [short, long] = [time(200), time(2000)]
    assert.isBelow(long, 60 * Math.max(short, 5))
  })

  it("takes the JSON that the emulator makes for what is sent", () => {
    for (const seed of seeds) {
      const schema = generatedSchema(seed)
      const document = jsonSchemaOf(schema)
      for (let draw = 0; draw < 3; draw++) {
        const made = generateJson(toStrict(document), {
          random: makeRandom(`${seed} ${draw}`),
          now: Date.UTC(2026, 2, 5),
          budget: new WorkBudget()
        })
        assert.isDefined(made, `seed ${seed}`)
        const exit = Schema.decodeUnknownExit(Schema.toCodecJson(schema))(fromStrict(document, made?.value))
        assert.isTrue(Exit.isSuccess(exit), `seed ${seed}: ${JSON.stringify(made?.value)}`)
      }
    }
  }, 60_000)

  it.effect(
    "gives partials with its types after every character, and the whole at the end",
    () =>
      Effect.gen(function*() {
        for (const seed of seeds.slice(0, 80)) {
          const schema = generatedSchema(seed)
          const document = jsonSchemaOf(schema)
          const [sample] = yield* samples(schema, seed)
          const written = toStrictJson(document, sample?.json)
          assert.deepStrictEqual(
            readInParts(document, JSON.stringify(written)),
            fromStrict(document, written),
            `seed ${seed}`
          )
        }
      }),
    60_000
  )
})

/** Reads a text character by character, checks each partial, and gives the last one. */
const readInParts = (document: JsonSchemaDocument, text: string): unknown => {
  const json = makePartialJson()
  const partialOf = makePartialOf(document)
  let last: unknown
  for (const character of text) {
    assert.isTrue(json.feed(character))
    const partial = partialOf(json.value())
    if (partial === undefined) continue
    last = partial.value
    assert.isTrue(hasTypes(document, document.root, last), JSON.stringify(last))
  }
  return last
}

/** Parts that the strict subset does not allow. */
const faultsOf = (schema: unknown): ReadonlyArray<string> => {
  if (Array.isArray(schema)) return schema.flatMap(faultsOf)
  if (typeof schema !== "object" || schema === null) return []
  const { $defs = {}, anyOf, properties, ...rest } = schema as Readonly<Record<string, unknown>>
  const isNull = (one: unknown) => JSON.stringify(one) === "{\"type\":\"null\"}"
  return [
    ...Object.keys(rest).filter((keyword) => !allowed.has(keyword)),
    ...("$ref" in rest && Object.keys(schema).length > 1 ? ["a keyword beside a reference"] : []),
    ...(rest["type"] === "object" && rest["additionalProperties"] !== false ? ["an open object"] : []),
    ...(rest["type"] === "object" &&
        JSON.stringify(rest["required"]) !== JSON.stringify(Object.keys(Object(properties)))
      ? ["a key that is not required"]
      : []),
    ...(Array.isArray(anyOf) && anyOf.filter(isNull).length > 1 ? ["null twice"] : []),
    ...[anyOf ?? [], rest["items"], ...Object.values(Object(properties)), ...Object.values(Object($defs))].flatMap(
      faultsOf
    )
  ]
}

const allowed = new Set([
  "$ref",
  "type",
  "title",
  "description",
  "enum",
  "required",
  "additionalProperties",
  "items",
  "pattern",
  "format",
  "multipleOf",
  "minimum",
  "maximum",
  "exclusiveMinimum",
  "exclusiveMaximum",
  "minItems",
  "maxItems"
])

/** JSON without the keys that are `null`: an absent optional key is `null` in strict form. */
const withoutNull = (json: unknown): unknown =>
  Array.isArray(json)
    ? json.map(withoutNull)
    : typeof json === "object" && json !== null
    ? Object.fromEntries(
      Object.entries(json).flatMap(([key, value]) => value === null ? [] : [[key, withoutNull(value)]])
    )
    : json

/** The codec of `effect/ai` for OpenAI; `undefined` where it cannot make one. */
const openAiCodec = (schema: Schema.Codec<unknown, unknown>): Schema.ConstraintCodec<unknown, unknown> | undefined => {
  try {
    return OpenAiStructuredOutput.toCodecOpenAI(schema).codec
  } catch {
    return undefined
  }
}
