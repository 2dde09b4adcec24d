import { asSchema, asSchemaMap, asSchemas, fits, type JsonSchema, resolveRef } from "../json/jsonSchema.ts"
import { type SchemaHeights, schemaHeights } from "../json/schemaHeight.ts"
import { mostValues, NoAnswer, type WorkBudget } from "../json/workBudget.ts"
import { generateNumber } from "./generatedNumber.ts"
import { generateString } from "./generatedString.ts"
import type { Generation } from "./generation.ts"

type Keywords = Readonly<Record<string, unknown>>

interface Place {
  readonly root: JsonSchema
  readonly heights: SchemaHeights
  readonly generation: Generation
  /** The key of the value in its object, and the key of that object. */
  readonly key: string
  readonly parent: string
  /** How many objects and lists the value is in. */
  readonly depth: number
  /** How many references and alternatives led to the value, those of the objects around it included. */
  readonly hops: number
  /** How many different values are needed here. */
  readonly different: number
}

/** The depth from which only required parts are generated. */
const enough = 5

/** The deepest value: each level takes some frames of the stack. */
const deepest = 300

/** The steps of making one value, compared with those of checking it. */
const makeSteps = 10

/** The most references and alternatives on the way to a value. */
const mostHops = 1000

/** What is said of a schema whose values have no end. */
export const circle = "its references are a circle without an end"

/** The number of attempts: some keywords are checked afterwards, not generated for. */
const attempts = 40

/**
 * Generates a value that fits a JSON Schema; `undefined` if none was found. Throws `NoAnswer` if the value would exceed the
 * budget or have no end, or if a pattern cannot be read.
 */
export const generateJson = (schema: JsonSchema, generation: Generation): { readonly value: unknown } | undefined => {
  const { budget } = generation
  const heights = schemaHeights(schema, budget)
  for (let attempt = 0; attempt < attempts; attempt++) {
    const mark = budget.mark()
    const value = make(schema, {
      root: schema,
      heights,
      generation,
      key: "",
      parent: "",
      depth: 0,
      hops: 0,
      different: 1
    })
    if (fits(schema, value, schema, budget)) return { value }
    budget.drop(mark)
  }
  return undefined
}

const numberOf = (schema: Keywords, keyword: string): number | undefined =>
  typeof schema[keyword] === "number" ? schema[keyword] : undefined

/** Merges the keywords of two schemas. If they conflict, the later one wins and the check decides. */
const merge = (a: Keywords, b: Keywords): Keywords => {
  const properties = { ...asSchemaMap(a["properties"]) }
  for (const [name, schema] of Object.entries(asSchemaMap(b["properties"]))) {
    properties[name] = properties[name] === undefined ? schema : { allOf: [properties[name], schema] }
  }
  const required = [a["required"], b["required"]].flatMap((keys) => Array.isArray(keys) ? keys : [])
  return {
    ...a,
    ...b,
    ...(Object.keys(properties).length === 0 ? undefined : { properties }),
    ...(required.length === 0 ? undefined : { required: [...new Set(required)] })
  }
}

/** Picks one alternative: deep inside, the one that ends soonest. */
const alternative = (schemas: ReadonlyArray<JsonSchema>, { depth, generation, heights }: Place): JsonSchema => {
  generation.budget.steps(schemas.length)
  const possible = schemas.filter((schema) => schema !== false && heights.of(schema) < Infinity)
  const [first, ...others] = possible
  if (first === undefined) return true
  if (depth >= enough) {
    return others.reduce((best, one) => heights.of(one) < heights.of(best) ? one : best, first)
  }
  const drawn = generation.random.pick([first, ...others])
  // `null` is picked half as often as other alternatives.
  return typeof drawn === "object" && drawn["type"] === "null" ? generation.random.pick([first, ...others]) : drawn
}

const make = (schema: JsonSchema, place: Place): unknown => {
  const { budget, random } = place.generation
  budget.steps(makeSteps)
  if (typeof schema === "boolean") return generateString({}, place.key, place.parent, place.generation)
  if (place.heights.of(schema) === Infinity) throw new NoAnswer({ message: circle })
  if (place.depth > deepest) throw new NoAnswer({ message: `its values would have more than ${deepest} levels` })
  if (place.hops > mostHops) throw new NoAnswer({ message: `it has more than ${mostHops} references in a row` })
  const { allOf, anyOf, oneOf, $ref, ...own } = schema
  const parts = [
    ...($ref === undefined ? [] : [resolveRef(place.root, $ref) ?? true]),
    ...asSchemas(allOf),
    ...(Array.isArray(anyOf) ? [alternative(asSchemas(anyOf), place)] : []),
    ...(Array.isArray(oneOf) ? [alternative(asSchemas(oneOf), place)] : [])
  ]
  if (parts.length > 0) {
    budget.steps(parts.length)
    return make(
      parts.reduce<Keywords>((all, part) => typeof part === "object" ? merge(all, part) : all, own),
      { ...place, hops: place.hops + 1 }
    )
  }
  if ("const" in schema) return given(schema["const"], budget)
  if (Array.isArray(schema["enum"])) {
    return given(schema["enum"][random.int(0, schema["enum"].length - 1)], budget)
  }
  switch (typeFor(schema, place)) {
    case "null":
      return null
    case "boolean":
      return random.next() < 0.5
    case "integer":
      return generateNumber(schema, place.key, place.generation, true, place.different)
    case "number":
      return generateNumber(schema, place.key, place.generation, false, place.different)
    case "array":
      return makeArray(schema, place)
    case "object":
      return makeObject(schema, place)
    default:
      return generateString(schema, place.key, place.parent, place.generation)
  }
}

/** A value that the schema gives. It may be repeated as often as others, so it counts as they do. */
const given = (value: unknown, budget: WorkBudget): unknown => {
  const { length } = typeof value === "string" ? value : JSON.stringify(value) ?? ""
  budget.steps(Math.ceil(length / 100))
  budget.characters(length)
  return value
}

const typeFor = (schema: Keywords, place: Place): unknown => {
  const types = schema["type"]
  if (Array.isArray(types)) {
    // Deep inside, a list or an object is the last choice.
    const simple = types.filter((type) => type !== "array" && type !== "object")
    const [first, ...others] = place.depth >= enough && simple.length > 0 ? simple : types
    const drawn: unknown = place.generation.random.pick([first, ...others])
    return drawn === "null" ? place.generation.random.pick([first, ...others]) : drawn
  }
  if (types !== undefined) return types
  const has = (...keywords: ReadonlyArray<string>) => keywords.some((keyword) => keyword in schema)
  if (has("properties", "required", "additionalProperties", "patternProperties", "minProperties")) return "object"
  if (has("items", "prefixItems", "minItems", "contains")) return "array"
  return has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf") ? "number" : "string"
}

const makeArray = (schema: Keywords, place: Place): ReadonlyArray<unknown> => {
  const { budget, random } = place.generation
  const fixed = asSchemas(schema["prefixItems"])
  const least = Math.max(numberOf(schema, "minItems") ?? 0, 0)
  const most = numberOf(schema, "maxItems") ?? Infinity
  const items = asSchema(schema["items"]) ?? true
  const wanted = place.depth >= enough || place.heights.of(items) === Infinity
    ? least
    : Math.max(least, fixed.length, random.int(1, 3))
  const contained = asSchema(schema["contains"])
  const length = Math.max(
    Math.ceil(Math.min(wanted, items === false ? fixed.length : Infinity, most)),
    contained === undefined ? 0 : 1
  )
  // Checked first, because a list of a billion items cannot even be begun.
  budget.values(length)
  const inner = { ...place, depth: place.depth + 1, different: schema["uniqueItems"] === true ? length : 1 }
  const seen = new Set<string>()
  // Strict mode has no keyword for it, but items that differ fit a schema that wants them to and any other.
  let differ = true
  return Array.from({ length }, (_, at) => {
    const one = fixed[at] ?? (contained === undefined || at > fixed.length ? items : { allOf: [items, contained] })
    let value = make(one, inner)
    let text = JSON.stringify(value)
    for (let again = 0; differ && seen.has(text); again++) {
      const mark = budget.mark()
      value = make(one, inner)
      budget.drop(mark)
      text = JSON.stringify(value)
      // Where few values are possible, the rest of the items need not differ.
      differ = again < 20 || schema["uniqueItems"] === true
      if (again > 40) break
    }
    seen.add(text)
    return value
  })
}

const makeObject = (schema: Keywords, place: Place): Readonly<Record<string, unknown>> => {
  const { budget, random } = place.generation
  const properties = asSchemaMap(schema["properties"])
  const required = new Set(Array.isArray(schema["required"]) ? schema["required"].map(String) : [])
  const more = asSchema(schema["additionalProperties"])
  const [patterned] = Object.entries(asSchemaMap(schema["patternProperties"]))
  const entry = (key: string, value: JsonSchema) => {
    budget.values(1)
    budget.characters(key.length)
    return [key, make(value, { ...place, key, parent: place.key, depth: place.depth + 1, different: 1 })] as const
  }
  const isFinite = (schema: JsonSchema | undefined) => place.heights.of(schema ?? true) < Infinity
  const entries = Object.entries(properties)
    .filter(([key]) => required.has(key) || (place.depth < enough && random.next() < 0.8 && isFinite(properties[key])))
    .map(([key, value]) => entry(key, value))
  const missing = [...required].filter((key) => !Object.hasOwn(properties, key)).map((key) => entry(key, more ?? true))
  const open = place.depth < enough && ((typeof more === "object" && isFinite(more)) || patterned !== undefined)
  const least = numberOf(schema, "minProperties") ?? (open ? 1 : 0)
  const count = more === false && patterned === undefined ? 0 : Math.max(0, least - entries.length - missing.length)
  if (count > mostValues) budget.values(count)
  const name = (at: number): readonly [string, JsonSchema] =>
    patterned === undefined
      ? [`${generateString({}, "", "", place.generation).split(" ")[0] ?? "key"}${at + 1}`, more ?? true]
      : [generateString({ pattern: patterned[0] }, "", "", place.generation), patterned[1]]
  const extra = Array.from({ length: Math.ceil(count) }, (_, at) => entry(...name(at)))
  return Object.fromEntries([...entries, ...missing, ...extra])
}
