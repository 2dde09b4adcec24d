import type * as Duration from "effect/Duration"
import type { Issue } from "../../MistralErrorReason.ts"
import { formatIssues } from "../error/reasonMessage.ts"
import { isJsonObject, type JsonObject } from "../json/jsonObject.ts"
import { mapTexts } from "../json/mapTexts.ts"
import { retryAfter } from "./retryAfter.ts"
import { tolerantJson } from "./tolerantJson.ts"

/** What an error body says. `status` is the status that the server means, from 400 to 599. */
export interface ErrorFacts {
  readonly status?: number | undefined
  readonly serverMessage?: string | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly field?: string | undefined
  readonly provider?: string | undefined
  readonly requestId?: string | undefined
  readonly retryAfter?: Duration.Duration | undefined
  readonly issues?: ReadonlyArray<Issue> | undefined
  readonly guardrails?: unknown
  /** Whether it has the form of the observability API: `{detail: {message, error_code}}`. */
  readonly observability?: boolean | undefined
}

/** The keys that hold the server's sentence, or an object or a list that holds it. The first that has one wins. */
export const sentenceKeys = [
  "message",
  "detail",
  "error_description",
  "error_message",
  "errorMessage",
  "error_msg",
  "msg",
  "Message",
  "error",
  "errors"
]

/** The keys of a status, the most reliable first. */
const statusKeys = ["raw_status_code", "status_code", "statusCode", "status", "code", "error_code"]

/**
 * Reads an error body, whatever its form.
 *
 * *Details*: of JSON that does not parse, because it was cut or is too long, the members that are complete are read. Text
 * that begins like JSON is never quoted: it may hold the prompt.
 */
export const factsOfText = (body: string): ErrorFacts => {
  const text = body.trim()
  return /^(["[{]|null$)/.test(text)
    ? factsOf(text.startsWith("\"") ? undefined : tolerantJson(text))
    : readSentence(text, text.split("\n")[0])
}

/** Reads the JSON of an error body, whatever its form. A list of texts is none: it may be what was sent. */
export const factsOf = (json: unknown): ErrorFacts =>
  read(mapTexts(Array.isArray(json) ? json.filter(isJsonObject) : json, 9, (text) => text))

const read = (value: unknown): ErrorFacts =>
  typeof value === "string"
    ? readSentence(value)
    : Array.isArray(value)
    ? readList(value)
    : isJsonObject(value)
    ? readObject(value)
    : {}

/** Reads a sentence. Where it quotes another error as JSON, that error counts. Other JSON that it quotes is left out. */
const readSentence = (text: string, shown = text): ErrorFacts => {
  // What Python prints for an object is JSON here, too.
  const quotation = /^\s*\[\s*["'[]|\[\s*\{|\{\s*\\*["']/
  const at = text.search(quotation)
  const facts = at < 0 ? {} : factsOf(tolerantJson(text.slice(at)))
  return { ...facts, serverMessage: facts.serverMessage ?? sentence(shown.split(quotation)[0]) }
}

const readList = (list: ReadonlyArray<unknown>): ErrorFacts => {
  const issues = list.flatMap(issueOf)
  if (issues.length > 0) {
    return { issues, serverMessage: text(formatIssues(issues)), field: text(issues[0]!.path.join(".")) }
  }
  const parts = list.map(read)
  return merge([{ serverMessage: text(parts.flatMap(({ serverMessage = [] }) => serverMessage).join("; ")) }, ...parts])
}

const readObject = (body: JsonObject): ErrorFacts => {
  const { detail, details, errors } = body
  // OpenRouter puts the error of the provider into `metadata`, as text.
  const metadata = isJsonObject(body["metadata"]) ? body["metadata"] : {}
  const inner = [
    metadata["raw"],
    ...sentenceKeys.map((key) => body[key]),
    // Messages by the name of a field.
    isJsonObject(errors)
      ? Object.entries(errors).flatMap(([path, messages]) => [messages].flat().map((message) => ({ path, message })))
      : body["title"]
  ].map(read)
  const own: ErrorFacts = {
    status: statusKeys.map((key) => statusOf(text(body[key]))).find(Boolean),
    code: text(body["code"]) ?? text(body["error_code"]),
    type: text(body["type"]) ?? text(body["__type"]) ?? text(body["error_type"]),
    field: text(body["param"]),
    provider: text(metadata["provider_name"]),
    requestId: text(body["request_id"]),
    retryAfter: [body, metadata, metadata["headers"], details].flat().map((values) =>
      isJsonObject(values) ? retryAfter(values, 0) : undefined
    ).find(Boolean),
    guardrails: body["guardrails"],
    observability: isJsonObject(detail) && typeof detail["message"] === "string" ? true : undefined
  }
  return {
    // An error that is quoted says more than the one that quotes it.
    ...merge([...inner, own]),
    status: [own, ...inner].map(({ status }) => status).reduce(meantStatus)
  }
}

/**
 * The status that is meant where a response with a status holds an error with another. The outer one is that of the server
 * which was called, but a gateway that says only that it failed repeats the refusal of another server.
 */
export const meantStatus = (outer: number | undefined, inner: number | undefined): number | undefined =>
  outer === undefined || (inner !== undefined && outer >= 500 && inner < 500) ? inner : outer

/** The first value of each key. */
const merge = (parts: ReadonlyArray<ErrorFacts>): ErrorFacts => {
  const merged: Record<string, unknown> = {}
  for (const part of parts) for (const [key, value] of Object.entries(part)) merged[key] ??= value
  return merged
}

/** A place that a validation names: `{loc, msg}` of FastAPI, whose `input` may be the prompt, or `{path, message}`. */
const issueOf = (value: unknown): ReadonlyArray<Issue> => {
  if (!isJsonObject(value)) return []
  const { field = [], loc = value["path"] ?? field, message, type, msg = message ?? type } = value
  const path = [loc].flat().filter((part) => typeof part === "string" || typeof part === "number")
  return typeof msg !== "string" || (path.length === 0 && msg !== value["msg"])
    ? []
    : [{ path: path[0] === "body" ? path.slice(1) : path, message: msg }]
}

const statusOf = (value: string | undefined): number => Number(/^[45]\d\d(?= |$)/.exec(value ?? "")?.[0] ?? 0)

const text = (value: unknown): string | undefined => sentence(typeof value === "number" ? String(value) : value)

/** A text that says something: of an HTML page its title, of XML its message, and not the word "error" alone. */
const sentence = (value: unknown): string | undefined => {
  if (typeof value !== "string") return undefined
  const said = /^\s*</.test(value) ? /<(?:title|message)\b[^<>]*>([^<]*)</i.exec(value)?.[1] : value
  return said === undefined || /^\s*(?:error)?\s*$/i.test(said) ? undefined : said.trim()
}
