import type * as Schema from "effect/Schema"

/** Values that are nested more deeply become `null`: the decoders of `effect/ai` call themselves for each level. */
const maxDepth = 200

/**
 * Returns a value as JSON that a part's metadata may hold: without keys that are `undefined`, functions and symbols, and with
 * `null` in place of numbers that JSON lacks. `undefined` if nothing of it is JSON.
 */
export const toJson = (value: unknown, depth = 0): Schema.MutableJson | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value : null
    case "object":
      if (value === null || depth >= maxDepth) return null
      return Array.isArray(value) ? value.map((item) => toJson(item, depth + 1) ?? null) : toJsonObject(value, depth)
    default:
      return undefined
  }
}

/** Returns an object as JSON: see `toJson`. */
export const toJsonObject = (value: object, depth = 0): { [key: string]: Schema.MutableJson } => {
  const object: { [key: string]: Schema.MutableJson } = {}
  for (const [key, inner] of Object.entries(value)) {
    const json = toJson(inner, depth + 1)
    if (json !== undefined) {
      Object.defineProperty(object, key, { value: json, enumerable: true, writable: true, configurable: true })
    }
  }
  return object
}
