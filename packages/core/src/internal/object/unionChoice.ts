import {
  isSchema,
  type JsonSchema,
  type JsonSchemaDocument,
  referenceName,
  schemaEntries,
  schemasAt
} from "./jsonSchema.ts"
import { Restored } from "./restored.ts"
import {
  entriesKey,
  foreignEntryOf,
  isHomogeneous,
  isTuple,
  knownTupleKey,
  recordsOf,
  restOf,
  tupleKeys
} from "./strictShapes.ts"

/** The costs of a value that does not fit a schema. The member of a union that costs least is the value's own. */
const costs = {
  /** The value has another type. No difference inside an object or a list costs as much. */
  type: 1,
  /** The value is none of the literals. */
  literal: 0.95,
  /** A key whose value is none of its literals, which tell the members of a union apart. */
  tag: 8,
  /** The schema does not know the key. */
  unknownKey: 0.5,
  /** A string that a literal begins with: it may be incomplete. */
  prefix: 0.1,
  /** A key that is missing: it may not have come yet. */
  missing: 0.02,
  /** The value has a form that another conversion of schemas asks for. */
  foreign: 0.01
}

/** The cost of an object or a list: less than that of another type, whatever is inside. */
const inside = (cost: number): number => 0.9 * cost / (1 + cost)

/** Chooses the member of a union that a value fits best, in the plain or the strict form, complete or not. */
export class UnionChoice {
  readonly #document: JsonSchemaDocument
  /** The costs of objects and lists: without them, recursive unions would be examined anew at each level. */
  readonly #known = new Restored<number>()

  constructor(document: JsonSchemaDocument) {
    this.#document = document
  }

  /** The schema that a reference leads to, or the member of a union that the value fits best. */
  resolve(schema: JsonSchema, value: unknown): JsonSchema {
    let current = this.#follow(schema)
    for (let members = membersOf(current); members !== undefined; members = membersOf(current)) {
      let best: JsonSchema | undefined
      let least = Infinity
      for (const member of members) {
        const cost = this.#cost(member, value)
        if (cost < least) [best, least] = [member, cost]
      }
      if (best === undefined) return {}
      current = this.#follow(best)
    }
    return current
  }

  #follow(schema: JsonSchema): JsonSchema {
    let current = schema
    for (let steps = 0; steps < 100; steps++) {
      const target = this.#document.definitions[referenceName(current) ?? ""]
      if (target === undefined) return current
      current = target
    }
    return {}
  }

  #cost(reference: JsonSchema, value: unknown): number {
    const schema = this.#follow(reference)
    return typeof value !== "object" || value === null
      ? this.#examine(schema, value)
      : this.#known.get(schema, value, () => this.#examine(schema, value))
  }

  #examine(schema: JsonSchema, value: unknown): number {
    const members = membersOf(schema)
    if (members !== undefined) return Math.min(...members.map((member) => this.#cost(member, value)))
    const { enum: literals, type } = schema
    if (type === "object") return this.#object(schema, value)
    if (type === "array") return this.#array(schema, value)
    if (type !== undefined && !isOfType(value, type)) return costs.type
    if (!Array.isArray(literals) || literals.includes(value)) return 0
    return typeof value === "string" && literals.some((one) => typeof one === "string" && one.startsWith(value))
      ? costs.prefix
      : costs.literal
  }

  #object(schema: JsonSchema, value: unknown): number {
    const records = recordsOf(schema)
    const named = new Map(schemaEntries(schema, "properties"))
    if (Array.isArray(value)) {
      const isForeign = named.size > 0 && value.some((entry) => foreignEntryOf(entry) !== undefined)
      return records.length > 0 && (named.size === 0 || isForeign) ? this.#entries(schema, value) : costs.type
    }
    if (!isSchema(value)) return costs.type
    const required = Array.isArray(schema["required"]) ? schema["required"] : []
    let cost = 0
    for (const [key, inner] of Object.entries(value)) {
      const property = named.get(key)
      if (property !== undefined) cost += inner === null && !required.includes(key) ? 0 : this.#keyCost(property, inner)
      else if (records.length === 0) cost += costs.unknownKey
      else if (key === entriesKey(schema) && Array.isArray(inner)) cost += this.#entries(schema, inner)
      else cost += Math.min(...records.map((record) => this.#cost(record.value, inner)))
    }
    for (const key of required) if (!Object.hasOwn(value, key)) cost += costs.missing
    return inside(cost)
  }

  #keyCost(property: JsonSchema, value: unknown): number {
    const cost = this.#cost(property, value)
    return cost >= costs.literal && property["enum"] !== undefined ? costs.tag : cost
  }

  #entries(schema: JsonSchema, entries: ReadonlyArray<unknown>): number {
    const records = recordsOf(schema)
    const named = new Map(schemaEntries(schema, "properties"))
    const costOf = (key: unknown, value: unknown): number => {
      const property = typeof key === "string" ? named.get(key) : undefined
      return property === undefined
        ? Math.min(...records.map((record) => this.#cost(record.value, value)))
        : this.#keyCost(property, value)
    }
    let cost = 0
    for (const entry of entries) {
      const foreign = foreignEntryOf(entry)
      if (isSchema(entry) && "value" in entry) cost += costOf(undefined, entry["value"])
      else if (foreign !== undefined) cost += costs.foreign + costOf(foreign.key, foreign.value)
      else if (!isSchema(entry)) cost += costs.type
    }
    return inside(cost)
  }

  #array(schema: JsonSchema, value: unknown): number {
    const fixed = schemasAt(schema, "prefixItems") ?? []
    const items = isSchema(schema["items"]) ? schema["items"] : undefined
    let cost = 0
    if (Array.isArray(value)) {
      for (const [at, item] of value.entries()) {
        const one = fixed[at] ?? items
        cost += one === undefined ? costs.unknownKey : this.#cost(one, item)
      }
      return inside(cost)
    }
    if (!isSchema(value)) return costs.type
    const keys = tupleKeys(schema)
    const entries = Object.entries(value).map(([key, inner]) => [knownTupleKey(key), inner] as const)
    if (isHomogeneous(schema)) {
      const known = new Set([...keys.fixed, keys.rest, ...keys.last])
      if (!isTuple(schema) || !entries.every(([key]) => known.has(key))) return costs.type
      cost += costs.foreign
    }
    const rest = restOf(schema)
    for (const [key, inner] of entries) {
      const one = fixed[keys.fixed.indexOf(key)]
      // An optional item is `null` in strict form.
      if (one !== undefined) cost += inner === null ? 0 : this.#cost(one, inner)
      else if (rest !== undefined && key === keys.rest && Array.isArray(inner)) {
        for (const item of inner) cost += this.#cost(rest, item)
      } else if (!keys.last.includes(key)) cost += costs.type
    }
    return inside(cost)
  }
}

const membersOf = (schema: JsonSchema): ReadonlyArray<JsonSchema> | undefined =>
  schemasAt(schema, "anyOf") ?? schemasAt(schema, "oneOf")

/** Whether a value that is no object or array has a type of JSON Schema, or may have any. */
export const isOfType = (value: unknown, type: unknown): boolean =>
  type === undefined
    ? true
    : type === "null"
    ? value === null
    : type === "integer"
    ? typeof value === "number" && Number.isInteger(value)
    : typeof value === type
