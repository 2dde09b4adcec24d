/** An object of JSON, with any keys. */
export type JsonObject = { readonly [key: string]: unknown }

/** Whether a value is an object with keys: no list, and not null. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)
