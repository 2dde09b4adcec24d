import {
  joinWords,
  type JsonSchema,
  type JsonSchemaDocument,
  same,
  schemaEntries,
  schemasAt,
  setOwn,
  tailOf
} from "./jsonSchema.ts"
import { entriesKey, isHomogeneous, recordsOf, restOf, takesNull, tupleKeys } from "./strictShapes.ts"

export { fromStrict } from "./plainForm.ts"

/**
 * The strict form of a JSON Schema: the subset that `strict: true` allows. Objects are closed and have every key, and an
 * optional key may be `null`. Records are lists of entries and tuples are objects, because the subset has neither. Keywords
 * that it lacks are said in words.
 */
export const toStrict = (document: JsonSchemaDocument): JsonSchema => {
  const strict = (schema: JsonSchema): JsonSchema => withWords(strictBody(schema, strict, document), schema)
  const definitions: Record<string, JsonSchema> = {}
  for (const [name, schema] of Object.entries(document.definitions)) setOwn(definitions, name, strict(schema))
  const root = strict(document.root)
  return Object.keys(definitions).length === 0 ? root : { ...root, $defs: definitions }
}

/** Keywords that stay as they are, if they have a place in the strict form of their schema. */
const kept = ["title", "enum", "pattern", "multipleOf", "minimum", "exclusiveMinimum", "maximum", "exclusiveMaximum"]

const strictBody = (
  schema: JsonSchema,
  strict: (schema: JsonSchema) => JsonSchema,
  document: JsonSchemaDocument
): Record<string, unknown> => {
  const body: Record<string, unknown> = {}
  const members = schemasAt(schema, "anyOf") ?? schemasAt(schema, "oneOf")
  if (schema["$ref"] !== undefined) body["$ref"] = schema["$ref"]
  else if (members !== undefined) body["anyOf"] = union(members.map(strict))
  else if (schema["type"] === "object") Object.assign(body, strictObject(schema, strict, document))
  else if (schema["type"] === "array") Object.assign(body, strictArray(schema, strict, document))
  else if (schema["type"] !== undefined) body["type"] = schema["type"]
  for (const key of kept) if (schema[key] !== undefined) body[key] = schema[key]
  if (formats.test(`${schema["format"]}`)) body["format"] = schema["format"]
  if (body["type"] === "string") {
    const pattern = lengthPattern(schema)
    if (pattern !== undefined) body["pattern"] = pattern
  }
  return body
}

/** The formats that the strict subset has. */
const formats = /^(date-time|time|date|duration|email|hostname|ipv4|ipv6|uuid)$/

/**
 * The lengths of a string as a pattern, if they are so small that a grammar of them is, and the string has no pattern but
 * one for each of its characters.
 */
const lengthPattern = ({ maxLength, minLength, pattern = "^[\\s\\S]*$" }: JsonSchema): string | undefined => {
  const [, character, count] = /^\^(\[(?:[^\]\\]|\\.)+\]|\\?\w)([*+])\$$/.exec(String(pattern)) ?? []
  const least = Math.max(typeof minLength === "number" ? minLength : 0, count === "+" ? 1 : 0)
  const most = typeof maxLength === "number" ? maxLength : undefined
  return character === undefined || Math.max(least, most ?? 0) > 256 || (least < 2 && most === undefined)
    ? undefined
    : `^${character}{${least === most ? least : `${least},${most ?? ""}`}}$`
}

const strictObject = (
  schema: JsonSchema,
  strict: (schema: JsonSchema) => JsonSchema,
  document: JsonSchemaDocument
): JsonSchema => {
  const named = schemaEntries(schema, "properties")
  const records = recordsOf(schema)
  const entries = records.length === 0 ? undefined : {
    type: "array",
    items: alternatives(records.map(({ key, value }) => closed([["key", strict(key)], ["value", strict(value)]]))),
    ...(typeof schema["minProperties"] === "number"
      ? { minItems: Math.max(0, schema["minProperties"] - named.length) }
      : {})
  }
  if (entries !== undefined && named.length === 0) {
    return { ...entries, description: "An object as a list of its entries." }
  }
  const required = Array.isArray(schema["required"]) ? schema["required"] : []
  return closed([
    ...named.map(([name, inner]) =>
      [name, required.includes(name) ? strict(inner) : nullable(inner, strict, document)] as const
    ),
    ...(entries === undefined
      ? []
      : [[entriesKey(schema), { ...entries, description: "The other keys, as a list of entries." }] as const])
  ])
}

/** An object that has these keys and no others. */
const closed = (properties: ReadonlyArray<readonly [string, JsonSchema]>): JsonSchema => {
  const all: Record<string, JsonSchema> = {}
  for (const [name, schema] of properties) setOwn(all, name, schema)
  return { type: "object", properties: all, required: properties.map(([name]) => name), additionalProperties: false }
}

const strictArray = (
  schema: JsonSchema,
  strict: (schema: JsonSchema) => JsonSchema,
  document: JsonSchemaDocument
): JsonSchema => {
  const { maxItems, minItems } = schema
  const bounds = { ...(minItems === undefined ? {} : { minItems }), ...(maxItems === undefined ? {} : { maxItems }) }
  const fixed = schemasAt(schema, "prefixItems") ?? []
  const rest = restOf(schema)
  const last = tailOf(schema)?.last ?? []
  if (isHomogeneous(schema)) {
    return { type: "array", items: strict(fixed[0] ?? rest ?? last[0] ?? {}), ...bounds }
  }
  const keys = tupleKeys(schema)
  const least = (typeof minItems === "number" ? minItems : 0) - last.length
  return {
    ...closed([
      ...fixed.map((one, at) => [keys.fixed[at]!, at < least ? strict(one) : nullable(one, strict, document)] as const),
      ...(keys.rest === undefined || rest === undefined ? [] : [
        [keys.rest, {
          type: "array",
          items: strict(rest),
          description: "The other items."
        }] as const
      ]),
      ...last.map((one, at) => [keys.last[at]!, strict(one)] as const)
    ]),
    description: "A list as an object: its items by their position."
  }
}

/** A schema that takes `null` beside its own values. */
const nullable = (
  schema: JsonSchema,
  strict: (schema: JsonSchema) => JsonSchema,
  document: JsonSchemaDocument
): JsonSchema => {
  const inner = strict(schema)
  if (takesNull(schema, document)) return inner
  const { anyOf, description, title, ...rest } = inner
  const members = Array.isArray(anyOf) && Object.keys(rest).length === 0
    ? anyOf
    : [anyOf === undefined ? rest : { ...rest, anyOf }]
  return {
    anyOf: [...members, { type: "null" }],
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description })
  }
}

const alternatives = (schemas: ReadonlyArray<JsonSchema>): JsonSchema => {
  const members = union(schemas)
  return members.length === 1 ? members[0]! : { anyOf: members }
}

/** The members of a union, each once. */
const union = (schemas: ReadonlyArray<JsonSchema>): ReadonlyArray<JsonSchema> => {
  const members: Array<JsonSchema> = []
  for (const schema of schemas) {
    const inner = Object.keys(schema).length === 1 ? schemasAt(schema, "anyOf") : undefined
    for (const one of inner ?? [schema]) if (!members.some((other) => same(one, other))) members.push(one)
  }
  return members
}

/** Adds the description, with the keywords that the strict form lacks in words. */
const withWords = (body: Record<string, unknown>, schema: JsonSchema): JsonSchema => {
  const isArray = schema["type"] === "array"
  const words = (keyword: string, say: (value: unknown) => string) =>
    schema[keyword] === undefined || body[keyword] !== undefined ? undefined : say(schema[keyword])
  const description = joinWords([
    schema["description"],
    body["description"],
    schema["minLength"] === schema["maxLength"]
      ? words("minLength", (length) => `Exactly ${count(length, "character")}.`)
      : undefined,
    ...(schema["minLength"] === schema["maxLength"] ? [] : [
      words("minLength", (least) => `At least ${count(least, "character")}.`),
      words("maxLength", (most) => `At most ${count(most, "character")}.`)
    ]),
    words("minProperties", (least) => `At least ${count(least, "key")}.`),
    words("maxProperties", (most) => `At most ${count(most, "key")}.`),
    schema["uniqueItems"] === true ? "No two items are equal." : undefined,
    // The format of bytes says less than their encoding, and the pattern of an encoding as much.
    schema["format"] === "byte" ? undefined : words("format", (format) => `Format: ${String(format)}.`),
    body["pattern"] === undefined ? words("contentEncoding", (one) => `Encoding: ${String(one)}.`) : undefined,
    words("contentSchema", (inner) => `The JSON fits this JSON Schema: ${JSON.stringify(inner)}.`),
    words("default", (value) => `Default: ${JSON.stringify(value)}.`),
    words("examples", (values) => `Examples: ${JSON.stringify(values).slice(1, -1)}.`),
    isArray || Object.keys(schema).some((key) => key !== "title" && key !== "description")
      ? undefined
      : "Any JSON value."
  ])
  const { $ref, ...rest } = body
  if ($ref !== undefined && (description !== undefined || rest["title"] !== undefined)) {
    // A reference has no keywords beside it in the strict subset.
    return { anyOf: [{ $ref }], ...rest, ...(description === undefined ? {} : { description }) }
  }
  return { ...body, ...(description === undefined ? {} : { description }) }
}

const count = (value: unknown, noun: string): string => `${String(value)} ${noun}${value === 1 ? "" : "s"}`
