/** Reading documents and classifying, compared with Mistral's OpenAPI file: requests, responses and the emulator's. */
import { Classification, Endpoint, OcrDocument, ResponseFormat } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it, layer } from "@effect/vitest"
import { Effect, Redacted, Schema } from "effect"
import { answerOf, assertKnown, choices } from "./openapi/answers.ts"
import { compareEnum, compareRanges, compareStruct, type Struct, takes } from "./openapi/comparison.ts"
import { ocrCases, refusedCases } from "./openapi/ocrCases.ts"
import { nameOf, type OpenApi, operationOf, schemaOf, withSpecification } from "./openapi/specification.ts"
import { makeAjv, validator } from "./openapi/validator.ts"

withSpecification(compareAll, "mistral-openapi-files-batch.yaml")

function compareAll(openApi: OpenApi) {
  const { schemas } = openApi.components

  describe("an endpoint", () => {
    for (const [name, endpoint] of Object.entries(endpoints)) {
      const operation = operationOf(openApi, endpoint)
      const answer = schemaOf(operation?.responses["200"])!

      it(`${endpoint.name} takes ${name} by ${endpoint.method} ${endpoint.path}`, () => {
        assert.strictEqual(nameOf(schemaOf(operation?.requestBody)), name)
      })

      it(`${endpoint.name} takes every answer that the file allows`, () => {
        for (const choice of choices) {
          const value = answerOf(openApi, answer, choice)
          assert.isTrue(takes(endpoint.response, value), JSON.stringify([choice, value]))
        }
      })

      it(`${endpoint.name} knows the keys of its answer, and their types`, () => {
        assertKnown(withoutBlocks(openApi), answer, endpoint.response.ast, nameOf(answer)!)
      })
    }

    it("of the file is here", () => {
      const inFile = Object.keys(openApi.paths).filter((path) => /ocr|classifications/.test(path))
      assert.deepStrictEqual(Object.values(endpoints).map(({ path }) => path).sort(), inFile.sort())
    })
  })

  describe("every struct of a request", () => {
    for (const [name, struct] of Object.entries(structs)) {
      compareStruct(name, schemas[name], struct)
      compareRanges(name, schemas[name], struct.fields)
    }
  })

  describe("every closed set of values", () => {
    for (const key of ["table_format", "confidence_scores_granularity"] as const) {
      const values = schemas["OCRRequest"]?.properties?.[key]?.anyOf?.flatMap((one) => one.enum ?? [])
      compareEnum(`OCRRequest.${key}`, values, OcrDocument.Request.fields[key])
    }
  })

  describe("every block of a page", () => {
    const names = (schemas["OCRPageObject"]?.properties?.["blocks"]?.anyOf?.[0]?.items?.oneOf ?? []).map(nameOf)
    const types = names.map((name) => schemas[name!]?.properties?.["type"]?.const)

    it("has a type that is known here", () => {
      assert.sameMembers(types, [...OcrDocument.knownBlockTypes])
    })

    for (const [at, name] of names.entries()) {
      it(`that is an ${name} is known here, with its keys and their types`, () => {
        const block = { $ref: `#/components/schemas/${name}` }
        for (const choice of choices) {
          const value = { ...answerOf(openApi, block, choice) as object, type: types[at] }
          assert.isFalse(OcrDocument.isUnknownBlock(Schema.decodeUnknownSync(OcrDocument.Block)(value)))
        }
        assertKnown(openApi, block, astOfBlock(types[at]!), name!)
      })
    }
  })

  const ajv = makeAjv().addSchema(openApi, "mistral")
  const check = validator(openApi, [])

  it("every request that is taken here fits the file", () => {
    for (const { body, name, path } of ocrCases) {
      const [schema, endpoint] = Object.entries(endpoints).find(([, one]) => one.path === path)!
      const fits = ajv.getSchema(`mistral#/components/schemas/${schema}`)!
      assert.isTrue(fits(body), `${name}: ${JSON.stringify(fits.errors)}`)
      assert.isTrue(takes(endpoint.request, body), name)
    }
  })

  layer(Emulator.layer(), { excludeTestServices: true })("an answer of the emulator", (it) => {
    for (const one of [...ocrCases, ...refusedCases]) {
      it.effect(`to ${one.name} fits the file`, () =>
        Effect.gen(function*() {
          const [status, value] = yield* post(one.path, one.body)
          assert.strictEqual(status, one.status ?? 200)
          const answer = { status, contentType: "application/json", values: [value] }
          assert.deepStrictEqual(check(one, answer, value), [])
          // A problem has no key that a ValidationError must not have, and all that it must.
          const problem = check.schema("ValidationError")
          for (const each of problemsOf(value)) assert.isTrue(problem(each), JSON.stringify(problem.errors))
        }))
    }

    it.effect("fits the file only where nothing is missing or of another type", () =>
      Effect.gen(function*() {
        for (const [name, path, wrong] of damages) {
          const one = ocrCases.find((one) => one.name === name)!
          const [status, value] = yield* post(one.path, one.body)
          const damaged = structuredClone(value) as Record<string, unknown>
          const parent = path.slice(0, -1).reduce<unknown>((inner, key) => Reflect.get(Object(inner), key), damaged)
          assert.isTrue(Reflect.has(Object(parent), path.at(-1)!), path.join("."))
          Reflect.set(Object(parent), path.at(-1)!, wrong)
          const answer = { status, contentType: "application/json", values: [damaged] }
          assert.isNotEmpty(check(one, answer, damaged), path.join("."))
        }
      }))
  })
}

const endpoints = {
  OCRRequest: Endpoint.processOcr,
  ClassificationRequest: Endpoint.classify,
  ChatClassificationRequest: Endpoint.classifyChat
}

// The cast is safe: a conversation is a struct, though its static type is narrower.
const structs: Record<string, Struct> = {
  OCRRequest: OcrDocument.Request,
  ClassificationRequest: Classification.Request,
  ChatClassificationRequest: Classification.ChatRequest,
  InstructRequest: Classification.Conversation,
  ResponseFormat: ResponseFormat.ResponseFormat,
  JsonSchema: ResponseFormat.JsonSchema
}

/** The file with blocks of any shape: they are a union here as there, and compared one by one. */
const withoutBlocks = (openApi: OpenApi): OpenApi => {
  const { schemas } = openApi.components
  const page = schemas["OCRPageObject"]!
  const properties = { ...page.properties, blocks: { anyOf: [{ type: "string" }, { type: "number" }] } }
  return { ...openApi, components: { schemas: { ...schemas, OCRPageObject: { ...page, properties } } } }
}

/** The schema of the blocks of a type. */
const astOfBlock = (type: string): Schema.Top["ast"] => {
  const { ast } = OcrDocument.Block
  if (ast._tag !== "Union") return ast
  return ast.types.find((one) => {
    const tag = one._tag === "Objects" ? one.propertySignatures.find(({ name }) => name === "type") : undefined
    return tag !== undefined && tag.type._tag !== "String" && takes(Schema.make(tag.type), type)
  })!
}

const problemsOf = (value: unknown): ReadonlyArray<unknown> => {
  const { detail, message } = value as {
    readonly detail?: ReadonlyArray<unknown>
    readonly message?: { readonly detail?: ReadonlyArray<unknown> }
  }
  return detail ?? message?.detail ?? []
}

const post = (path: string, body: unknown) =>
  Effect.flatMap(Emulator.Emulator, ({ apiKey, url }) =>
    Effect.promise(async () => {
      const response = await fetch(`${url}${path}`, {
        method: "POST",
        headers: { authorization: `Bearer ${Redacted.value(apiKey)}` },
        body: JSON.stringify(body)
      })
      const value: unknown = await response.json()
      return [response.status, value] as const
    }))

/** Changes that make an answer invalid: the case, the place and the wrong value. */
const damages: ReadonlyArray<readonly [name: string, path: ReadonlyArray<string | number>, wrong: unknown]> = [
  ["a document", ["pages"], undefined],
  ["a document", ["usage_info", "pages_processed"], "5"],
  ["a document", ["pages", 0, "markdown"], null],
  ["a document", ["pages", 0, "images"], null],
  ["a document", ["pages", 0, "blocks", 0, "type"], "stamp"],
  ["a document", ["pages", 0, "blocks", 0, "top_left_x"], 0.5],
  ["a document with everything", ["pages", 0, "tables", 0, "format"], "csv"],
  ["a document with everything", ["pages", 0, "confidence_scores", "average_page_confidence_score"], 1.5],
  ["texts", ["id"], 5],
  ["texts", ["results", 0], []],
  ["a conversation", ["results"], undefined]
]
