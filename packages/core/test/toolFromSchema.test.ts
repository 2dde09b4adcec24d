/** `Tool.fromSchema`: the JSON Schema that is sent, in plain and in strict form, and the schemas that are refused. */
import { Tool } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { clientOver, complete, goodResponse, requests } from "./fixtures/scriptedClient.ts"

const parametersOf = (parameters: Schema.Top | undefined, strict?: boolean) =>
  Tool.fromSchema({ name: "f", parameters, strict }).function.parameters

describe("Tool.fromSchema", () => {
  it("makes a function tool, without the options that are absent or undefined", () => {
    const none = { type: "object", properties: {} }
    assert.deepStrictEqual<Tool.Tool>(Tool.fromSchema({ name: "f" }), {
      type: "function",
      function: { name: "f", parameters: none }
    })
    assert.deepStrictEqual<Tool.Tool>(
      Tool.fromSchema({ name: "f", description: "", strict: false, parameters: Schema.Struct({}) }),
      { type: "function", function: { name: "f", description: "", strict: false, parameters: none } }
    )
  })

  it("sends a closed object without keys for no parameters in strict mode", () => {
    for (const parameters of [undefined, Schema.Struct({})]) {
      assert.deepStrictEqual(Tool.fromSchema({ name: "f", parameters, strict: true }).function, {
        name: "f",
        strict: true,
        parameters: { type: "object", properties: {}, required: [], additionalProperties: false }
      })
    }
  })

  it("tells the model descriptions, also of optional keys, and formats, patterns and bounds", () => {
    const parameters = Schema.Struct({
      city: Schema.String.annotate({ description: "The city" }),
      code: Schema.String.check(Schema.isPattern(/^[A-Z]{3}$/)),
      day: Schema.optionalKey(Schema.Date).annotateKey({ description: "Today if absent" }),
      count: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 9 })))
    }).annotate({ description: "A search" })
    const { properties, ...rest } = parametersOf(parameters)
    assert.deepStrictEqual(rest, { type: "object", required: ["city", "code"], description: "A search" })
    // The cast is safe: the parameters are those of a Struct.
    const { city, code, count, day } = properties as Record<string, Record<string, unknown>>
    assert.deepStrictEqual(city, { type: "string", description: "The city" })
    assert.deepStrictEqual(code, { type: "string", pattern: "^[A-Z]{3}$" })
    assert.strictEqual(day?.["format"], "date-time")
    assert.match(String(day?.["description"]), /Today if absent.*ISO 8601/)
    assert.match(JSON.stringify(count), /"type":"integer".*"minimum":1.*"maximum":9/)
  })

  it("writes classes and named schemas out where they are used, with the description of each use", () => {
    const place = { type: "object", properties: { name: { type: "string" } }, required: ["name"] }
    const parameters = Schema.Struct({
      from: Place,
      to: Place.annotate({ description: "The end" }),
      via: Schema.Array(Schema.Struct({ name: Schema.String }).annotate({ identifier: "Stop" })),
      back: Schema.optionalKey(Place).annotateKey({ description: "The way back" })
    })
    assert.deepStrictEqual(parametersOf(parameters), {
      type: "object",
      properties: {
        from: place,
        to: { ...place, description: "The end" },
        via: { type: "array", items: place },
        back: { ...place, description: "The way back" }
      },
      required: ["from", "to", "via"]
    })
  })

  it("keeps the definitions of recursive schemas alone, and no reference at the root", () => {
    const node = {
      type: "object",
      properties: {
        place: { type: "object", properties: { name: { type: "string" } }, required: ["name"] },
        next: { type: "array", items: { $ref: "#/$defs/Node" } }
      },
      required: ["place", "next"]
    }
    assert.deepStrictEqual(parametersOf(Node), { ...node, $defs: { Node: node } })
    assert.deepStrictEqual(parametersOf(Schema.Struct({ first: Node })), {
      type: "object",
      properties: { first: { $ref: "#/$defs/Node" } },
      required: ["first"],
      $defs: { Node: node }
    })
  })

  it("keeps both definitions of two schemas that contain each other", () => {
    const { $defs, ...root } = parametersOf(Expression)
    assert.deepStrictEqual(Object.keys($defs as object).sort(), ["Expression", "Operation"])
    assert.deepStrictEqual(root, {
      type: "object",
      properties: { value: { anyOf: [{ type: "number" }, { $ref: "#/$defs/Operation" }] } },
      required: ["value"]
    })
  })

  it("sends the form of strict mode: closed, all keys, optional ones with null, entries and tuples as objects", () => {
    const parameters = Schema.Struct({
      city: Schema.String,
      unit: Schema.optional(Schema.Literals(["c", "f"])),
      scores: Schema.Record(Schema.String, Schema.Finite),
      pair: Schema.Tuple([Schema.String, Schema.Int])
    })
    const sent = parametersOf(parameters, true)
    assert.strictEqual(sent["additionalProperties"], false)
    assert.deepStrictEqual(sent["required"], ["city", "unit", "scores", "pair"])
    // The cast is safe: the parameters are those of a Struct.
    const { pair, scores, unit } = sent["properties"] as Record<string, Record<string, unknown>>
    assert.deepStrictEqual(unit, { anyOf: [{ type: "string", enum: ["c", "f"] }, { type: "null" }] })
    assert.strictEqual(scores?.["type"], "array")
    assert.strictEqual(pair?.["type"], "object")
  })

  it("takes a Record as the root, but not in strict mode, which has no form for it", () => {
    assert.deepStrictEqual(parametersOf(Schema.Record(Schema.String, Schema.Finite)), {
      type: "object",
      properties: {},
      additionalProperties: { type: "number" }
    })
    assert.throws(
      () => parametersOf(Schema.Record(Schema.String, Schema.Finite), true),
      "The parameters of the tool f must be the schema of an object with named keys, got that of a Record. " +
        "Wrap it in a Struct, as in Schema.Struct({ value: schema })."
    )
  })

  const refused: Record<string, readonly [schema: Schema.Top, kind: string]> = {
    "a string": [Schema.String, "a string"],
    "a number": [Schema.Finite, "a number"],
    "a list": [Schema.Array(Schema.String), "a list"],
    "a tuple": [Schema.Tuple([Schema.String]), "a list"],
    "a union": [Schema.Union([Place, Schema.Struct({ id: Schema.Int })]), "a union"],
    "an Option": [Schema.Option(Place), "a union"],
    "null": [Schema.Null, "null"],
    "any value": [Schema.Unknown, "any value"]
  }
  for (const [name, [schema, kind]] of Object.entries(refused)) {
    it(`refuses the schema of ${name} where the tool is made, and says what to do`, () => {
      for (const strict of [false, true]) {
        assert.throws(
          () => parametersOf(schema, strict),
          `The parameters of the tool f must be the schema of an object${
            strict ? " with named keys" : ""
          }, got that of ${kind}. Wrap it in a Struct`
        )
      }
    })
  }

  it("refuses a schema without a JSON form, and names the tool and the place", () => {
    assert.throws(() => parametersOf(Schema.Struct({ key: Schema.Symbol })), /^The parameters of the tool f: .*at key/)
  })

  it.effect("is sent as it is", () =>
    Effect.gen(function*() {
      const tools = [false, true].map((strict) => Tool.fromSchema({ name: "f", parameters: Node, strict }))
      yield* complete({}, { model: "m", messages: [{ role: "user", content: "Hi" }], tools })
      const body: unknown = (yield* requests)[0]!.body
      assert.deepInclude(body, { tools })
    }).pipe(Effect.provide(clientOver(goodResponse))))
})

class Place extends Schema.Class<Place>("Place")({ name: Schema.String }) {}

interface Node {
  readonly place: Place
  readonly next: ReadonlyArray<Node>
}
const Node: Schema.Codec<Node, unknown> = Schema.Struct({
  place: Place,
  next: Schema.Array(Schema.suspend((): Schema.Codec<Node, unknown> => Node))
}).annotate({ identifier: "Node" })

interface Expression {
  readonly value: number | Operation
}
interface Operation {
  readonly left: Expression
  readonly right: Expression
}
const Expression: Schema.Codec<Expression> = Schema.Struct({
  value: Schema.Union([Schema.Finite, Schema.suspend((): Schema.Codec<Operation> => Operation)])
}).annotate({ identifier: "Expression" })
const Operation: Schema.Codec<Operation> = Schema.Struct({
  left: Schema.suspend(() => Expression),
  right: Schema.suspend(() => Expression)
}).annotate({ identifier: "Operation" })
