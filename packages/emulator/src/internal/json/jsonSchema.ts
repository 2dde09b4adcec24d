import * as Predicate from "effect/Predicate"
import { canonicalJson } from "./canonicalJson.ts"
import { patternFor } from "./patternMatch.ts"
import { referencedValue } from "./schemaReferences.ts"
import { NoAnswer, WorkBudget } from "./workBudget.ts"

/** A JSON Schema or a part of one: an object of keywords, `true` or `false`. */
export type JsonSchema = boolean | { readonly [keyword: string]: unknown }

/** Reads a value as a JSON Schema; `undefined` if it is not one. */
export const asSchema = (value: unknown): JsonSchema | undefined =>
  typeof value === "boolean"
    ? value
    : Predicate.isObject(value) && !Array.isArray(value)
    ? value
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
export const resolveRef = (root: JsonSchema, ref: unknown): JsonSchema | undefined =>
  typeof ref === "string" ? asSchema(referencedValue(root, ref)?.value) : undefined

/** The JSON type of a value; a whole number is an `integer`. */
const typeOf = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
    ? "array"
    : typeof value === "number"
    ? Number.isInteger(value) ? "integer" : "number"
    : typeof value

/**
 * Whether a value fits a JSON Schema. Unknown keywords and `format` are ignored. Throws `NoAnswer` if the check exceeds the
 * budget, or if a pattern cannot be read.
 */
export const fits = (
  schema: JsonSchema,
  value: unknown,
  root: JsonSchema = schema,
  budget: WorkBudget = new WorkBudget()
): boolean => new Check(root, budget).fits(schema, value)

/** How deep checks may be within checks: each takes some frames of the stack. */
const deepest = 1000

/** What the checks of a value and of its parts have in common. */
class Check {
  readonly #root: JsonSchema
  readonly #budget: WorkBudget
  #depth = 0

  constructor(root: JsonSchema, budget: WorkBudget) {
    this.#root = root
    this.#budget = budget
  }

  fits(schema: JsonSchema, value: unknown): boolean {
    this.#budget.steps(1)
    if (typeof schema === "boolean") return schema
    // A circle of references would never end, and values have an end.
    if (this.#depth >= deepest) throw new NoAnswer({ message: `it has more than ${deepest} levels or references` })
    this.#depth++
    const fit = this.#fitsAny(schema, value) && this.#fitsTyped(schema, value)
    this.#depth--
    return fit
  }

  #fitsTyped(schema: Keywords, value: unknown): boolean {
    if (typeof value === "number") return fitsNumber(schema, value)
    if (typeof value === "string") return this.#fitsString(schema, value)
    if (Array.isArray(value)) return this.#fitsArray(schema, value)
    return !Predicate.isObject(value) || this.#fitsObject(schema, new Map(Object.entries(value)))
  }

  /** Whether a value fits the value of a keyword, which may be anything. */
  #part(part: unknown, value: unknown): boolean {
    const schema = asSchema(part)
    return schema === undefined || this.fits(schema, value)
  }

  /** The keywords for values of any type. */
  #fitsAny(schema: Keywords, value: unknown): boolean {
    if (schema["$ref"] !== undefined) {
      this.#budget.steps(3)
      const target = resolveRef(this.#root, schema["$ref"])
      if (target === undefined || !this.fits(target, value)) return false
    }
    const types = schema["type"]
    if (types !== undefined) {
      const is = typeOf(value)
      if (![types].flat().some((type) => type === is || (type === "number" && is === "integer"))) return false
    }
    if ("const" in schema && !this.#same(schema["const"], value)) return false
    if (Array.isArray(schema["enum"]) && !schema["enum"].some((one) => this.#same(one, value))) return false
    const fit = (keyword: string) => asSchemas(schema[keyword]).filter((one) => this.fits(one, value)).length
    if (!asSchemas(schema["allOf"]).every((one) => this.fits(one, value))) return false
    if (Array.isArray(schema["anyOf"]) && !asSchemas(schema["anyOf"]).some((one) => this.fits(one, value))) return false
    if (Array.isArray(schema["oneOf"]) && fit("oneOf") !== 1) return false
    if (schema["not"] !== undefined && this.#part(schema["not"], value)) return false
    return schema["if"] === undefined ||
      this.#part(this.#part(schema["if"], value) ? schema["then"] : schema["else"], value)
  }

  #fitsString(schema: Keywords, value: string): boolean {
    const length = [...value].length
    this.#budget.steps(Math.ceil(length / 100))
    return bound(schema, "minLength", (bound) => length >= bound) &&
      bound(schema, "maxLength", (bound) => length <= bound) &&
      (typeof schema["pattern"] !== "string" || this.#matches(schema["pattern"], value))
  }

  #fitsArray(schema: Keywords, value: ReadonlyArray<unknown>): boolean {
    const fixed = asSchemas(schema["prefixItems"])
    const contains = schema["contains"]
    const found = contains === undefined ? 0 : value.filter((one) => this.#part(contains, one)).length
    return bound(schema, "minItems", (bound) => value.length >= bound) &&
      bound(schema, "maxItems", (bound) => value.length <= bound) &&
      (schema["uniqueItems"] !== true || this.#areUnique(value)) &&
      value.every((one, at) => this.#part(fixed[at] ?? schema["items"], one)) &&
      (contains === undefined || (found >= Number(schema["minContains"] ?? 1) &&
        bound(schema, "maxContains", (bound) => found <= bound)))
  }

  #fitsObject(schema: Keywords, entries: ReadonlyMap<string, unknown>): boolean {
    const properties = asSchemaMap(schema["properties"])
    const patterns = Object.entries(asSchemaMap(schema["patternProperties"]))
    const required = Array.isArray(schema["required"]) ? schema["required"] : []
    this.#budget.steps(Object.keys(properties).length + required.length)
    return required.every((key) => entries.has(key)) &&
      bound(schema, "minProperties", (bound) => entries.size >= bound) &&
      bound(schema, "maxProperties", (bound) => entries.size <= bound) &&
      [...entries].every(([key, inner]) => {
        const named = Object.hasOwn(properties, key)
        const matching = patterns.filter(([pattern]) => this.#matches(pattern, key))
        return (!named || this.#part(properties[key], inner)) &&
          matching.every(([, one]) => this.#part(one, inner)) &&
          (named || matching.length > 0 || this.#part(schema["additionalProperties"], inner)) &&
          this.#part(schema["propertyNames"], key)
      })
  }

  #matches(pattern: string, text: string): boolean {
    return patternFor(pattern, this.#budget).matches(text)
  }

  /** Whether the values of a list differ. Their canonical texts are compared, which takes time in proportion to the list. */
  #areUnique(values: ReadonlyArray<unknown>): boolean {
    const texts = values.map(canonicalJson)
    this.#budget.steps(texts.reduce((sum, text) => sum + 1 + Math.ceil(text.length / 100), 0))
    return new Set(texts).size === values.length
  }

  #same(a: unknown, b: unknown): boolean {
    this.#budget.steps(1)
    if (Array.isArray(a)) {
      return Array.isArray(b) && a.length === b.length && a.every((one, at) => this.#same(one, b[at]))
    }
    if (!Predicate.isObject(a) || !Predicate.isObject(b) || Array.isArray(b)) return a === b
    const keys = Object.keys(a)
    return keys.length === Object.keys(b).length &&
      keys.every((key) => Predicate.hasProperty(a, key) && Predicate.hasProperty(b, key) && this.#same(a[key], b[key]))
  }
}

type Keywords = Readonly<Record<string, unknown>>

const bound = (schema: Keywords, keyword: string, holds: (bound: number) => boolean): boolean => {
  const bound = schema[keyword]
  return typeof bound !== "number" || holds(bound)
}

const fitsNumber = (schema: Keywords, value: number): boolean =>
  bound(schema, "minimum", (bound) => value >= bound) && bound(schema, "maximum", (bound) => value <= bound) &&
  bound(schema, "exclusiveMinimum", (bound) => value > bound) &&
  bound(schema, "exclusiveMaximum", (bound) => value < bound) &&
  // Division of decimal fractions is rarely exact in binary.
  bound(schema, "multipleOf", (step) => Math.abs(value / step - Math.round(value / step)) < 1e-9)
