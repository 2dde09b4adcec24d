import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type { Issue } from "../../MistralErrorReason.ts"
import { compilePredicate, compileStrictPredicate } from "./compiledPredicate.ts"
import { issuesOf } from "./issues.ts"

/** Validates values against a schema without transformations: a value that fits is returned as it is. */
export interface SchemaValidator<A> {
  readonly is: (value: unknown) => value is A
  /** The places where a value does not fit. */
  readonly issues: (value: unknown) => ReadonlyArray<Issue>
}

// Compiled once for each schema. A second copy of this package in a process compiles for itself.
const validators = new WeakMap<object, SchemaValidator<unknown>>()

/** The validator of what the server sends: unknown keys are allowed where the schema allows them. */
export const schemaValidator = <A>(schema: Schema.Codec<A, unknown>): SchemaValidator<A> => {
  let validator = validators.get(schema)
  if (validator === undefined) {
    const decode = Schema.decodeUnknownExit(schema)
    validator = {
      is: compilePredicate(schema),
      issues: (value) => failureIssues(decode(value, { errors: "all" }))
    }
    validators.set(schema, validator)
  }
  // The cast is safe: the validator was made from this very schema.
  return validator as SchemaValidator<A>
}

const strictPredicates = new WeakMap<object, (value: unknown) => boolean>()

/** The places where a request does not fit its schema, unknown keys included. Empty if the request is valid. */
export const requestIssues = <A>(schema: Schema.Codec<A, unknown>, value: unknown): ReadonlyArray<Issue> => {
  let fits = strictPredicates.get(schema)
  if (fits === undefined) strictPredicates.set(schema, fits = compileStrictPredicate(schema))
  return fits(value)
    ? []
    : failureIssues(Schema.decodeUnknownExit(schema)(value, { errors: "all", onExcessProperty: "error" }))
}

const failureIssues = (exit: Exit.Exit<unknown, Schema.SchemaError>): ReadonlyArray<Issue> =>
  Exit.isSuccess(exit)
    ? []
    : exit.cause.reasons.flatMap((reason) => reason._tag === "Fail" ? issuesOf(reason.error) : [])
