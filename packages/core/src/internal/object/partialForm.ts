import { isSchema, type JsonSchema, type JsonSchemaDocument, schemaEntries, schemasAt, setOwn } from "./jsonSchema.ts"
import { Restoration } from "./plainForm.ts"
import { GrowingLists, Latest } from "./restored.ts"
import { recordsOf } from "./strictShapes.ts"
import { isOfType, UnionChoice } from "./unionChoice.ts"

/** A part of incomplete JSON that has the types of its schema. */
export interface Partial {
  readonly value: unknown
}

/**
 * Finds the part of incomplete JSON that has the types of its schema, in plain form; `undefined` if the JSON is of another
 * type altogether. A key whose value has another type is left out, and a list ends before an item that has.
 *
 * It is made for JSON that grows: the finished parts of it are read once.
 */
export const makePartialOf = (document: JsonSchemaDocument): (json: unknown) => Partial | undefined => {
  const unions = new UnionChoice(document)
  const restoration = new Restoration(document, true, unions)
  const latest = new Latest<Partial | undefined>()
  const lists = new GrowingLists()

  const typed = (reference: JsonSchema, value: unknown): Partial | undefined =>
    typeof value === "object" && value !== null
      ? latest.get(reference, value, () => typedInside(reference, value))
      : isOfType(value, typeOf(unions.resolve(reference, value)))
      ? { value }
      : undefined

  const typedInside = (reference: JsonSchema, value: object): Partial | undefined => {
    const schema = unions.resolve(reference, value)
    switch (schema["type"]) {
      case undefined:
        return { value }
      case "object":
        return isSchema(value) ? { value: typedObject(schema, value) } : undefined
      case "array":
        return Array.isArray(value) ? { value: typedItems(schema, value) } : undefined
      default:
        return undefined
    }
  }

  const typedObject = (schema: JsonSchema, value: JsonSchema): unknown => {
    const named = new Map(schemaEntries(schema, "properties"))
    const records = recordsOf(schema)
    const result: Record<string, unknown> = {}
    for (const [key, inner] of Object.entries(value)) {
      const property = named.get(key)
      for (const one of property === undefined ? records.map((record) => record.value) : [property]) {
        const found = typed(one, inner)
        if (found === undefined) continue
        setOwn(result, key, found.value)
        break
      }
    }
    return result
  }

  const typedItems = (schema: JsonSchema, value: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
    const fixed = schemasAt(schema, "prefixItems") ?? []
    const items = isSchema(schema["items"]) ? schema["items"] : undefined
    return lists.map(schema, value, (item, at) => {
      const one = fixed[at] ?? items
      return one === undefined ? undefined : typed(one, item)
    })
  }

  return (json) => typed(document.root, restoration.value(document.root, json))
}

/** The type that values of a schema have in TypeScript, where an integer is a number. */
const typeOf = ({ type }: JsonSchema): unknown => type === "integer" ? "number" : type
