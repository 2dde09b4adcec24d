import type * as SchemaAST from "effect/SchemaAST"
import { type Draft, type JsonSchema, same, setOwn } from "./jsonSchema.ts"

/** The schema that no value fits. */
export const impossible: Draft = { not: {} }

/** The values of an enum, with their names in words where a value does not say its name. */
export const enumeration = ({ enums }: SchemaAST.Enum): Draft => {
  const ofType = (type: "string" | "number"): ReadonlyArray<Draft> => {
    const entries = enums.filter(([, value]) => typeof value === type)
    const named = entries.filter(([name, value]) => name.toLowerCase() !== `${value}`.toLowerCase())
    return entries.length === 0 ? [] : [{
      type,
      enum: entries.map(([, value]) => value),
      ...(named.length === 0
        ? {}
        : { description: `${named.map(([name, value]) => `${value}: ${name}`).join(", ")}.` })
    }]
  }
  return anyOf([...ofType("string"), ...ofType("number")], "anyOf")
}

/** A union: the literals of a type are one `enum`, `null` is in it once, and inner unions are spliced in. */
export const anyOf = (drafts: ReadonlyArray<Draft>, keyword: "anyOf" | "oneOf"): Draft => {
  const members: Array<Draft> = []
  for (const draft of drafts) {
    const inner = draft["anyOf"]
    const parts: ReadonlyArray<Draft> = keyword === "anyOf" && Array.isArray(inner) && Object.keys(draft).length === 1
      ? inner
      : [draft]
    for (const part of parts) {
      const at = isEnum(part) ? members.findIndex((one) => isEnum(one) && one["type"] === part["type"]) : -1
      if (at >= 0) members[at] = { ...part, enum: [...new Set([members[at]?.["enum"], part["enum"]].flat())] }
      else if (part !== impossible && !members.some((one) => same(one, part))) members.push(part)
    }
  }
  const [first] = members
  return first === undefined ? impossible : members.length === 1 ? first : { [keyword]: members }
}

const isEnum = (draft: Draft): boolean =>
  draft["enum"] !== undefined && draft["type"] !== undefined && Object.keys(draft).length === 2

/** The schema of the keys of a record. JSON has no other keys than strings. */
export const keyOf = (draft: Draft): Draft =>
  draft["type"] === "number"
    ? { type: "string", pattern: "^-?\\d+(\\.\\d+)?$" }
    : draft["type"] === "integer"
    ? { type: "string", pattern: "^-?\\d+$" }
    : draft

/** The keywords of the keys of a record that have no name in the schema. */
export const recordKeywords = (
  records: ReadonlyArray<{ readonly key: JsonSchema; readonly value: Draft }>,
  named: ReadonlyArray<string>
): JsonSchema => {
  if (records.length === 0) return {}
  const free = records.filter(({ key }) => same(key, { type: "string" }))
  const [only] = records
  if (only !== undefined && records.length === 1) {
    return {
      additionalProperties: only.value,
      ...(free.length === 1
        ? {}
        : { propertyNames: named.length === 0 ? only.key : { anyOf: [{ type: "string", enum: named }, only.key] } })
    }
  }
  const patterns: Record<string, JsonSchema> = {}
  for (const { key, value } of records) {
    if (typeof key["pattern"] === "string") setOwn(patterns, key["pattern"], value)
    else if (free.length === 0) free.push({ key, value })
  }
  return {
    ...(Object.keys(patterns).length === 0 ? {} : { patternProperties: patterns }),
    additionalProperties: free[0]?.value ?? false
  }
}
