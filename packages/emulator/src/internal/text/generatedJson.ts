import { asSchema, asSchemaMap, asSchemas, fits, type JsonSchema, resolveRef } from "../json/jsonSchema.ts"
import type { Random } from "../random/random.ts"
import { generateString } from "./generatedString.ts"

type Keywords = Readonly<Record<string, unknown>>

interface Place {
  readonly root: JsonSchema
  readonly random: Random
  /** The key of the value in its object. */
  readonly key: string
  readonly depth: number
}

/** The depth from which only required parts are generated. */
const enough = 5

/** The number of attempts: some keywords are checked afterwards, not generated for. */
const attempts = 40

/** Generates a value that fits a JSON Schema; `undefined` if none was found. */
export const generateJson = (schema: JsonSchema, random: Random): { readonly value: unknown } | undefined => {
  for (let attempt = 0; attempt < attempts; attempt++) {
    const value = make(schema, { root: schema, random, key: "", depth: 0 })
    if (fits(schema, value)) return { value }
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

/** Picks one alternative. Deep inside, the shortest comes first, so that recursion ends. */
const alternative = (schemas: ReadonlyArray<JsonSchema>, { depth, random }: Place): JsonSchema => {
  const possible = schemas.filter((schema) => schema !== false)
  const [first, ...others] = depth < enough
    ? possible
    : possible.toSorted((a, b) => JSON.stringify(a).length - JSON.stringify(b).length)
  if (first === undefined) return true
  if (depth >= enough) return first
  const drawn = random.pick([first, ...others])
  // `null` is picked half as often as other alternatives.
  return typeof drawn === "object" && drawn["type"] === "null" ? random.pick([first, ...others]) : drawn
}

const make = (schema: JsonSchema, place: Place): unknown => {
  if (typeof schema === "boolean") return generateString({}, place.key, place.random)
  // Circular references never produce a value, so the depth ends them.
  if (place.depth > 32) return null
  const { allOf, anyOf, oneOf, $ref, ...own } = schema
  const parts = [
    ...($ref === undefined ? [] : [resolveRef(place.root, $ref) ?? true]),
    ...asSchemas(allOf),
    ...(Array.isArray(anyOf) ? [alternative(asSchemas(anyOf), place)] : []),
    ...(Array.isArray(oneOf) ? [alternative(asSchemas(oneOf), place)] : [])
  ]
  if (parts.length > 0) {
    return make(
      parts.reduce<Keywords>((all, part) => typeof part === "object" ? merge(all, part) : all, own),
      { ...place, depth: place.depth + 1 }
    )
  }
  if ("const" in schema) return schema["const"]
  if (Array.isArray(schema["enum"])) {
    const [first, ...others] = schema["enum"]
    return place.random.pick([first, ...others])
  }
  switch (typeFor(schema, place)) {
    case "null":
      return null
    case "boolean":
      return place.random.next() < 0.5
    case "integer":
      return makeNumber(schema, place, true)
    case "number":
      return makeNumber(schema, place, false)
    case "array":
      return makeArray(schema, place)
    case "object":
      return makeObject(schema, place)
    default:
      return generateString(schema, place.key, place.random)
  }
}

const typeFor = (schema: Keywords, place: Place): unknown => {
  const types = schema["type"]
  if (Array.isArray(types)) {
    const drawn = alternative(types.map((type) => ({ type })), place)
    return typeof drawn === "object" ? drawn["type"] : undefined
  }
  if (types !== undefined) return types
  const has = (...keywords: ReadonlyArray<string>) => keywords.some((keyword) => keyword in schema)
  if (has("properties", "required", "additionalProperties", "patternProperties", "minProperties")) return "object"
  if (has("items", "prefixItems", "minItems", "contains")) return "array"
  return has("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf") ? "number" : "string"
}

const makeNumber = (schema: Keywords, { random }: Place, integer: boolean): number => {
  const step = numberOf(schema, "multipleOf") ?? (integer ? 1 : 0.01)
  const below = numberOf(schema, "exclusiveMaximum")
  const above = numberOf(schema, "exclusiveMinimum")
  const least = Math.max(numberOf(schema, "minimum") ?? -Infinity, above ?? -Infinity)
  const most = Math.min(numberOf(schema, "maximum") ?? Infinity, below ?? Infinity)
  const from = Number.isFinite(least) ? least : Number.isFinite(most) ? most - 100 * step : step
  const to = Number.isFinite(most) ? most : from + 99 * Math.max(step, 1)
  const first = Math.ceil(from / step) + (above !== undefined && Math.ceil(from / step) * step <= above ? 1 : 0)
  const last = Math.floor(to / step) - (below !== undefined && Math.floor(to / step) * step >= below ? 1 : 0)
  // If no multiple lies between the bounds, their mean is used.
  if (last < first) return (from + to) / 2
  return Number((random.int(first, last) * step).toFixed(10))
}

const makeArray = (schema: Keywords, place: Place): ReadonlyArray<unknown> => {
  const fixed = asSchemas(schema["prefixItems"])
  const least = Math.max(numberOf(schema, "minItems") ?? 0, 0)
  const most = numberOf(schema, "maxItems") ?? Infinity
  const items = asSchema(schema["items"]) ?? true
  const wanted = place.depth >= enough ? least : Math.max(least, fixed.length, place.random.int(1, 3))
  const length = Math.min(wanted, items === false ? fixed.length : Infinity, most)
  const inner = { ...place, depth: place.depth + 1 }
  const contained = asSchema(schema["contains"])
  const seen = new Set<string>()
  return Array.from({ length: Math.max(length, contained === undefined ? 0 : 1) }, (_, at) => {
    const one = fixed[at] ?? (contained === undefined || at > fixed.length ? items : { allOf: [items, contained] })
    let value = make(one, inner)
    // Strict mode has no keyword for it, but items that differ fit a schema that wants them to and any other.
    for (let again = 0; again < 20 && seen.has(JSON.stringify(value)); again++) {
      value = make(one, inner)
    }
    seen.add(JSON.stringify(value))
    return value
  })
}

const makeObject = (schema: Keywords, place: Place): Readonly<Record<string, unknown>> => {
  const properties = asSchemaMap(schema["properties"])
  const required = Array.isArray(schema["required"]) ? schema["required"].map(String) : []
  const more = asSchema(schema["additionalProperties"])
  const entry = (key: string, value: JsonSchema) =>
    [key, make(value, { ...place, key, depth: place.depth + 1 })] as const
  const entries = Object.entries(properties)
    .filter(([key]) => required.includes(key) || (place.depth < enough && place.random.next() < 0.8))
    .map(([key, value]) => entry(key, value))
  const missing = required.filter((key) => !Object.hasOwn(properties, key)).map((key) => entry(key, more ?? true))
  const least = numberOf(schema, "minProperties") ?? (typeof more === "object" && place.depth < enough ? 1 : 0)
  const extra = more === false ? [] : Array.from(
    { length: Math.max(0, least - entries.length - missing.length) },
    (_, at) => entry(`${generateString({}, "", place.random).split(" ")[0] ?? "key"}${at + 1}`, more ?? true)
  )
  return Object.fromEntries([...entries, ...missing, ...extra])
}
