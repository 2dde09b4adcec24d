import type { JsonObject } from "../../json/jsonObject.ts"

/** A map as it is stored and compared: texts, in the order of their keys. */
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

/** Half of a surrogate pair cannot be written as UTF-8. */
export const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, "\ufffd")
