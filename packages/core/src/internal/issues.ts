import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import type { Issue } from "../MistralErrorReason.ts"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** The places that do not fit, without the values found there: they may be a prompt. */
export const issues = (error: Schema.SchemaError): ReadonlyArray<Issue> =>
  format(error.issue).issues.map(({ message, path }) => ({
    path: (path ?? []).map((segment) => {
      const key = typeof segment === "object" ? segment.key : segment
      return typeof key === "symbol" ? String(key) : key
    }),
    message
  }))
