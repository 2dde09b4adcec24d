import { assert, describe, it } from "@effect/vitest"
import { fits, type JsonSchema } from "../../src/internal/json/jsonSchema.ts"
import { NoAnswer, WorkBudget } from "../../src/internal/json/workBudget.ts"
import { makeRandom } from "../../src/internal/random/random.ts"
import { generateJson } from "../../src/internal/text/generatedJson.ts"
import { generation, now } from "./textSupport.ts"

/** The integers of a library that means any integer: their bounds are those of the data type. */
const anyInteger = { type: "integer", minimum: -9007199254740991, maximum: 9007199254740991 } as const
const text = { type: "string" } as const
const number = { type: "number" } as const

const seeds = Array.from({ length: 50 }, (_, seed) => String(seed))

/** Values of one key, one for each seed. */
const values = (key: string, schema: JsonSchema): ReadonlyArray<unknown> =>
  seeds.map((seed) => {
    const object = { type: "object", properties: { [key]: schema }, required: [key] }
    const made = generateJson(object, generation(seed))
    assert.isDefined(made)
    assert.isTrue(fits(object, made.value))
    return (made.value as Record<string, unknown>)[key]
  })

const between = (key: string, schema: JsonSchema, least: number, most: number) => {
  for (const value of values(key, schema)) {
    assert.isNumber(value)
    assert.isTrue(Number(value) >= least && Number(value) <= most, `${key}: ${String(value)}`)
  }
}

describe("made numbers", () => {
  it("are small where the bounds are those of a data type, or none", () => {
    between("value", anyInteger, 1, 20)
    between("value", { type: "integer" }, 1, 20)
    between("value", { type: "integer", minimum: -2147483648, maximum: 2147483647 }, 1, 20)
    between("value", { type: "integer", minimum: 0, maximum: 9007199254740991 }, 0, 20)
    between("value", { type: "integer", exclusiveMinimum: 0 }, 1, 20)
    between("value", { type: "integer", minimum: 0, maximum: 1_000_000 }, 0, 20)
  })

  it("lie where the bounds are meant", () => {
    between("value", { type: "integer", minimum: 1000, maximum: 1010 }, 1000, 1010)
    between("value", { type: "integer", minimum: 5_000_000_000 }, 5_000_000_000, 5_000_001_000)
    between("value", { type: "integer", maximum: -5 }, -200, -5)
    between("value", { type: "number", exclusiveMinimum: 0, exclusiveMaximum: 1e-9 }, 1e-12, 1e-9)
    assert.isAbove(new Set(values("value", { type: "integer", minimum: 1, maximum: 100 })).size, 20)
  })

  it("are what their keys are about: years, ages, percentages, places on earth", () => {
    between("year", anyInteger, 2014, 2026)
    between("publication_year", anyInteger, 2014, 2026)
    between("birthYear", anyInteger, 1960, 2010)
    between("age", anyInteger, 18, 80)
    between("age", { type: "integer", minimum: 0, maximum: 150 }, 18, 80)
    between("percentage", number, 0, 100)
    between("confidence", number, 0, 1)
    between("latitude", number, -90, 90)
    between("longitude", number, -180, 180)
    between("price", number, 1, 250)
    between("temperature_celsius", number, -5, 32)
    between("rating", number, 1, 5)
    between("created_timestamp", { type: "integer" }, now / 1000 - 62 * 86_400, now / 1000)
  })

  it("keep the bounds, whatever their keys are about", () => {
    between("year", { type: "integer", minimum: 1800, maximum: 1810 }, 1800, 1810)
    between("age", { type: "integer", minimum: 90 }, 90, 1000)
    between("confidence", { type: "integer", minimum: 0, maximum: 100 }, 0, 100)
  })
})

describe("made dates", () => {
  const days = (key: string, schema: JsonSchema) =>
    values(key, schema).map((value) => {
      assert.match(String(value), /^\d{4}-\d\d-\d\d/)
      return Math.round((Date.parse(String(value).slice(0, 10)) - now) / 86_400_000)
    })

  it("lie near the day of the request", () => {
    for (const [key, schema] of [["date", text], ["when", { type: "string", format: "date-time" }]] as const) {
      for (const day of days(key, schema)) assert.isTrue(Math.abs(day) <= 31, `${key}: ${day}`)
    }
  })

  it("are past or future, or long ago, as their keys say", () => {
    for (const day of days("createdAt", text)) assert.isTrue(day < 0 && day >= -61)
    for (const day of days("due_date", { type: "string", format: "date" })) assert.isTrue(day >= 0 && day <= 61)
    for (const day of days("date_of_birth", { type: "string", format: "date" })) assert.isBelow(day, -19 * 365)
    for (const day of days("date", { type: "string", pattern: "^\\d{4}-\\d{2}-\\d{2}$" })) {
      assert.isTrue(Math.abs(day) <= 31)
    }
  })

  it("are the same all day, and others in another month", () => {
    const at = (now: number) =>
      generateJson({ type: "string", format: "date" }, { random: makeRandom("a"), now, budget: new WorkBudget() })
        ?.value
    assert.strictEqual(at(now), at(now + 11 * 3_600_000))
    assert.notStrictEqual(at(now), at(now + 31 * 86_400_000))
  })
})

describe("made texts", () => {
  const match = (key: string, pattern: RegExp, schema: JsonSchema = text) => {
    for (const value of values(key, schema)) assert.match(String(value), pattern, key)
  }

  it("look like what their keys are about, in any spelling of the key", () => {
    match("email", /^[a-z.]+@example\.com$/)
    match("emailAddress", /^[a-z.]+@example\.com$/)
    match("contact-emails", /^[a-z.]+@example\.com$/)
    match("phoneNumber", /^\+33 1( \d\d){4}$/)
    match("website", /^https:\/\/example\.com\/\w+$/)
    match("zip_code", /^\d{5}$/)
    match("firstName", /^[A-Z][a-z]+$/)
    match("companyName", /^[A-Z]\w+ \w+$/)
    match("startTime", /^\d\d:\d\d$/)
    match("year", /^20[12]\d$/)
    match("summary", /^The .*\.$/)
  })

  it("follow the example that a description names", () => {
    match("a", /^Paris$/, { type: "string", description: "A city, such as Paris." })
    match("a", /^San Francisco, CA$/, { type: "string", description: "The city and state, e.g. San Francisco, CA" })
  })

  it("match their patterns and have the length that is asked for", () => {
    for (
      const schema of [
        { type: "string", pattern: "^[A-Z]{2}\\d{6}$" },
        { type: "string", pattern: "^[a-z]+$", minLength: 40, maxLength: 45 },
        { type: "string", pattern: "[äöü]\\p{Lu}", minLength: 5 },
        { type: "string", pattern: "^(?=.*[A-Z])(?=.*\\d)[A-Za-z\\d]{8,}$" },
        { type: "string", pattern: "^(?!foo)[a-z]{3}$" },
        { type: "string", pattern: "^\\d{3}\\-\\d{4}$" },
        { type: "string", minLength: 300, maxLength: 310 },
        { type: "string", maxLength: 0 }
      ]
    ) assert.lengthOf(values("a", schema), seeds.length)
  })

  it("are never cut inside a character", () => {
    for (const value of values("emoji", { type: "string", maxLength: 1 })) assert.notMatch(String(value), /\p{Cs}/u)
  })
})

describe("lists", () => {
  it("have different items where they must differ, also many", () => {
    for (const items of [{ type: "integer" }, { type: "integer", minimum: 0, maximum: 100_000 }, text]) {
      for (const value of values("a", { type: "array", items, minItems: 60, uniqueItems: true })) {
        assert.strictEqual(new Set(value as ReadonlyArray<unknown>).size, (value as ReadonlyArray<unknown>).length)
      }
    }
  })
})

describe("recursive schemas", () => {
  it("end, by the alternative that ends soonest", () => {
    const schema = {
      $ref: "#/$defs/Expression",
      $defs: {
        Expression: { anyOf: [{ $ref: "#/$defs/Sum" }, { $ref: "#/$defs/Literal" }] },
        Sum: {
          type: "object",
          properties: { left: { $ref: "#/$defs/Expression" }, right: { $ref: "#/$defs/Expression" } },
          required: ["left", "right"]
        },
        Literal: {
          type: "object",
          description: "A number, whose schema is longer than the reference to a sum",
          properties: { value: number },
          required: ["value"]
        }
      }
    }
    for (const seed of seeds) assert.isDefined(generateJson(schema, generation(seed)))
  })

  it("leave out what has no end if it is optional, and are refused if it is not", () => {
    const circle = { $ref: "#/$defs/circle" }
    const $defs = { circle }
    const optional = { type: "object", properties: { a: circle, b: text }, required: ["b"], $defs }
    for (const seed of seeds) {
      assert.deepStrictEqual(Object.keys(generateJson(optional, generation(seed))?.value as object), ["b"])
    }
    for (const schema of [{ ...optional, required: ["a"] }, { $ref: "#" }, { allOf: [{ $ref: "#" }] }]) {
      assert.throws(() => generateJson(schema, generation("a")), NoAnswer, "circle")
    }
  })
})
