/** Receives a place of a schema that the server refuses, with the check that finds it. */
type Report = (check: "schemas" | "tools", path: ReadonlyArray<string | number>, message: string) => void

/**
 * Reports the places of a JSON Schema with a `$ref` that is no pointer to a place in the same schema (`#/$defs/Address`), or
 * with a `$schema` that names no draft. Keys of data, such as a default, are not read. What is below a property of such a
 * name is left to the server.
 */
export const checkReferences = (root: unknown, at: ReadonlyArray<string | number>, report: Report): void => {
  const walk = (value: unknown, path: ReadonlyArray<string | number>): void => {
    if (typeof value !== "object" || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const place = [...path, Array.isArray(value) ? Number(key) : key]
      if (typeof inner === "string") {
        const isReference = key === "$ref"
        if (isReference ? !leads(root, inner) : key === "$schema" && !draft.test(inner)) {
          report(
            isReference ? "schemas" : "tools",
            place,
            `Expected ${isReference ? "a pointer into this schema" : "a draft"}, got ${inner}`
          )
        }
      } else if (!/^(const|enum|default|examples?)$/.test(key)) walk(inner, place)
    }
  }
  walk(root, at)
}

/** `http://json-schema.org/draft-07/schema#`, `https://json-schema.org/draft/2020-12/schema`. */
const draft = /^http(:.*-0[467]|s:.*\d-\d\d)\//

const leads = (root: unknown, reference: string): boolean => {
  try {
    return /^#(\/|$)/.test(reference) &&
      decodeURIComponent(reference).split("/").slice(1).reduce(
          // The cast is safe: a value without keys throws, or has `undefined` at any key.
          (value, token) => (value as Record<string, unknown>)[token.replaceAll("~1", "/").replaceAll("~0", "~")],
          root
        ) !== undefined
  } catch {
    return false
  }
}
