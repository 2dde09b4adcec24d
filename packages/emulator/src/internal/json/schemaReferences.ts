import * as Predicate from "effect/Predicate"

/** The references of a JSON Schema that lead to nothing in it. A `$ref` in data, such as a default, is no reference. */
export const danglingReferences = (root: unknown): ReadonlyArray<string> => {
  const walk = (value: unknown, isSchema: boolean): ReadonlyArray<string> => {
    if (Array.isArray(value)) return value.flatMap((item) => walk(item, isSchema))
    if (!Predicate.isObject(value)) return []
    return Object.entries(value).flatMap(([key, inner]) => {
      if (!isSchema) return walk(inner, true)
      if (key === "$ref" && typeof inner === "string") return referencedValue(root, inner) === undefined ? [inner] : []
      return literals.has(key) ? [] : walk(inner, !maps.has(key))
    })
  }
  return walk(root, true)
}

/** Keywords whose value is data. */
const literals = new Set(["const", "enum", "default", "example", "examples"])

/** Keywords whose value has a schema at each name. */
const maps = new Set(["properties", "patternProperties", "$defs", "definitions", "dependentSchemas", "dependencies"])

/** The value that a reference leads to within a document; `undefined` if it leads to nothing. */
export const referencedValue = (root: unknown, reference: string): { readonly value: unknown } | undefined => {
  if (reference !== "#" && !reference.startsWith("#/")) return undefined
  let current = root
  for (const token of reference.split("/").slice(1)) {
    const key = decode(token).replaceAll("~1", "/").replaceAll("~0", "~")
    if (!Predicate.hasProperty(current, key)) return undefined
    current = current[key]
  }
  return { value: current }
}

const decode = (token: string): string => {
  try {
    return decodeURIComponent(token)
  } catch {
    return token
  }
}
