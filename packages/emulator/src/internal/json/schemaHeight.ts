import * as Predicate from "effect/Predicate"
import { asSchema, asSchemas, type JsonSchema, resolveRef } from "./jsonSchema.ts"
import { NoAnswer, type WorkBudget } from "./workBudget.ts"

/** The JSON values that a JSON Schema may have. */
export const mostParts = 20_000

/** How deep the objects and lists of the smallest value of each part of a JSON Schema are. */
export interface SchemaHeights {
  /** `Infinity` for a schema that is a circle of references, or whose values would have no end. */
  readonly of: (schema: JsonSchema) => number
}

const known = new WeakMap<WorkBudget, Map<JsonSchema, SchemaHeights>>()

/**
 * Finds the heights of a JSON Schema, once for each budget. A schema is known by its identity, so that this is for parts of the document itself.
 * Throws `NoAnswer` for a document of more than `mostParts`, or whose references take too long to follow.
 */
export const schemaHeights = (root: JsonSchema, budget: WorkBudget): SchemaHeights => {
  const before = known.get(budget) ?? new Map<JsonSchema, SchemaHeights>()
  known.set(budget, before)
  const heights = before.get(root) ?? findHeights(root, budget)
  before.set(root, heights)
  return heights
}

const findHeights = (root: JsonSchema, budget: WorkBudget): SchemaHeights => {
  const heights = new Map<object, number>()
  const heightOf = (schema: JsonSchema | undefined): number =>
    typeof schema !== "object" ? 0 : heights.get(schema) ?? Infinity
  const { cost, schemas } = schemasIn(root)
  // A height settles once those below it have. Chains of references that run backwards settle in every second pass.
  let order = schemas
  for (let changed = true; changed; order = order.toReversed()) {
    changed = false
    budget.steps(cost)
    for (const schema of order) {
      const height = heightFrom(schema, root, heightOf)
      if (height < heightOf(schema)) {
        heights.set(schema, height)
        changed = true
      }
    }
  }
  // Schemas that generation puts together have no height of their own: their parts have.
  for (const schema of schemas) if (!heights.has(schema)) heights.set(schema, Infinity)
  return { of: (schema) => typeof schema !== "object" ? 0 : heights.get(schema) ?? 0 }
}

type Keywords = { readonly [keyword: string]: unknown }

/**
 * All objects of a document, inner ones first, and what it costs to look at them once. Those that are no schema get a height
 * that nobody asks for.
 */
const schemasIn = (root: JsonSchema): { readonly schemas: ReadonlyArray<Keywords>; readonly cost: number } => {
  const schemas: Array<Keywords> = []
  let count = 0
  let characters = 0
  const walk = (value: unknown): void => {
    if (++count > mostParts) throw new NoAnswer({ message: `it has more than ${mostParts} parts` })
    if (typeof value === "string") characters += value.length
    if (Array.isArray(value)) return value.forEach(walk)
    if (!Predicate.isObject(value)) return
    Object.values(value).forEach(walk)
    schemas.push(value)
  }
  walk(root)
  return { schemas, cost: count + Math.ceil(characters / 100) }
}

const heightFrom = (schema: Keywords, root: JsonSchema, heightOf: (schema: JsonSchema | undefined) => number) => {
  if ("const" in schema || Array.isArray(schema["enum"])) return 0
  const least = (keyword: string): number => {
    const all = asSchemas(schema[keyword])
    return all.length === 0 ? 0 : all.reduce((lowest, one) => Math.min(lowest, heightOf(one)), Infinity)
  }
  const reference = schema["$ref"]
  let height = reference === undefined ? 0 : heightOf(resolveRef(root, reference))
  for (const one of asSchemas(schema["allOf"])) height = Math.max(height, heightOf(one))
  height = Math.max(height, least("anyOf"), least("oneOf"))
  const types = schema["type"]
  const takes = (type: string) => types === undefined || [types].flat().includes(type)
  const isOther = Array.isArray(types) && types.some((type) => type !== "object" && type !== "array")
  if (isOther) return height
  const properties = asSchema(schema["properties"])
  const required = schema["required"]
  if (takes("object") && Array.isArray(required) && typeof properties === "object") {
    for (const key of required) {
      const inner = typeof key === "string" && Object.hasOwn(properties, key) ? asSchema(properties[key]) : undefined
      height = Math.max(height, 1 + heightOf(inner))
    }
  }
  if (takes("array") && typeof schema["minItems"] === "number" && schema["minItems"] > 0) {
    height = Math.max(height, 1 + heightOf(asSchemas(schema["prefixItems"])[0] ?? asSchema(schema["items"])))
  }
  return height
}
