import { isSchema, type JsonSchema, type JsonSchemaDocument, schemaEntries, schemasAt, setOwn } from "./jsonSchema.ts"
import { fromStrict } from "./plainForm.ts"
import { recordsOf } from "./strictShapes.ts"
import { isOfType, UnionChoice } from "./unionChoice.ts"

/**
 * The part of incomplete JSON that has the types of its schema, in plain form; `undefined` if the JSON is of another type
 * altogether. A key whose value has another type is left out, and a list ends before an item that has.
 */
export const partialOf = (document: JsonSchemaDocument, json: unknown): { readonly value: unknown } | undefined => {
  const unions = new UnionChoice(document)
  const typed = (reference: JsonSchema, value: unknown): { readonly value: unknown } | undefined => {
    const schema = unions.resolve(reference, value)
    switch (schema["type"]) {
      case undefined:
        return { value }
      case "object":
        return isSchema(value) ? { value: typedObject(schema, value) } : undefined
      case "array":
        return Array.isArray(value) ? { value: typedItems(schema, value) } : undefined
      default:
        return isOfType(value, schema["type"] === "integer" ? "number" : schema["type"]) ? { value } : undefined
    }
  }
  const typedObject = (schema: JsonSchema, value: JsonSchema): unknown => {
    const named = new Map(schemaEntries(schema, "properties"))
    const records = recordsOf(schema)
    const result: Record<string, unknown> = {}
    for (const [key, inner] of Object.entries(value)) {
      const candidates = named.has(key) ? [named.get(key) ?? {}] : records.map((record) => record.value)
      const found = typed({ anyOf: candidates }, inner)
      if (candidates.length > 0 && found !== undefined) setOwn(result, key, found.value)
    }
    return result
  }
  const typedItems = (schema: JsonSchema, value: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
    const fixed = schemasAt(schema, "prefixItems") ?? []
    const items = isSchema(schema["items"]) ? schema["items"] : undefined
    const result: Array<unknown> = []
    for (const [at, item] of value.entries()) {
      const one = fixed[at] ?? items
      const found = one === undefined ? undefined : typed(one, item)
      if (found === undefined) break
      result.push(found.value)
    }
    return result
  }
  return typed(document.root, fromStrict(document, json, { incomplete: true }))
}
