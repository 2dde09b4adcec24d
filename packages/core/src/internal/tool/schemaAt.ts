import { isSchema, type JsonSchema, type JsonSchemaDocument, referenceName } from "../object/jsonSchema.ts"

/** The schema of the value at a path. `undefined` where a union leaves it open, or where there is none. */
export const schemaAt = (
  document: JsonSchemaDocument | undefined,
  path: ReadonlyArray<string | number>
): JsonSchema | undefined => {
  let schema = document?.root
  for (const key of path) {
    if (schema === undefined) return undefined
    schema = document?.definitions[referenceName(schema) ?? ""] ?? schema
    const { additionalProperties, items, prefixItems, properties } = schema
    const next: unknown = typeof key === "number"
      ? (Array.isArray(prefixItems) ? prefixItems[key] : undefined) ?? items
      : isSchema(properties) && Object.hasOwn(properties, key)
      ? properties[key]
      : additionalProperties
    schema = isSchema(next) ? next : undefined
  }
  return schema
}
