import type { Issue } from "@effect-mistral/core/MistralError"
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** The places where a value does not fit its schema, without the values. */
export const issuesOf = (error: Schema.SchemaError): ReadonlyArray<Issue> =>
  format(error.issue).issues.map(({ message, path = [] }) => ({
    path: path.map((segment) => nameOf(typeof segment === "object" ? segment.key : segment)),
    message
  }))

const nameOf = (key: PropertyKey): string | number => typeof key === "symbol" ? String(key) : key
