type Path = ReadonlyArray<string | number>
type JsonSchema = Readonly<Record<string, unknown>>

/** Visits a JSON Schema and each schema in it, with its path. */
export const eachSchema = (
  value: unknown,
  path: Path,
  visit: (schema: JsonSchema, path: Path) => void,
  isSchema = true
): void => {
  if (typeof value !== "object" || value === null) return
  // The cast is safe: every object has keys of unknown values.
  if (isSchema) visit(value as JsonSchema, path)
  for (const [key, inner] of Object.entries(value)) {
    // A `$ref` in data is no reference. In a map of schemas, every key is a name.
    if (!isSchema || !/^(const|enum|default|examples?)$/.test(key)) {
      eachSchema(
        inner,
        [...path, Array.isArray(value) ? Number(key) : key],
        visit,
        !isSchema || !/^(properties|patternProperties|\$defs|definitions|depend.*)$/.test(key)
      )
    }
  }
}
