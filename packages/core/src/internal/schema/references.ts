/** An `Issue` of `MistralErrorReason`, which imports modules that import this one and is therefore not imported here. */
interface Issue {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** The places of a JSON Schema with a `$ref` that is no pointer to a place in the same schema (`#/$defs/Address`). */
export const danglingReferences = (root: unknown, at: Issue["path"]): ReadonlyArray<Issue> => {
  const walk = (value: unknown, path: Issue["path"]): ReadonlyArray<Issue> =>
    typeof value !== "object" || value === null ?
      [] :
      Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
        const here = [...path, Array.isArray(value) ? Number(key) : key]
        if (key === "$ref" && typeof inner === "string") {
          return leads(root, inner)
            ? []
            : [{ path: here, message: `Expected a pointer into this schema, got ${inner}` }]
        }
        return isLiteral(key, path.at(-1)) ? [] : walk(inner, here)
      })
  return walk(root, at)
}

/** Whether the value at a key is data, in which a `$ref` is no reference. In a map of schemas any key is a name. */
const isLiteral = (key: string, map: string | number | undefined): boolean =>
  /^(const|enum|default|examples?)$/.test(key) && !/^(p.*roperties|properties|\$defs|definitions|dep.*)$/.test(`${map}`)

const leads = (root: unknown, reference: string): boolean => {
  try {
    const end = decodeURIComponent(reference).split("/").slice(1).reduce(
      // The cast is safe: a value without keys throws, or has `undefined` at any key.
      (value, token) => (value as Record<string, unknown>)[token.replaceAll("~1", "/").replaceAll("~0", "~")],
      root
    )
    return /^#(\/|$)/.test(reference) && end !== undefined
  } catch {
    return false
  }
}
