import * as Predicate from "effect/Predicate"

/** Calls back for each text at a keyword of a JSON Schema and of those in it. Keys of data, such as a default, are none. */
const eachText = (root: unknown, visit: (key: string, text: string) => void): void => {
  const walk = (value: unknown, isSchema: boolean): void => {
    if (Array.isArray(value)) { for (const item of value) walk(item, isSchema) }
    else if (Predicate.isObject(value)) {
      for (const [key, inner] of Object.entries(value)) {
        if (!isSchema) walk(inner, true)
        else if (typeof inner === "string") visit(key, inner)
        else if (!literals.has(key)) walk(inner, !maps.has(key))
      }
    }
  }
  walk(root, true)
}

/** The references of a JSON Schema that lead to nothing in it. A `$ref` in data, such as a default, is no reference. */
export const danglingReferences = (root: unknown): ReadonlyArray<string> => {
  const found: Array<string> = []
  eachText(root, (key, text) => {
    if (key === "$ref" && referencedValue(root, text) === undefined) found.push(text)
  })
  return found
}

/**
 * The keys of a JSON Schema by which it is another document than the grammar that it becomes a part of: each `$id`, and each
 * `$schema` that names no draft. The `$schema` of a draft changes nothing.
 */
export const foreignIdentifiers = (root: unknown): ReadonlyArray<string> => {
  const found: Array<string> = []
  eachText(root, (key, text) => {
    if (key === "$id" || (key === "$schema" && !drafts.test(text))) found.push(key)
  })
  return found
}

const drafts =
  /^(http:\/\/json-schema\.org\/draft-0[467]|https:\/\/json-schema\.org\/draft\/20(19-09|20-12))\/schema#?$/

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
