/**
 * Returns the JSON text of any value, and never throws. A value without JSON, such as `undefined`, is `null`; a `BigInt` is
 * its digits, an `Error` its message, a `Map` its entries, a `Set` its members, and the inside of a cycle a remark.
 */
export const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(toPlain(value, [])) ?? "null"
  } catch {
    // A getter or a `toJSON` of the value throws, or the value is too deep.
    return "null"
  }
}

const toPlain = (value: unknown, parents: ReadonlyArray<object>): unknown => {
  if (typeof value === "bigint") return value.toString()
  if (typeof value !== "object" || value === null) return value
  if (parents.includes(value)) return "[circular]"
  const plain = (inner: unknown) => toPlain(inner, [...parents, value])
  if ("toJSON" in value && typeof value.toJSON === "function") return plain(value.toJSON())
  if (value instanceof Map) return [...value].map(plain)
  if (Array.isArray(value) || value instanceof Set) return [...value].map(plain)
  if (value instanceof Error) return { error: value.message === "" ? value.name : value.message }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]))
}
