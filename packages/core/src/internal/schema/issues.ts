import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { Issue } from "../../MistralErrorReason.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** The places where a value does not fit, without the values themselves: they may be a prompt. */
export const issuesOf = (error: Schema.SchemaError): ReadonlyArray<Issue> => places(error.issue, [])

/**
 * For a union, only the members with the fewest issues are reported: the value was most likely meant to be one of them.
 * The other members would only repeat that the value is something else, at every level of a recursive union.
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
    message: message.replace(notFinite, "number")
  }))
}

/** The JSON of a number in Effect, which writes as strings what JSON cannot express. Nobody is to write those. */
const notFinite = /(number \| )?"Infinity" \| "-Infinity" \| "NaN"/

const name = (key: PropertyKey): string | number => typeof key === "symbol" ? String(key) : key
