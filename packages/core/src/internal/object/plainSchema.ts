import { isSchema, type JsonSchema, type JsonSchemaDocument, tail, tailOf } from "./jsonSchema.ts"

/**
 * The plain form of a JSON Schema, as it is sent without strict mode. An older draft, by which some servers read it, has no
 * `required` that is empty.
 */
export const plainSchema = ({ definitions, root }: JsonSchemaDocument): JsonSchema => ({
  ...withoutEmptyLists(root),
  ...(Object.keys(definitions).length === 0 ? undefined : {
    $defs: Object.fromEntries(Object.entries(definitions).map(([name, one]) => [name, withoutEmptyLists(one)]))
  })
})

const withoutEmptyLists = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(
    Object.entries(mapSchemas(schema, withoutEmptyLists)).filter(([keyword, value]) =>
      keyword !== "required" || !Array.isArray(value) || value.length > 0
    )
  )

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
