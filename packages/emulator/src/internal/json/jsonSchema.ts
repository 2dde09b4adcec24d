import * as Predicate from "effect/Predicate"

/** A JSON Schema or a part of one: an object of keywords, `true` or `false`. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown }

/** Reads a value as a JSON Schema; `undefined` if it is not one. */
export const asSchema = (value: unknown): JsonSchema | undefined =>
  typeof value === "boolean"
    ? value
    : Predicate.isObject(value) && !Array.isArray(value)
    ? { ...value }
    : undefined

/** Reads a list of JSON Schemas, such as the value of `anyOf`. */
export const asSchemas = (value: unknown): ReadonlyArray<JsonSchema> =>
  Array.isArray(value) ? value.map(asSchema).filter((one) => one !== undefined) : []

/** Reads a map of JSON Schemas, such as the value of `properties`. */
export const asSchemaMap = (value: unknown): Readonly<Record<string, JsonSchema>> => {
  const map = asSchema(value)
  return typeof map !== "object" ? {} : Object.fromEntries(
    Object.entries(map).flatMap(([name, one]) => {
      const schema = asSchema(one)
      return schema === undefined ? [] : [[name, schema]]
    })
  )
}

/** Resolves a `$ref` within the document. */
export const resolveRef = (root: JsonSchema, ref: unknown): JsonSchema | undefined => {
  if (typeof ref !== "string" || !ref.startsWith("#")) return undefined
  return asSchema(
    ref.slice(1).split("/").slice(1)
      .map((part) => decodeURIComponent(part).replaceAll("~1", "/").replaceAll("~0", "~"))
      .reduce<unknown>((inner, key) => Predicate.hasProperty(inner, key) ? inner[key] : undefined, root)
  )
}

/** The JSON type of a value; a whole number is an `integer`. */
const typeOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
    ? "array"
    : typeof value === "number"
    ? Number.isInteger(value) ? "integer" : "number"
    : typeof value

const same = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, at) => same(one, b[at]))
  if (!Predicate.isObject(a) || !Predicate.isObject(b) || Array.isArray(b)) return a === b
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length &&
    keys.every((key) => Predicate.hasProperty(a, key) && Predicate.hasProperty(b, key) && same(a[key], b[key]))
}

const matches = (pattern: string, text: string): boolean => {
  try {
    return new RegExp(pattern, "u").test(text)
  } catch {
    return false
  }
}

/** Whether a value fits a JSON Schema. Unknown keywords and `format` are ignored. */
export const fits = (schema: JsonSchema, value: unknown, root: JsonSchema = schema): boolean => {
  if (typeof schema === "boolean") return schema
  const check = (part: unknown, inner: unknown) => {
    const one = asSchema(part)
    return one === undefined || fits(one, inner, root)
  }
  const number = (keyword: string, holds: (bound: number) => boolean) => {
    const bound = schema[keyword]
    return typeof bound !== "number" || holds(bound)
  }
  if (schema["$ref"] !== undefined) {
    const target = resolveRef(root, schema["$ref"])
    if (target === undefined || !fits(target, value, root)) return false
  }
  const types = schema["type"]
  if (types !== undefined) {
    const is = typeOf(value)
    if (![types].flat().some((type) => type === is || (type === "number" && is === "integer"))) return false
  }
  if ("const" in schema && !same(schema["const"], value)) return false
  if (Array.isArray(schema["enum"]) && !schema["enum"].some((one) => same(one, value))) return false
  if (!asSchemas(schema["allOf"]).every((one) => fits(one, value, root))) return false
  if (Array.isArray(schema["anyOf"]) && !asSchemas(schema["anyOf"]).some((one) => fits(one, value, root))) return false
  if (
    Array.isArray(schema["oneOf"]) && asSchemas(schema["oneOf"]).filter((one) => fits(one, value, root)).length !== 1
  ) return false
  if (schema["not"] !== undefined && check(schema["not"], value)) return false
  if (schema["if"] !== undefined && !check(check(schema["if"], value) ? schema["then"] : schema["else"], value)) {
    return false
  }
  if (typeof value === "number") {
    return number("minimum", (bound) => value >= bound) && number("maximum", (bound) => value <= bound) &&
      number("exclusiveMinimum", (bound) => value > bound) && number("exclusiveMaximum", (bound) => value < bound) &&
      // Division of decimal fractions is rarely exact in binary.
      number("multipleOf", (step) => Math.abs(value / step - Math.round(value / step)) < 1e-9)
  }
  if (typeof value === "string") {
    const length = [...value].length
    return number("minLength", (bound) => length >= bound) && number("maxLength", (bound) => length <= bound) &&
      (typeof schema["pattern"] !== "string" || matches(schema["pattern"], value))
  }
  if (Array.isArray(value)) {
    const fixed = asSchemas(schema["prefixItems"])
    const found = value.filter((one) => check(schema["contains"], one)).length
    return number("minItems", (bound) => value.length >= bound) && number("maxItems", (bound) =>
      value.length <= bound) &&
      (schema["uniqueItems"] !== true || value.every((one, at) => !value.slice(0, at).some((two) => same(one, two)))) &&
      value.every((one, at) => fixed[at] === undefined ? check(schema["items"], one) : check(fixed[at], one)) &&
      (schema["contains"] === undefined || found >= Number(schema["minContains"] ?? 1)) &&
      (schema["contains"] === undefined || number("maxContains", (bound) => found <= bound))
  }
  return !Predicate.isObject(value) || fitsObject(schema, new Map(Object.entries(value)), check)
}

const fitsObject = (
  schema: Readonly<Record<string, unknown>>,
  entries: ReadonlyMap<string, unknown>,
  check: (part: unknown, inner: unknown) => boolean
): boolean => {
  const properties = asSchemaMap(schema["properties"])
  const patterns = Object.entries(asSchemaMap(schema["patternProperties"]))
  const required = Array.isArray(schema["required"]) ? schema["required"] : []
  const { maxProperties, minProperties } = schema
  return required.every((key) => entries.has(key)) &&
    (typeof minProperties !== "number" || entries.size >= minProperties) &&
    (typeof maxProperties !== "number" || entries.size <= maxProperties) &&
    [...entries].every(([key, inner]) => {
      const named = Object.hasOwn(properties, key)
      const matching = patterns.filter(([pattern]) => matches(pattern, key))
      return (!named || check(properties[key], inner)) && matching.every(([, one]) => check(one, inner)) &&
        (named || matching.length > 0 || check(schema["additionalProperties"], inner)) &&
        check(schema["propertyNames"], key)
    })
}
