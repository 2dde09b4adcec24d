/**
 * Returns the JSON text of any value, and never throws. A value without JSON, such as `undefined`, is `null`; a `BigInt` is
 * its digits, an `Error` its message, a `Map` its entries, a `Set` its members, and the inside of a cycle a remark.
 */
export const jsonText = (value: unknown): string => {
  try {
    return JSON.stringify(isJson(value, 0) ? value : toPlain(value, [])) ?? "null"
  } catch {
    // A getter or a `toJSON` of the value throws, or the value is too deep.
    return "null"
  }
}

/**
 * Whether `JSON.stringify` expresses a value as it is. Nearly all results are so, and each request has the results of all
 * rounds: to look at one takes about as long as to write it, to copy it ten times as long.
 */
const isJson = (value: unknown, depth: number): boolean => {
  if (typeof value !== "object" || value === null) return typeof value !== "bigint"
  if (depth > 100) return false
  if (Array.isArray(value)) return value.every((inner) => isJson(inner, depth + 1))
  if (Object.getPrototypeOf(value) !== Object.prototype || "toJSON" in value) return false
  return Object.values(value).every((inner) => isJson(inner, depth + 1))
}

/** `parents` are the objects around the value. */
const toPlain = (value: unknown, parents: Array<object>): unknown => {
  if (typeof value === "bigint") return value.toString()
  if (typeof value !== "object" || value === null) return value
  if (parents.includes(value)) return "[circular]"
  parents.push(value)
  const plain = objectToPlain(value, parents)
  parents.pop()
  return plain
}

const objectToPlain = (value: object, parents: Array<object>): unknown => {
  if ("toJSON" in value && typeof value.toJSON === "function") return toPlain(value.toJSON(), parents)
  if (Array.isArray(value) || value instanceof Map || value instanceof Set) {
    return Array.from(value, (inner: unknown) => toPlain(inner, parents))
  }
  if (value instanceof Error) return { error: value.message === "" ? value.name : value.message }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toPlain(inner, parents)]))
}
