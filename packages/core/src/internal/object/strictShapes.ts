import {
  isSchema,
  type JsonSchema,
  type JsonSchemaDocument,
  referenceName,
  same,
  schemaEntries,
  schemasAt,
  tailOf
} from "./jsonSchema.ts"

/** The schemas of the keys and values of an object that have no name in its schema. */
export interface RecordShape {
  readonly key: JsonSchema
  readonly value: JsonSchema
}

export const recordsOf = (schema: JsonSchema): ReadonlyArray<RecordShape> => {
  const { additionalProperties, propertyNames } = schema
  const patterned = schemaEntries(schema, "patternProperties").map(([pattern, value]) => ({
    key: { type: "string", pattern },
    value
  }))
  if (!isSchema(additionalProperties)) return patterned
  return [...patterned, { key: otherKeys(propertyNames), value: additionalProperties }]
}

/** The keys of a record without those that have a name: they are beside the list of entries. */
const otherKeys = (propertyNames: unknown): JsonSchema => {
  if (!isSchema(propertyNames)) return { type: "string" }
  const members = schemasAt(propertyNames, "anyOf")
  return members?.length === 2 && members[0]?.["enum"] !== undefined ? members[1]! : propertyNames
}

/** The key under which an object has the entries whose keys have no name: one that no other property has. */
export const entriesKey = (schema: JsonSchema): string => {
  const names = new Set(schemaEntries(schema, "properties").map(([name]) => name))
  let key = "other_entries"
  while (names.has(key)) key += "_"
  return key
}

/** The key and the value of an entry in a list of entries: `{ key, value }`, as the strict form has it. */
export interface Entry {
  readonly key: string
  readonly value: unknown
}

export const entryOf = (entry: unknown): Entry | undefined =>
  isSchema(entry) && typeof entry["key"] === "string" && Object.hasOwn(entry, "value")
    ? { key: entry["key"], value: entry["value"] }
    : undefined

/**
 * An entry as the strict form of `effect/ai` has it, `{ "0": key, "1": value }`, or as that is in plain form,
 * `[key, value]`: JSON may have been written for a schema that was converted there.
 */
export const foreignEntryOf = (entry: unknown): Entry | undefined => {
  if (typeof entry !== "object" || entry === null || Object.keys(entry).length !== 2) return undefined
  const parts = new Map<string, unknown>(Object.entries(entry))
  const key = parts.get("0")
  return typeof key === "string" && parts.has("1") ? { key, value: parts.get("1") } : undefined
}

/** The keys of a tuple as an object. */
export interface TupleKeys {
  readonly fixed: ReadonlyArray<string>
  readonly rest: string | undefined
  readonly last: ReadonlyArray<string>
}

export const tupleKeys = (schema: JsonSchema): TupleKeys => ({
  fixed: (schemasAt(schema, "prefixItems") ?? []).map((_, at) => `${at}`),
  rest: restOf(schema) === undefined ? undefined : "rest",
  last: (tailOf(schema)?.last ?? []).map((_, at) => `last_${at}`)
})

/** The keys of a tuple as an object that differ in the strict form of `effect/ai`, and what they are here. */
export const knownTupleKey = (key: string): string =>
  key === "__rest__" ? "rest" : key.replace(/^__tail_(\d+)__$/, "last_$1")

/** The schema of the items between the first and the last ones, of which there may be any number. */
export const restOf = (schema: JsonSchema): JsonSchema | undefined => {
  const after = tailOf(schema)
  if (after !== undefined) return after.rest
  return isSchema(schema["items"]) ? schema["items"] : undefined
}

/** Whether all items of an array have one schema, so that it stays an array. */
export const isHomogeneous = (schema: JsonSchema): boolean => {
  const rest = restOf(schema)
  const [first, ...others] = [
    ...(schemasAt(schema, "prefixItems") ?? []),
    ...(rest === undefined ? [] : [rest]),
    ...(tailOf(schema)?.last ?? [])
  ]
  return others.every((one) => same(one, first))
}

/** Whether an array has items with a place of their own. */
export const isTuple = (schema: JsonSchema): boolean =>
  (schemasAt(schema, "prefixItems") ?? []).length > 0 || tailOf(schema) !== undefined

/** Whether a schema takes `null` itself. */
export const takesNull = (
  schema: JsonSchema,
  document: JsonSchemaDocument,
  seen: ReadonlySet<string> = new Set()
): boolean => {
  const name = referenceName(schema)
  if (name !== undefined) {
    const target = document.definitions[name]
    return target !== undefined && !seen.has(name) && takesNull(target, document, new Set([...seen, name]))
  }
  const members = schemasAt(schema, "anyOf") ?? schemasAt(schema, "oneOf")
  if (members !== undefined) return members.some((one) => takesNull(one, document, seen))
  return schema["type"] === "null" || (schema["type"] === undefined && schema["enum"] === undefined)
}
