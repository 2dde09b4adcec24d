import type * as Duration from "effect/Duration"
import type { Issue } from "../../MistralErrorReason.ts"
import { hasContent } from "../error/carriesError.ts"
import { formatIssues } from "../error/reasonMessage.ts"
import { retryAfter, retryAfterOfBody } from "./retryAfter.ts"
import { tolerantJson } from "./tolerantJson.ts"

/** What an error body says. `status` is the status that the server means, from 400 to 599. */
export interface ErrorFacts {
  readonly status?: number | undefined
  readonly message?: string | undefined
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

type JsonObject = { readonly [key: string]: unknown }

/** Whether a value is an object with keys: no list, and not null. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** The keys that hold the server's sentence, or an object or a list that holds it. The first that has one wins. */
const sentenceKeys = [
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

/** Whether an object says anything in a key that holds the server's sentence. */
export const hasSentence = (body: JsonObject): boolean => sentenceKeys.some((key) => hasContent(body[key]))

/** The most levels of objects, lists and texts within texts that are read: a body may be nested without end. */
const deepest = 8

/**
 * Reads an error body, whatever its form.
 *
 * *Details*: of JSON that does not parse, because it was cut or is too long, the members that are complete are read. Text
 * that begins like JSON is never quoted: it may hold the prompt.
 */
export const factsOfText = (body: string, now: number): ErrorFacts => {
  const text = body.trim()
  if (/^["[{]/.test(text)) {
    const json = tolerantJson(text)
    return typeof json === "string" ? {} : factsOf(json, now)
  }
  const facts = factsOf(text, now)
  return { ...facts, message: facts.message?.split("\n")[0] }
}

/** Reads the JSON of an error body, whatever its form. */
export const factsOf = (value: unknown, now: number, depth = deepest): ErrorFacts => {
  if (depth === 0) return {}
  if (typeof value === "string") return factsOfString(value, now, depth - 1)
  if (Array.isArray(value)) return factsOfList(value, now, depth - 1)
  return isJsonObject(value) ? factsOfObject(value, now, depth - 1) : {}
}

/** Where a text quotes JSON, or what Python prints for it. */
const quotation = /^\s*\[\s*["'[]|\[\s*\{|\{\s*\\*["']/

/** Reads a sentence. Where it quotes another error as JSON, that error counts. Other JSON that it quotes is left out. */
const factsOfString = (text: string, now: number, depth: number): ErrorFacts => {
  const at = text.search(quotation)
  if (at === -1) return { message: plainText(text) }
  const facts = factsOf(tolerantJson(text.slice(at)), now, depth)
  const before = text.slice(0, at).trim()
  return facts.message === undefined && before !== "" ? { ...facts, message: plainText(`${before} {...}`) } : facts
}

const factsOfList = (list: ReadonlyArray<unknown>, now: number, depth: number): ErrorFacts => {
  const issues = list.flatMap(issueOf)
  if (issues.length > 0) return ofIssues(issues)
  const parts = list.slice(0, 10).map((value) => factsOf(value, now, depth))
  const messages = parts.flatMap(({ message }) => message ?? [])
  return merge([{ message: messages.length === 0 ? undefined : limit(messages.join("; ")) }, ...parts])
}

const factsOfObject = (body: JsonObject, now: number, depth: number): ErrorFacts => {
  // OpenRouter puts the error of the provider into `metadata`, as text.
  const { detail, details, errors, metadata = {} } = body as Record<string, JsonObject | undefined>
  const values = [metadata["raw"], ...sentenceKeys.map((key) => body[key])]
  const parts = values.map((value) => factsOf(value, now, depth))
  const quoted = parts.filter((_, i) => i === 0 || typeof values[i] === "string")
  const fields = isJsonObject(errors) ? Object.entries(errors).flatMap(issuesOfField) : []
  const own: ErrorFacts = {
    status: first(statusKeys.map((key) => statusOf(body[key]))),
    code: text(body["code"]) ?? text(body["error_code"]),
    type: kind(body["type"]) ?? kind(body["__type"]) ?? kind(body["error_type"]) ?? googleStatus(body["status"]),
    field: text(body["param"]),
    provider: text(metadata["provider_name"]),
    requestId: text(body["request_id"]),
    retryAfter: first(
      [body, metadata, ...Array.isArray(details) ? details.filter(isJsonObject) : []].map((values) =>
        retryAfterOfBody(values, now)
      )
    ) ?? retryAfterOfHeaders(metadata["headers"], now),
    guardrails: toDepth(body["guardrails"], deepest),
    observability: isJsonObject(detail) && typeof detail["message"] === "string" ? true : undefined,
    ...fields.length > 0 ? ofIssues(fields) : { message: sentence(body["title"]) ?? sentence(body["reason"]) }
  }
  return {
    ...merge([{ message: first(parts.map(({ message }) => message)) }, ...quoted, own, ...parts]),
    status: [own, ...parts].map(({ status }) => status).reduce(meantStatus)
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

const first = <A>(values: ReadonlyArray<A | undefined>): A | undefined => values.find((value) => value !== undefined)

const ofIssues = (issues: ReadonlyArray<Issue>): ErrorFacts => ({
  issues,
  message: limit(formatIssues(issues)),
  field: text(issues[0]?.path.join("."))
})

/** A place that a validation names: `{loc, msg}` of FastAPI, whose `input` may be the prompt, or `{path, message}`. */
const issueOf = (value: unknown): ReadonlyArray<Issue> => {
  if (!isJsonObject(value)) return []
  const { field = [], loc = value["path"] ?? field, message, type, msg = message ?? type } = value
  const path = [loc].flat().filter((part) => typeof part === "string" || typeof part === "number")
  if (typeof msg !== "string" || (path.length === 0 && msg !== value["msg"])) return []
  return [{ path: path[0] === "body" ? path.slice(1) : path, message: limit(msg) }]
}

const issuesOfField = ([name, messages]: [string, unknown]): ReadonlyArray<Issue> =>
  [messages].flat().flatMap((message) => typeof message === "string" ? [{ path: [name], message: limit(message) }] : [])

const statusOf = (value: unknown): number | undefined => {
  const digits = /^\s*([45]\d\d)(?=\s|$)/.exec(String(value))?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** A value without what lies deeper in it: JSON that is nested without end cannot be written again. */
const toDepth = (value: unknown, depth: number): unknown =>
  typeof value !== "object" || value === null
    ? value
    : depth === 0
    ? undefined
    : Array.isArray(value)
    ? value.map((inner) => toDepth(inner, depth - 1))
    : Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, toDepth(inner, depth - 1)]))

const retryAfterOfHeaders = (headers: unknown, now: number): Duration.Duration | undefined =>
  isJsonObject(headers)
    ? retryAfter(Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])), now)
    : undefined

const kind = (value: unknown): string | undefined => /^error$/i.test(String(value)) ? undefined : text(value)

/** Google names the kind of error in capital letters: `RESOURCE_EXHAUSTED`. */
const googleStatus = (value: unknown): string | undefined => /^[A-Z_]+$/.test(String(value)) ? kind(value) : undefined

const text = (value: unknown): string | undefined => typeof value === "number" ? String(value) : sentence(value)

const sentence = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? limit(value.trim()) : undefined

/** The sentence of a text that is not JSON: of an HTML page its title, of XML its message. */
const plainText = (text: string): string | undefined =>
  sentence(/^\s*</.test(text) ? /<(?:title|message)\b[^<>]*>([^<]*)</i.exec(text)?.[1] : text)

const longest = 500

const limit = (message: string): string => message.length > longest ? `${message.slice(0, longest)}...` : message
