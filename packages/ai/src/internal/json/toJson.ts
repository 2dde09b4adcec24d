import type * as Schema from "effect/Schema"

/**
 * Returns a value as JSON that a part's metadata may hold: without keys that are `undefined`, functions and symbols, and with
 * `null` in place of numbers that JSON lacks. `undefined` if nothing of it is JSON.
 */
export const toJson = (value: unknown): Schema.MutableJson | undefined => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value : null
    case "object":
      return value === null ? null : Array.isArray(value) ? value.map((item) => toJson(item) ?? null) : toObject(value)
    default:
      return undefined
  }
}

/** Returns an object as JSON: see `toJson`. */
export const toJsonObject = (value: object): { [key: string]: Schema.MutableJson } => toObject(value)

const toObject = (value: object): { [key: string]: Schema.MutableJson } => {
  const object: { [key: string]: Schema.MutableJson } = {}
  for (const [key, inner] of Object.entries(value)) {
    const json = toJson(inner)
    if (json !== undefined) {
      Object.defineProperty(object, key, { value: json, enumerable: true, writable: true, configurable: true })
    }
  }
  return object
}
