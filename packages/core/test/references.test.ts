/**
 * References in JSON Schemas: those that lead nowhere are refused, and the keys that Mistral does not compile are left out.
 */
import { Tool } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { clientOver, complete, goodResponse, requests, stream } from "./fixtures/scriptedClient.ts"

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }
const answering = clientOver(goodResponse)
const object = { type: "object", properties: { a: { type: "string" } } }

const withParameters = (parameters: Readonly<Record<string, unknown>>) => ({
  ...request,
  tools: [Tool.make({ name: "f", parameters })]
})

/** A tool as it was given: `Tool.make` takes `$schema` out. */
const rawTool = (parameters: Readonly<Record<string, unknown>>) => ({
  type: "function" as const,
  function: { name: "f", parameters }
})

const withFormat = (schema: Readonly<Record<string, unknown>>) => ({
  ...request,
  response_format: { type: "json_schema" as const, json_schema: { name: "s", schema } }
})

describe("a reference that leads nowhere", () => {
  const dangling: Record<string, readonly [schema: Record<string, unknown>, path: string]> = {
    "to a definition that is not there": [{ $ref: "#/$defs/Address" }, "$ref"],
    "to another definition": [{ $ref: "#/$defs/A", $defs: { B: object } }, "$ref"],
    "to a definition at the place of earlier drafts": [
      { properties: { a: { $ref: "#/definitions/A" } }, $defs: { A: object } },
      "properties.a.$ref"
    ],
    "to the components of an OpenAPI file": [
      { properties: { a: { anyOf: [{ $ref: "#/components/schemas/A" }] } } },
      "properties.a.anyOf.0.$ref"
    ],
    "to another document": [{ items: { $ref: "https://a.test/schema.json" } }, "items.$ref"],
    "to a name": [{ items: { $ref: "Address" } }, "items.$ref"],
    "to nothing, in a definition": [{ ...object, $defs: { A: { $ref: "#/$defs/B" } } }, "$defs.A.$ref"],
    "below a value without keys": [{ $ref: "#/type/a", type: "object" }, "$ref"],
    "with a percent sign that escapes nothing": [{ $ref: "#/$defs/%" }, "$ref"]
  }
  for (const [name, [schema, path]] of Object.entries(dangling)) {
    it.effect(`is refused in parameters and formats, unless the check is off: ${name}`, () =>
      Effect.gen(function*() {
        for (
          const [wrong, place] of [
            [withParameters(schema), "tools.0.function.parameters"],
            [withFormat(schema), "response_format.json_schema.schema"]
          ] as const
        ) {
          for (const send of [complete({}, wrong), Stream.runDrain(stream({}, wrong))]) {
            const { reason } = yield* Effect.flip(send)
            assert.deepStrictEqual(
              reason._tag === "InvalidRequest" && reason.issues.map((issue) => issue.path.join(".")),
              [`${place}.${path}`]
            )
            assert.include(reason.message, "(check: schemas)")
          }
        }
        assert.lengthOf(yield* requests, 0)
        yield* complete({ checks: { schemas: false } }, withParameters(schema))
        assert.lengthOf(yield* requests, 1)
      }).pipe(Effect.provide(answering)))
  }

  const good: Record<string, Record<string, unknown>> = {
    "a definition": { $ref: "#/$defs/A", $defs: { A: object } },
    "a definition of earlier drafts": { items: { $ref: "#/definitions/A" }, definitions: { A: object } },
    "the schema itself": { properties: { next: { $ref: "#" } } },
    "a property": { properties: { a: object, b: { $ref: "#/properties/a" } } },
    "a place in a list": { anyOf: [object, { $ref: "#/anyOf/0" }] },
    "a name with a slash, a tilde and a space": {
      items: { $ref: "#/$defs/a~1b~0c%20d" },
      $defs: { "a/b~c d": object }
    },
    "a schema that allows nothing": { items: { $ref: "#/$defs/Never" }, $defs: { Never: false } },
    "no schema, but data": {
      default: { $ref: "#/x" },
      const: { $ref: "y" },
      enum: [{ $ref: "z" }],
      examples: [{ $ref: "z" }]
    },
    "no schema, but the name of a property": { properties: { $ref: { type: "string" } } }
  }
  for (const [name, schema] of Object.entries(good)) {
    it.effect(`is not a reference to ${name}`, () =>
      Effect.gen(function*() {
        yield* complete({}, withParameters(schema))
        yield* complete({}, withFormat(schema))
        assert.lengthOf(yield* requests, 2)
      }).pipe(Effect.provide(answering)))
  }
})

describe("a $schema that names no draft", () => {
  for (const $schema of ["https://json-schema.org/draft-07/schema", "https://a.test/schema", ""]) {
    it.effect(`is refused in parameters and formats, unless the check is off: ${JSON.stringify($schema)}`, () =>
      Effect.gen(function*() {
        const inner = { ...object, properties: { a: { $schema } } }
        for (
          const [wrong, place] of [
            [{ ...request, tools: [rawTool(inner)] }, "tools.0.function.parameters"],
            [withFormat(inner), "response_format.json_schema.schema"]
          ] as const
        ) {
          const { reason } = yield* Effect.flip(complete({}, wrong))
          assert.deepStrictEqual(
            reason._tag === "InvalidRequest" && reason.issues.map((issue) => issue.path.join(".")),
            [`${place}.properties.a.$schema`]
          )
          assert.include(reason.message, "(check: tools)")
          yield* complete({ checks: { tools: false } }, wrong)
        }
        assert.lengthOf(yield* requests, 2)
      }).pipe(Effect.provide(answering)))
  }

  it.effect("is none of a draft, no property of that name, and no data", () =>
    Effect.gen(function*() {
      const good = [
        ...["http://json-schema.org/draft-07/schema#", "http://json-schema.org/draft-04/schema"].map(($schema) => ({
          $schema
        })),
        { $schema: "https://json-schema.org/draft/2020-12/schema" },
        { properties: { $schema: { type: "string" } } },
        { default: { $schema: "x" }, enum: [{ $schema: "x" }] }
      ]
      for (const parameters of good) yield* complete({}, { ...request, tools: [rawTool(parameters)] })
      assert.lengthOf(yield* requests, good.length)
    }).pipe(Effect.provide(answering)))
})

describe("the name of a tool", () => {
  it.effect("is 1 to 64 letters, digits, underscores and dashes, unless the check is off", () =>
    Effect.gen(function*() {
      for (const name of ["weather.get", "get weather", "", "a".repeat(65), "météo"]) {
        const wrong = { ...request, tools: [Tool.make({ name, parameters: object })] }
        const { reason } = yield* Effect.flip(complete({}, wrong))
        assert.deepStrictEqual(
          reason._tag === "InvalidRequest" && reason.issues,
          [{ path: ["tools", 0, "function", "name"], message: "Expected a name of /^[\\w-]{1,64}$/ (check: tools)" }]
        )
        yield* complete({ checks: { tools: false } }, wrong)
      }
      assert.lengthOf(yield* requests, 5)
      yield* complete({}, { ...request, tools: [Tool.make({ name: `-_${"Zz9".repeat(20)}ok`, parameters: object })] })
    }).pipe(Effect.provide(answering)))
})

describe("the parameters of Tool.make", () => {
  const parametersOf = (parameters: Readonly<Record<string, unknown>>) =>
    Tool.make({ name: "f", parameters }).function.parameters

  const cleaned: Record<string, readonly [given: Record<string, unknown>, made: Record<string, unknown>]> = {
    "without $schema and $id": [
      { $schema: "http://json-schema.org/draft-07/schema#", $id: "https://a.test/f", ...object },
      object
    ],
    "without those of inner schemas": [
      {
        type: "object",
        properties: { a: { $schema: "x", $id: "a", type: "string" } },
        anyOf: [{ $id: "b" }],
        $defs: { C: { $id: "c", ...object } }
      },
      { type: "object", properties: { a: { type: "string" } }, anyOf: [{}], $defs: { C: object } }
    ],
    "with properties of these names": [
      { $schema: "x", properties: { $id: { type: "string" }, $schema: { type: "string" } } },
      { properties: { $id: { type: "string" }, $schema: { type: "string" } } }
    ],
    "with data of these names": [
      { $schema: "x", default: { $id: "a" }, const: { $schema: "b" }, enum: [{ $id: "c" }], examples: [{ $id: "d" }] },
      { default: { $id: "a" }, const: { $schema: "b" }, enum: [{ $id: "c" }], examples: [{ $id: "d" }] }
    ],
    "with pointers in place of references by an id": [
      {
        $id: "https://a.test/root.json",
        properties: {
          a: { $ref: "https://a.test/root.json#/$defs/A" },
          b: { $ref: "https://a.test/b.json" },
          c: { $ref: "b.json#/properties/a" },
          d: { $ref: "#/$defs/A" },
          e: { $ref: "#" }
        },
        $defs: { A: object, "B b": { $id: "https://a.test/b.json", ...object, items: { $ref: "#/properties/a" } } }
      },
      {
        properties: {
          a: { $ref: "#/$defs/A" },
          b: { $ref: "#/$defs/B%20b" },
          c: { $ref: "#/$defs/B%20b/properties/a" },
          d: { $ref: "#/$defs/A" },
          e: { $ref: "#" }
        },
        $defs: { A: object, "B b": { ...object, items: { $ref: "#/$defs/B%20b/properties/a" } } }
      }
    ],
    "with references that lead nowhere, which the request reports": [
      { $id: "a", items: { $ref: "https://b.test" }, not: { $ref: "#name" } },
      { items: { $ref: "https://b.test" }, not: { $ref: "#name" } }
    ]
  }
  for (const [name, [given, made]] of Object.entries(cleaned)) {
    it(`are made ${name}, and what was given is not changed`, () => {
      const before = JSON.stringify(given)
      assert.deepStrictEqual(parametersOf(given), made)
      assert.strictEqual(JSON.stringify(given), before)
    })
  }

  it("are what was given where there is nothing to leave out, or a cycle", () => {
    const cycle: Record<string, unknown> = { $schema: "x" }
    cycle["self"] = cycle
    for (const parameters of [object, { properties: { a: { $ref: "#/$defs/A" } } }, cycle]) {
      assert.strictEqual(parametersOf(parameters), parameters)
    }
  })

  it.effect("are sent without those keys", () =>
    Effect.gen(function*() {
      yield* complete({}, withParameters({ $schema: "http://json-schema.org/draft-07/schema#", ...object }))
      const body: unknown = (yield* requests)[0]!.body
      assert.deepStrictEqual(body, {
        ...request,
        tools: [{ type: "function", function: { name: "f", parameters: object } }]
      })
    }).pipe(Effect.provide(answering)))
})
