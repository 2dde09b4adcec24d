import { joinWords, type JsonSchema, type JsonSchemaDocument, referenceName } from "../object/jsonSchema.ts"
import { mapSchemas } from "../object/plainSchema.ts"

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
