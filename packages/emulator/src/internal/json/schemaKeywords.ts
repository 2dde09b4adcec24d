import * as Predicate from "effect/Predicate"
import { pythonText } from "./pythonText.ts"

/**
 * Why a value is no JSON Schema of draft 7, in the words of Python's `jsonschema`, which the API checks the parameters of
 * tools with; `undefined` if it is one.
 *
 * *Details*: the problem that is closest to the root is named. Patterns, URIs and keywords of later drafts are not checked.
 */
export const keywordProblem = (schema: unknown): string | undefined => {
  let level: ReadonlyArray<unknown> = [schema]
  while (level.length > 0) {
    const next: Array<unknown> = []
    for (const one of level) {
      const problem = problemOf(one, next)
      if (problem !== undefined) return problem
    }
    level = next
  }
  return undefined
}

/** Checks a keyword's value, and adds the schemas in it to those that are checked after all of this depth. */
type Check = (value: unknown, inner: Array<unknown>) => string | undefined

const problemOf: Check = (schema, inner) => {
  if (typeof schema === "boolean") return undefined
  if (!Predicate.isObject(schema)) return notOfType(schema, "'object', 'boolean'")
  for (const [key, value] of Object.entries(schema)) {
    const problem = keywords.get(key)?.(value, inner)
    if (problem !== undefined) return problem
  }
  return undefined
}

const notOfType = (value: unknown, types: string): string => `${pythonText(value)} is not of type ${types}`

const notOfAny = (value: unknown): string => `${pythonText(value)} is not valid under any of the given schemas`

const is = (fits: (value: unknown) => boolean, type: string): Check => (value) =>
  fits(value) ? undefined : notOfType(value, `'${type}'`)

const isText = (value: unknown): value is string => typeof value === "string"

const schema: Check = (value, inner) => {
  inner.push(value)
  return undefined
}

const schemas: Check = (value, inner) => {
  if (!Array.isArray(value)) return notOfType(value, "'array'")
  inner.push(...value)
  return value.length === 0 ? "[] should be non-empty" : undefined
}

const schemaMap: Check = (value, inner) => {
  if (!Predicate.isObject(value)) return notOfType(value, "'object'")
  inner.push(...Object.values(value))
  return undefined
}

/** The keywords that take one of two forms: the whole value is named where neither fits. */
const oneOrSchemas: Check = (value) => {
  const all: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  return all.length === 0 || all.some((one) => keywordProblem(one) !== undefined) ? notOfAny(value) : undefined
}

const dependencies: Check = (value) => {
  if (!Predicate.isObject(value)) return notOfType(value, "'object'")
  const wrong = Object.values(value).find((one) =>
    Array.isArray(one) ? !one.every(isText) : keywordProblem(one) !== undefined
  )
  return wrong === undefined ? undefined : notOfAny(wrong)
}

const simpleTypes = ["array", "boolean", "integer", "null", "number", "object", "string"]

const types: Check = (value) => {
  const all: ReadonlyArray<unknown> = Array.isArray(value) ? value : [value]
  const fits = all.length > 0 && new Set(all).size === all.length &&
    all.every((one) => isText(one) && simpleTypes.includes(one))
  return fits ? undefined : notOfAny(value)
}

const required: Check = (value) => {
  if (!Array.isArray(value)) return notOfType(value, "'array'")
  const wrong = value.findIndex((one) => !isText(one))
  if (wrong !== -1) return notOfType(value[wrong], "'string'")
  return new Set(value).size === value.length ? undefined : `${pythonText(value)} has non-unique elements`
}

const count: Check = (value) =>
  typeof value !== "number" || !Number.isInteger(value)
    ? notOfType(value, "'integer'")
    : value < 0
    ? `${value} is less than the minimum of 0`
    : undefined

const multiple: Check = (value) =>
  typeof value !== "number"
    ? notOfType(value, "'number'")
    : value <= 0
    ? `${value} is less than or equal to the minimum of 0`
    : undefined

const number = is((value) => typeof value === "number", "number")
const text = is(isText, "string")
const flag = is((value) => typeof value === "boolean", "boolean")
const list = is(Array.isArray, "array")

const keywords: ReadonlyMap<string, Check> = new Map(Object.entries<Check>({
  $id: text,
  $schema: text,
  $ref: text,
  $comment: text,
  title: text,
  description: text,
  pattern: text,
  format: text,
  contentMediaType: text,
  contentEncoding: text,
  readOnly: flag,
  uniqueItems: flag,
  examples: list,
  enum: list,
  maximum: number,
  exclusiveMaximum: number,
  minimum: number,
  exclusiveMinimum: number,
  multipleOf: multiple,
  maxLength: count,
  minLength: count,
  maxItems: count,
  minItems: count,
  maxProperties: count,
  minProperties: count,
  type: types,
  required,
  dependencies,
  items: oneOrSchemas,
  additionalItems: schema,
  additionalProperties: schema,
  contains: schema,
  propertyNames: schema,
  not: schema,
  if: schema,
  // oxlint-disable-next-line unicorn/no-thenable -- a keyword of JSON Schema, in an object that is never awaited
  then: schema,
  else: schema,
  allOf: schemas,
  anyOf: schemas,
  oneOf: schemas,
  properties: schemaMap,
  patternProperties: schemaMap,
  definitions: schemaMap
}))
