/**
 * The JSON Schemas of schemas whose names, annotations and transformations matter.
 */
import { assert, describe, it } from "@effect/vitest"
import { Schema, SchemaTransformation } from "effect"
import { jsonSchemaOf } from "../src/internal/object/jsonSchemaOf.ts"
import { fromStrict, toStrict } from "../src/internal/object/strictForm.ts"

/** The strict JSON Schema of a struct: its properties and its definitions. */
const sent = (fields: Schema.Struct.Fields) => {
  const strict = toStrict(jsonSchemaOf(Schema.Struct(fields)))
  return { properties: strict["properties"], definitions: strict["$defs"] }
}

const properties = (fields: Schema.Struct.Fields) => sent(fields).properties

class Person extends Schema.Class<Person>("Person")({ name: Schema.String }, { description: "Somebody" }) {}

const closed = (properties: Record<string, unknown>, more: object = {}) => ({
  type: "object",
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
  ...more
})

const iso = "A date and time in ISO 8601, such as 2026-01-31T09:30:00Z."

describe("a definition", () => {
  it("is one for all uses of a class, and stays a reference beside null", () => {
    assert.deepStrictEqual(
      sent({ a: Person, b: Schema.optional(Person), c: Schema.NullOr(Person), d: Schema.Array(Person) }),
      {
        properties: {
          a: { $ref: "#/$defs/Person" },
          b: { anyOf: [{ $ref: "#/$defs/Person" }, { type: "null" }] },
          c: { anyOf: [{ $ref: "#/$defs/Person" }, { type: "null" }] },
          d: { type: "array", items: { $ref: "#/$defs/Person" } }
        },
        definitions: { Person: closed({ name: { type: "string" } }, { description: "Somebody" }) }
      }
    )
  })

  it("is one where uses differ in their descriptions, which are beside the references", () => {
    assert.deepStrictEqual(
      sent({
        a: Person.annotate({ description: "The first" }),
        b: Schema.optionalKey(Person).annotateKey({ description: "The second" }),
        c: Person
      }),
      {
        properties: {
          a: { anyOf: [{ $ref: "#/$defs/Person" }], description: "The first" },
          b: { anyOf: [{ $ref: "#/$defs/Person" }, { type: "null" }], description: "The second. Somebody" },
          c: { anyOf: [{ $ref: "#/$defs/Person" }], description: "Somebody" }
        },
        definitions: { Person: closed({ name: { type: "string" } }) }
      }
    )
  })

  it("has a name of its own where another schema has the same identifier", () => {
    const other = Schema.Struct({ age: Schema.Int }).annotate({ identifier: "Person" })
    const { definitions, properties } = sent({ a: Person, b: other, c: other })
    assert.deepStrictEqual(properties, {
      a: { $ref: "#/$defs/Person" },
      b: { $ref: "#/$defs/Person_2" },
      c: { $ref: "#/$defs/Person_2" }
    })
    assert.deepStrictEqual(definitions, {
      Person: closed({ name: { type: "string" } }, { description: "Somebody" }),
      Person_2: closed({ age: { type: "integer" } })
    })
  })

  it("has letters, digits, _ and - in its name", () => {
    const { definitions } = sent({ a: Schema.Struct({}).annotate({ identifier: "@my/app/Größe~1 %2F" }) })
    assert.deepStrictEqual(Object.keys(Object(definitions)), ["_my_app_Gr__e_1__2F"])
  })

  it("is that of a recursive union, with its name or that of its key", () => {
    type Tree = string | ReadonlyArray<Tree>
    const Tree: Schema.Codec<Tree> = Schema.Union([
      Schema.String,
      Schema.Array(Schema.suspend((): Schema.Codec<Tree> => Tree))
    ])
    const union = (name: string) => ({
      [name]: { anyOf: [{ type: "string" }, { type: "array", items: { $ref: `#/$defs/${name}` } }] }
    })
    assert.deepStrictEqual(sent({ tree: Tree }).definitions, union("tree"))
    assert.deepStrictEqual(sent({ tree: Tree, again: Schema.optional(Tree) }).definitions, union("tree"))
  })

  it("is inlined at the root, and kept only where the root is recursive", () => {
    assert.deepStrictEqual(
      toStrict(jsonSchemaOf(Person)),
      closed({ name: { type: "string" } }, { description: "Somebody" })
    )
    interface Node {
      readonly next?: Node
    }
    const Node: Schema.Codec<Node> = Schema.Struct({
      next: Schema.optionalKey(Schema.suspend((): Schema.Codec<Node> => Node))
    }).annotate({ identifier: "Node" })
    const node = closed({ next: { anyOf: [{ $ref: "#/$defs/Node" }, { type: "null" }] } })
    assert.deepStrictEqual(toStrict(jsonSchemaOf(Node)), { ...node, $defs: { Node: node } })
  })

  it("fails for a recursive schema that is made anew at each level", () => {
    const make = (): Schema.Codec<unknown, unknown> => Schema.Struct({ a: Schema.optionalKey(Schema.suspend(make)) })
    assert.throws(() => jsonSchemaOf(make()), /Mistral.*made anew at each level/)
  })
})

describe("annotations", () => {
  it("of the type, of the encoded form, of the key and of checks are all in the description", () => {
    assert.deepStrictEqual(
      properties({
        a: Schema.FiniteFromString.annotate({ title: "Price", description: "In euros" }),
        b: Schema.optionalKey(Schema.DateFromString.annotate({ description: "When" })).annotateKey({
          description: "Key"
        }),
        c: Schema.String.pipe(Schema.brand("Id")).annotate({ description: "An id" }),
        d: Schema.FiniteFromString.check(Schema.isGreaterThan(1)),
        e: Schema.Int.check(Schema.makeFilter((n: number) => n % 2 === 0, { description: "An even number" })),
        f: Schema.Trim.annotate({ description: "Without spaces" })
      }),
      {
        a: {
          type: "string",
          title: "Price",
          pattern: "^-?\\d+(\\.\\d+)?$",
          description: "In euros. A number as a string."
        },
        b: { anyOf: [{ type: "string", format: "date-time" }, { type: "null" }], description: `Key. When. ${iso}` },
        c: { type: "string", description: "An id" },
        d: {
          type: "string",
          pattern: "^-?\\d+(\\.\\d+)?$",
          description: "A value greater than 1. A number as a string."
        },
        e: { type: "integer", description: "An even number" },
        f: {
          type: "string",
          description: "Without spaces. A string that will be decoded as a trimmed string"
        }
      }
    )
  })

  it("of the fields of a class and of the items of other types are kept", () => {
    class Event extends Schema.Class<Event>("Event")({
      at: Schema.DateTimeUtcFromString.annotate({ description: "When it began" }),
      price: Schema.optional(Schema.FiniteFromString.annotate({ description: "In euros" }))
    }) {}
    const at = { type: "string", format: "date-time", description: `When it began. ${iso}` }
    assert.deepStrictEqual(
      sent({
        event: Event,
        set: Schema.ReadonlySet(Event.fields.at),
        map: Schema.ReadonlyMap(Schema.String, Event),
        option: Schema.Option(Event.fields.at),
        redacted: Schema.Redacted(Schema.String.annotate({ description: "A secret" }))
      }),
      {
        properties: {
          event: { $ref: "#/$defs/Event" },
          set: { type: "array", items: at },
          map: {
            type: "array",
            items: closed({ 0: { type: "string" }, 1: { $ref: "#/$defs/Event" } }, {
              description: "A list as an object: its items by their position."
            })
          },
          option: {
            anyOf: [
              closed({ _tag: { type: "string", enum: ["Some"] }, value: at }),
              closed({ _tag: { type: "string", enum: ["None"] } })
            ]
          },
          redacted: { type: "string", description: "A secret" }
        },
        definitions: {
          Event: closed({
            at,
            price: {
              anyOf: [{ type: "string", pattern: "^-?\\d+(\\.\\d+)?$" }, { type: "null" }],
              description: "In euros. A number as a string."
            }
          })
        }
      }
    )
  })

  it("of properties are kept where keys are renamed and where another struct is decoded to the type", () => {
    const at = { type: "string", format: "date-time", description: `When. ${iso}` }
    const price = {
      anyOf: [{ type: "string", pattern: "^-?\\d+(\\.\\d+)?$" }, { type: "null" }],
      description: "In euros. A number as a string."
    }
    const fields = {
      at: Schema.DateFromString.annotate({ description: "When" }),
      price: Schema.optionalKey(Schema.FiniteFromString.annotate({ description: "In euros" }))
    }
    class Sale extends Schema.Class<Sale>("Sale")(fields) {}
    const encoded = Schema.Struct({ at: Schema.String, price: Schema.optionalKey(Schema.String) })
    for (const schema of [Schema.Struct(fields), Sale]) {
      assert.deepStrictEqual(
        toStrict(jsonSchemaOf(schema.pipe(Schema.encodeKeys({ at: "sold_at" })))),
        closed({ sold_at: at, price })
      )
    }
    assert.deepStrictEqual(
      toStrict(jsonSchemaOf(encoded.pipe(Schema.decodeTo(Schema.Struct(fields))))),
      closed({ at, price })
    )
  })

  it("with values are said in JSON", () => {
    assert.deepStrictEqual(
      properties({
        a: Schema.DateFromString.annotate({ default: new Date(0) }),
        b: Schema.FiniteFromString.annotate({ examples: [1, 2.5] }),
        c: Schema.Int.annotateKey({ default: 3 })
      }),
      {
        a: { type: "string", format: "date-time", description: `${iso} Default: "1970-01-01T00:00:00.000Z".` },
        b: {
          type: "string",
          pattern: "^-?\\d+(\\.\\d+)?$",
          description: "A number as a string. Examples: \"1\",\"2.5\"."
        },
        c: { type: "integer", description: "Default: 3." }
      }
    )
  })

  it("of a pattern are its words where its flags have no place", () => {
    assert.deepStrictEqual(
      properties({
        a: Schema.String.check(Schema.isPattern(/^[a-z]+$/i)),
        b: Schema.String.check(Schema.isPattern(/^[a-z]+$/, { description: "Small letters" })),
        c: Schema.String.check(Schema.isStartingWith("a"), Schema.isIncluding("b"), Schema.isEndingWith("c"))
      }),
      {
        a: { type: "string", description: "It matches the regular expression /^[a-z]+$/i." },
        b: { type: "string", pattern: "^[a-z]+$", description: "Small letters" },
        c: { type: "string", pattern: "^a[\\s\\S]*b[\\s\\S]*c$" }
      }
    )
  })

  it("of a check whose keywords strict mode lacks are in words", () => {
    const check = Schema.makeFilter((text: string) => text.includes("x"), {
      expected: "a string with an x",
      toJsonSchema: () => ({ not: { pattern: "^[^x]*$" } })
    })
    assert.deepStrictEqual(properties({ a: Schema.String.check(check) }), {
      a: { type: "string", description: "A string with an x" }
    })
  })
})

describe("a date", () => {
  const dayMonthYear = Schema.String.pipe(Schema.decodeTo(
    Schema.Date,
    SchemaTransformation.transform({
      decode: (text: string) => new Date(text.split("/").toReversed().join("-")),
      encode: (date: Date) => date.toISOString().slice(0, 10).split("-").toReversed().join("/")
    })
  ))

  it("has the form that its schema reads", () => {
    assert.deepStrictEqual(
      properties({
        a: Schema.DateTimeUtcFromDate,
        b: Schema.DateTimeUtcFromHttpDate,
        c: Schema.DateTimeUtcFromMillis,
        d: Schema.DateTimeZoned,
        e: Schema.Date.check(Schema.isGreaterThanDate(new Date(0)))
      }),
      {
        a: { type: "string", format: "date-time", description: iso },
        b: { type: "string", description: "An HTTP date, such as Sat, 31 Jan 2026 09:30:00 GMT." },
        c: { type: "integer", description: "Milliseconds since 1970-01-01T00:00:00Z." },
        d: {
          type: "string",
          description: "A date and time with its zone, such as 2026-01-31T09:30:00.000+01:00[Europe/Paris]."
        },
        e: {
          type: "string",
          format: "date-time",
          description: `A value greater than 1970-01-01T00:00:00.000Z. ${iso}`
        }
      }
    )
  })

  it("is not said to be ISO 8601 where its schema says otherwise", () => {
    assert.deepStrictEqual(
      properties({
        a: dayMonthYear,
        b: Schema.String.check(Schema.isPattern(/^\d{4}-\d\d-\d\d$/)).pipe(
          Schema.decodeTo(Schema.Date, SchemaTransformation.dateFromString)
        ),
        c: Schema.String.annotate({ format: "date" }).pipe(
          Schema.decodeTo(Schema.Date, SchemaTransformation.dateFromString)
        )
      }),
      {
        a: { type: "string" },
        b: { type: "string", pattern: "^\\d{4}-\\d\\d-\\d\\d$" },
        c: { type: "string", format: "date" }
      }
    )
  })
})

describe("JSON in strict form", () => {
  const restored = (fields: Schema.Struct.Fields, json: unknown) =>
    fromStrict(jsonSchemaOf(Schema.Struct(fields)), json)

  it("is put back inside unions, lists, records and recursive schemas", () => {
    interface Node {
      readonly pair: readonly [string, number]
      readonly next?: Node
    }
    const Node: Schema.Codec<Node> = Schema.Struct({
      pair: Schema.Tuple([Schema.String, Schema.Finite]),
      next: Schema.optionalKey(Schema.suspend((): Schema.Codec<Node> => Node))
    })
    const fields = {
      union: Schema.Array(Schema.Union([
        Schema.TaggedStruct("A", { value: Schema.Record(Schema.String, Schema.Int) }),
        Schema.TaggedStruct("B", { value: Schema.optionalKey(Schema.Array(Schema.Struct({ key: Schema.String }))) })
      ])),
      node: Node
    }
    assert.deepStrictEqual(
      restored(fields, {
        union: [
          { _tag: "A", value: [{ key: "a", value: 1 }] },
          { _tag: "B", value: [{ key: "a" }] },
          { _tag: "B", value: null }
        ],
        node: { pair: { 0: "a", 1: 1 }, next: { pair: { 0: "b", 1: 2 }, next: null } }
      }),
      {
        union: [{ _tag: "A", value: { a: 1 } }, { _tag: "B", value: [{ key: "a" }] }, { _tag: "B" }],
        node: { pair: ["a", 1], next: { pair: ["b", 2] } }
      }
    )
  })

  it("keeps null where the schema takes it, and what is in no form for the decoder to report", () => {
    const fields = {
      a: Schema.optionalKey(Schema.NullOr(Schema.String)),
      b: Schema.optionalKey(Schema.Unknown),
      c: Schema.Null,
      d: Schema.Record(Schema.String, Schema.Int),
      e: Schema.Tuple([Schema.String, Schema.Int])
    }
    const json = { a: null, b: null, c: null, d: [{ key: "a" }], e: { 0: "a", two: 1 }, more: null }
    assert.deepStrictEqual(restored(fields, json), json)
  })

  it("has keys of any name", () => {
    const fields = { $ref: Schema.String, anyOf: Schema.optional(Schema.Int), constructor: Schema.Int, "": Schema.Null }
    assert.deepStrictEqual(
      restored({ ...fields, r: Schema.Record(Schema.String, Schema.Int) }, {
        $ref: "#/$defs/x",
        anyOf: null,
        constructor: 1,
        "": null,
        r: [{ key: "__proto__", value: 1 }]
      }),
      JSON.parse("{\"$ref\":\"#/$defs/x\",\"constructor\":1,\"\":null,\"r\":{\"__proto__\":1}}")
    )
  })
})
