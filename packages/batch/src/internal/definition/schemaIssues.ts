import type { Issue } from "@effect-mistral/core/MistralErrorReason"
import * as Cause from "effect/Cause"
import type * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"
import { describeThrown } from "./describeThrown.ts"

/** The places where a value does not fit its schema, without the values themselves: they may be a prompt. */
export const issuesOf = (cause: Cause.Cause<Schema.SchemaError>): ReadonlyArray<Issue> =>
  cause.reasons.flatMap((reason) => {
    if (Cause.isFailReason(reason)) return format(reason.error.issue).issues.slice(0, most).map(toIssue)
    const defect = Cause.isDieReason(reason) ? reason.defect : undefined
    return [{
      path: [],
      message: Cause.isAsyncFiberError(defect) ? asynchronous : describeThrown("the schema", defect)
    }]
  })

/** The issues as one sentence. */
export const describeIssues = (issues: ReadonlyArray<Issue>): string =>
  issues.map(({ message, path }) => `${path.join(".") || "the value"}: ${message}`).join("; ")

/** A long list may be wrong in each of its entries. */
const most = 10

const asynchronous = "Expected a schema that needs no waiting, got one with an asynchronous transformation"

const format = SchemaIssue.makeFormatterStandardSchemaV1()

const toIssue = ({ message, path = [] }: ReturnType<typeof format>["issues"][number]): Issue => ({
  message: message.replace(notFinite, "number"),
  path: path.map((segment) => {
    const key = typeof segment === "object" ? segment.key : segment
    return typeof key === "number" ? key : String(key)
  })
})

/** The JSON of a number in Effect, which writes as texts what JSON cannot express. */
const notFinite = /(number \| )?"Infinity" \| "-Infinity" \| "NaN"/
