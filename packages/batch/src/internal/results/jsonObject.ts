/** An object of parsed JSON, not a list. */
export type JsonObject = Readonly<Record<string, unknown>>

export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/**
 * Whether a value says anything. Some servers send an `error` with every line: `null`, `""`, false, or an object whose values
 * are all empty.
 */
export const hasContent = (value: unknown, depth = 3): boolean =>
  typeof value === "object" && value !== null
    ? depth === 0 || Object.values(value).some((inner) => hasContent(inner, depth - 1))
    : Boolean(value)
