import * as Predicate from "effect/Predicate"

/** The references of a JSON Schema that lead to nothing in it. A `$ref` in data, such as a default, is no reference. */
export const danglingReferences = (root: unknown): ReadonlyArray<string> => {
  const walk = (value: unknown, isSchema: boolean): ReadonlyArray<string> => {
    if (Array.isArray(value)) return value.flatMap((item) => walk(item, isSchema))
    if (!Predicate.isObject(value)) return []
    return Object.entries(value).flatMap(([key, inner]) => {
      if (!isSchema) return walk(inner, true)
      if (key === "$ref" && typeof inner === "string") return leads(root, inner) ? [] : [inner]
      return literals.has(key) ? [] : walk(inner, !maps.has(key))
    })
  }
  return walk(root, true)
}

/** Keywords whose value is data. */
const literals = new Set(["const", "enum", "default", "example", "examples"])

/** Keywords whose value has a schema at each name. */
const maps = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"])

const leads = (root: unknown, reference: string): boolean => {
  if (reference !== "#" && !reference.startsWith("#/")) return false
  let current = root
  for (const token of reference.split("/").slice(1)) {
    const key = decode(token).replaceAll("~1", "/").replaceAll("~0", "~")
    if (!Predicate.hasProperty(current, key)) return false
    current = current[key]
  }
  return true
}

const decode = (token: string): string => {
  try {
    return decodeURIComponent(token)
  } catch {
    return token
  }
}
