import type { JsonObject } from "../json/jsonObject.ts"

/** Writes a metadata map for storage and comparison: strings, sorted by key. */
export const mapText = (map: JsonObject): string =>
  JSON.stringify(Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== undefined && value !== null)
      .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
      .map(([key, value]) => [
        wellFormed(key),
        wellFormed(typeof value === "string" ? value : JSON.stringify(value))
      ])
  ))

/** Replaces lone surrogates, which cannot be encoded as UTF-8. */
export const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, "\ufffd")
