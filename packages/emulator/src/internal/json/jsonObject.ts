/** JSON with names. */
export type JsonObject = { readonly [key: string]: unknown }

/** Whether a value is JSON with names. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)
