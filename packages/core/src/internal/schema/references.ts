/** An `Issue` of `MistralErrorReason`, which imports modules that import this one and is therefore not imported here. */
interface Issue {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/**
 * The places of a JSON Schema with a `$ref` that is no pointer to a place in the same schema (`#/$defs/Address`). A `$ref` in
 * data, such as a default, is no reference. What is below a property of such a name is left to the server.
 */
export const danglingReferences = (root: unknown, at: Issue["path"]): ReadonlyArray<Issue> => {
  const issues: Array<Issue> = []
  const walk = (value: unknown, path: Issue["path"]): void => {
    if (typeof value !== "object" || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      if (key === "$ref" && typeof inner === "string" && !leads(root, inner)) {
        issues.push({ path: [...path, key], message: `Expected a pointer into this schema, got ${inner}` })
      }
      if (typeof inner === "object" && !/^(const|enum|default|examples?)$/.test(key)) {
        walk(inner, [...path, Array.isArray(value) ? Number(key) : key])
      }
    }
  }
  walk(root, at)
  return issues
}

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
