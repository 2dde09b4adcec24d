import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { Issue } from "../MistralErrorReason.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** The places that do not fit, without the values found there: they may be a prompt. */
export const issues = (error: Schema.SchemaError): ReadonlyArray<Issue> => places(error.issue, [])

/**
 * Of the alternatives of a union, those that the least is wrong with were meant. The others would only say that the one
 * that was meant is not them, and in a union that holds itself they would say so on every level.
 */
const places = (issue: SchemaIssue.Issue, path: Issue["path"]): ReadonlyArray<Issue> => {
  if (issue._tag === "Pointer") return places(issue.issue, [...path, ...issue.path.map(name)])
  if (issue._tag === "Composite") return issue.issues.flatMap((inner) => places(inner, path))
  if (issue._tag === "AnyOf" && issue.issues.length > 0) {
    const alternatives = issue.issues.map((inner) => places(inner, path))
    const least = Math.min(...alternatives.map(({ length }) => length))
    return alternatives.filter(({ length }) => length === least).flat()
  }
  return format(issue).issues.map(({ message, path: inner = [] }) => ({
    path: [...path, ...inner.map((segment) => name(typeof segment === "object" ? segment.key : segment))],
    message
  }))
}

const name = (key: PropertyKey): string | number => typeof key === "symbol" ? String(key) : key
