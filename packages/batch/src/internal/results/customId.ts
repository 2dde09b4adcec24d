import { parseJson } from "../jsonl/parseJson.ts"
import type { JsonObject } from "./jsonObject.ts"

/** The id of the request that a line is about. Some servers send numbers. `null` where there is none. */
export const customIdOf = ({ custom_id }: JsonObject): string | null =>
  typeof custom_id === "string" ? custom_id : typeof custom_id === "number" ? String(custom_id) : null

/**
 * The id of a line that is not JSON, because it was cut: it can be read where it stands at the start, behind other members
 * that are neither objects nor lists.
 */
export const customIdOfText = (text: string): string | null => {
  const found = start.exec(text.slice(0, 4096))?.[1]
  return found === undefined ? null : customIdOf({ custom_id: parseJson(found) })
}

const string = String.raw`"[^"\\]*(?:\\[^][^"\\]*)*"`
const start = new RegExp(
  String
    .raw`^\s*\{(?:\s*${string}\s*:\s*(?:${string}|[^\s"{}[\],]+)\s*,)*?\s*"custom_id"\s*:\s*(${string}|-?\d+(?=\s*[,}]))`
)
