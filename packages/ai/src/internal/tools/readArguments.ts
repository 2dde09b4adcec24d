import { isDeeper } from "../json/isDeeper.ts"

/**
 * Reads the arguments of a call: an object, its JSON text, or that text encoded once more as a JSON string, as some servers
 * send it. No text and `null` are no arguments. Text that is not JSON, or nested so deep that a decoder could not read it,
 * is returned as it is.
 */
export const readArguments = (args: unknown): unknown => {
  if (typeof args !== "string") return isDeeper(args) ? textOf(args) : args ?? {}
  const json = parsed(args)
  const inner = typeof json === "string" ? parsed(json) : json
  return inner === undefined || (typeof json === "string" && !isObject(inner)) || isDeeper(inner)
    ? args
    : inner
}

/** `undefined` for a text that is not JSON. */
const parsed = (text: string): unknown => {
  if (text.trim() === "") return {}
  try {
    return JSON.parse(text) ?? {}
  } catch {
    return undefined
  }
}

const isObject = (value: unknown): boolean => typeof value === "object" && value !== null && !Array.isArray(value)

const textOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? ""
  } catch {
    return ""
  }
}
