import { type JsonSchema, type JsonSchemaDocument, schemaEntries, schemasAt, setOwn, tailOf } from "./jsonSchema.ts"
import { GrowingLists, Latest } from "./restored.ts"
import {
  entriesKey,
  entryOf,
  foreignEntryOf,
  isHomogeneous,
  isTuple,
  knownTupleKey,
  type RecordShape,
  recordsOf,
  restOf,
  takesNull,
  tupleKeys
} from "./strictShapes.ts"
import { UnionChoice } from "./unionChoice.ts"

/**
 * Puts back what the strict form changed, at every depth: absent keys for `null`, records for lists of entries, tuples for
 * objects. JSON that is in plain form already stays as it is. The strict form that `effect/ai` makes is read, too: it has
 * other lists of entries, for the named keys of an object as well, and other keys for the items of tuples.
 *
 * With `incomplete`, an entry or an item that has not come yet is left out. Otherwise, what is in neither form stays, so
 * that the decoder reports it.
 */
export const fromStrict = (
  document: JsonSchemaDocument,
  json: unknown,
  options?: { readonly incomplete?: boolean }
): unknown => new Restoration(document, options?.incomplete === true).value(document.root, json)

/**
 * Restores JSON, also JSON that grows: of that, the finished parts are the same objects each time, and only the unfinished
 * ones are restored anew.
 */
export class Restoration {
  readonly #document: JsonSchemaDocument
  readonly #incomplete: boolean
  readonly #unions: UnionChoice
  readonly #latest = new Latest<unknown>()
  readonly #lists = new GrowingLists()

  constructor(document: JsonSchemaDocument, incomplete: boolean, unions = new UnionChoice(document)) {
    this.#document = document
    this.#incomplete = incomplete
    this.#unions = unions
  }

  value(reference: JsonSchema, json: unknown): unknown {
    if (typeof json !== "object" || json === null) return json
    return this.#latest.get(reference, json, () => {
      const schema = this.#unions.resolve(reference, json)
      if (schema["type"] === "object") return this.#object(schema, json)
      return schema["type"] === "array" ? this.#array(schema, json) : json
    })
  }

  #object(schema: JsonSchema, json: object): unknown {
    const named = new Map(schemaEntries(schema, "properties"))
    const records = recordsOf(schema)
    const result: Record<string, unknown> = {}
    if (Array.isArray(json)) {
      return records.length > 0 && this.#addEntries(result, schema, json) ? result : json
    }
    const required = Array.isArray(schema["required"]) ? schema["required"] : []
    const listed = records.length > 0 && named.size > 0 ? entriesKey(schema) : undefined
    for (const [key, inner] of Object.entries(json)) {
      const property = named.get(key)
      if (property !== undefined) {
        const isAbsent = inner === null && !required.includes(key) && !takesNull(property, this.#document)
        if (!isAbsent) setOwn(result, key, this.value(property, inner))
      } else if (key !== listed || !Array.isArray(inner) || !this.#addEntries(result, schema, inner)) {
        setOwn(result, key, this.#recordValue(records, key, inner))
      }
    }
    return result
  }

  /** Adds the entries of a list, unless there is one that is no entry. */
  #addEntries(target: Record<string, unknown>, schema: JsonSchema, entries: ReadonlyArray<unknown>): boolean {
    const found = entries.map((entry) => entryOf(entry) ?? foreignEntryOf(entry))
    if (!this.#incomplete && found.includes(undefined)) return false
    const named = new Map(schemaEntries(schema, "properties"))
    const records = recordsOf(schema)
    const values = this.#lists.map(schema, entries, (_, at) => {
      const { key, value } = found[at] ?? {}
      if (key === undefined) return { value: undefined }
      const property = named.get(key)
      return { value: property === undefined ? this.#recordValue(records, key, value) : this.value(property, value) }
    })
    for (const [at, entry] of found.entries()) if (entry !== undefined) setOwn(target, entry.key, values[at])
    return true
  }

  #recordValue(records: ReadonlyArray<RecordShape>, key: string, json: unknown): unknown {
    const record = records.find((one) => matches(one.key, key)) ?? records[0]
    return record === undefined ? json : this.value(record.value, json)
  }

  #array(schema: JsonSchema, json: object): unknown {
    const fixed = schemasAt(schema, "prefixItems") ?? []
    if (Array.isArray(json)) {
      const rest = restOf(schema) ?? {}
      const last = tailOf(schema)?.last ?? []
      const end = json.length - last.length
      return last.length === 0
        ? this.#lists.map(schema, json, (item, at) => ({ value: this.value(fixed[at] ?? rest, item) }))
        : json.map((item: unknown, at) => this.value(fixed[at] ?? (at < end ? rest : last[at - end]) ?? {}, item))
    }
    // A list whose items have one schema stays a list, except in the strict form of `effect/ai`.
    if (isHomogeneous(schema) && (this.#incomplete || !isTuple(schema))) return json
    const parts = Object.entries(json).map(([key, item]) => [knownTupleKey(key), item] as const)
    return this.#tuple(schema, fixed, new Map(parts)) ?? json
  }

  #tuple(
    schema: JsonSchema,
    fixed: ReadonlyArray<JsonSchema>,
    json: ReadonlyMap<string, unknown>
  ): ReadonlyArray<unknown> | undefined {
    const keys = tupleKeys(schema)
    const known = new Set([...keys.fixed, keys.rest, ...keys.last])
    const last = tailOf(schema)?.last ?? []
    const least = Number(schema["minItems"] ?? 0) - last.length
    if ([...json.keys()].some((key) => !known.has(key)) && !this.#incomplete) return undefined
    const items: Array<unknown> = []
    for (const [at, one] of fixed.entries()) {
      const key = keys.fixed[at]!
      const item = json.get(key)
      // An item that is missing ends the list: those after it would get its place.
      if (!json.has(key)) return items
      if (item === null && at >= least && !takesNull(one, this.#document)) return items
      items.push(this.value(one, item))
    }
    const rest = json.get(keys.rest ?? "")
    const restSchema = restOf(schema)
    if (Array.isArray(rest) && restSchema !== undefined) {
      for (const item of rest) items.push(this.value(restSchema, item))
    } else if (keys.rest !== undefined) return items
    for (const [at, one] of last.entries()) {
      const key = keys.last[at]!
      if (!json.has(key)) return items
      items.push(this.value(one, json.get(key)))
    }
    return items
  }
}

const matches = ({ pattern }: JsonSchema, key: string): boolean =>
  typeof pattern !== "string" || new RegExp(pattern, "u").test(key)
