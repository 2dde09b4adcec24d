import type { Issue } from "../../MistralErrorReason.ts"
import { isDeeper, maxLevels } from "../json/isDeeper.ts"
import { isJsonObject, type JsonObject } from "../json/jsonObject.ts"
import { parseJson } from "../json/parseJson.ts"
import { makePartialJson } from "../object/partialJson.ts"

type Read = { readonly json: JsonObject } | { readonly issues: ReadonlyArray<Issue> }

/**
 * Reads the arguments of a call as a JSON object: an object, its JSON text, or that text encoded once more as a JSON string,
 * as some servers send it. An empty text, white space and `null` are no arguments.
 */
export const readArguments = (sent: unknown, isInner = false): Read => {
  if (typeof sent !== "string") return readObject(sent ?? {})
  if (sent.trim() === "") return readObject({})
  const json = parseJson(sent)
  if (json === undefined) {
    if (isCut(sent)) return invalid("Expected a JSON object, got one whose end is missing")
    return invalid(
      isInner ? "Expected a JSON object, got a string" : "Expected a JSON object, got text that is not JSON"
    )
  }
  return typeof json === "string" && !isInner ? readArguments(json, true) : readObject(json ?? {})
}

const readObject = (json: unknown): Read =>
  !isJsonObject(json)
    ? invalid(`Expected a JSON object, got a ${Array.isArray(json) ? "list" : typeof json}`)
    : isDeeper(json)
    ? invalid(`Expected a JSON object of at most ${maxLevels} levels`)
    : { json }

const invalid = (message: string): Read => ({ issues: [{ path: [], message }] })

/** Whether a text that is not JSON is the beginning of an object or of a string. */
const isCut = (text: string): boolean => /^\s*["{]/.test(text) && makePartialJson().feed(text)
