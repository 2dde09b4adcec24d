import {
  isSchema,
  joinWords,
  type JsonSchema,
  type JsonSchemaDocument,
  referenceName,
  tail,
  tailOf
} from "../object/jsonSchema.ts"

type Definitions = JsonSchemaDocument["definitions"]

/**
 * Replaces each reference to a definition by the definition, because some servers do not resolve references. Only the
 * definitions that lead to themselves stay. The root is never a reference.
 */
export const inlineDefinitions = ({ definitions, root }: JsonSchemaDocument): JsonSchemaDocument => {
  const recursive = new Set(Object.keys(definitions).filter((name) => isRecursive(name, definitions)))
  const inlined = new Map<string, JsonSchema>()
  const kept = new Map<string, JsonSchema>()

  const inlinedOnce = (name: string): JsonSchema => {
    const made = inlined.get(name) ?? inlineIn(definitions[name]!)
    inlined.set(name, made)
    return made
  }
  const inlineIn = (schema: JsonSchema): JsonSchema => {
    const name = nameIn(definitions, schema)
    if (name === undefined) return mapSchemas(schema, inlineIn)
    if (!recursive.has(name)) return withNotes(inlinedOnce(name), schema)
    if (!kept.has(name)) {
      // The definition leads to itself: it counts as kept before it is made.
      kept.set(name, {})
      kept.set(name, mapSchemas(definitions[name]!, inlineIn))
    }
    return schema
  }

  const made = inlineIn(root)
  const target = kept.get(nameIn(definitions, made) ?? "")
  return {
    root: target === undefined ? made : withNotes(target, made),
    definitions: Object.fromEntries(kept)
  }
}

const isRecursive = (name: string, definitions: Definitions): boolean => {
  const reached = new Set<string>()
  const visit = (schema: JsonSchema): JsonSchema => {
    const target = nameIn(definitions, schema)
    if (target !== undefined && !reached.has(target)) {
      reached.add(target)
      visit(definitions[target]!)
    }
    return mapSchemas(schema, visit)
  }
  visit(definitions[name]!)
  return reached.has(name)
}

const nameIn = (definitions: Definitions, schema: JsonSchema): string | undefined => {
  const name = referenceName(schema)
  return name !== undefined && Object.hasOwn(definitions, name) ? name : undefined
}

/** A definition with the keywords that stand beside a reference to it, such as the description of a key. */
const withNotes = (definition: JsonSchema, reference: JsonSchema): JsonSchema => {
  const notes = Object.fromEntries(Object.entries(reference).filter(([keyword]) => keyword !== "$ref"))
  const description = joinWords([notes["description"], definition["description"]])
  return { ...definition, ...notes, ...(description === undefined ? undefined : { description }) }
}

/** Maps the schemas directly below a schema. Data, such as a default, stays as it is. */
export const mapSchemas = (schema: JsonSchema, f: (inner: JsonSchema) => JsonSchema): JsonSchema => {
  const mapped = Object.fromEntries(
    Object.entries(schema).map((
      [keyword, value]
    ) => [keyword, isData.test(keyword) ? value : mapValue(keyword, value, f)])
  )
  const last = tailOf(schema)
  return last === undefined
    ? mapped
    : { ...mapped, [tail]: { rest: last.rest && f(last.rest), last: last.last.map(f) } }
}

const mapValue = (keyword: string, value: unknown, f: (inner: JsonSchema) => JsonSchema): unknown => {
  const map = (inner: unknown): unknown => isSchema(inner) ? f(inner) : inner
  if (Array.isArray(value)) return value.map(map)
  if (!isSchema(value) || !isMap.test(keyword)) return map(value)
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, map(inner)]))
}

const isData = /^(const|enum|default|examples?)$/

/** The keywords that have a schema for each name. */
const isMap = /^(properties|patternProperties)$/
