import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type { Issue } from "../MistralErrorReason.ts"
import { guard, strictGuard } from "./guard.ts"
import { issues } from "./issues.ts"

/** Checks values against a schema that changes nothing: a value that fits is the value itself. */
export interface SchemaDecoder<A> {
  readonly is: (value: unknown) => value is A
  /** Why a value does not fit. */
  readonly explain: (value: unknown) => ReadonlyArray<Issue>
}

const decoders = new WeakMap<object, SchemaDecoder<unknown>>()

/**
 * The checks of a schema, made once.
 */
export const schemaDecoder = <A>(schema: Schema.Codec<A, unknown>): SchemaDecoder<A> => {
  let decoder = decoders.get(schema)
  if (decoder === undefined) {
    const decode = Schema.decodeUnknownExit(schema)
    decoder = {
      is: guard(schema),
      explain: (value) => failureIssues(decode(value, { errors: "all" }))
    }
    decoders.set(schema, decoder)
  }
  // The decoder was made from this very schema.
  return decoder as SchemaDecoder<A>
}

const strictGuards = new WeakMap<object, (value: unknown) => boolean>()

/** Where a request does not fit its schema, unknown keys included; empty if it fits. */
export const requestIssues = <A>(schema: Schema.Codec<A, unknown>, value: unknown): ReadonlyArray<Issue> => {
  let fits = strictGuards.get(schema)
  if (fits === undefined) strictGuards.set(schema, fits = strictGuard(schema))
  return fits(value)
    ? []
    : failureIssues(Schema.decodeUnknownExit(schema)(value, { errors: "all", onExcessProperty: "error" }))
}

const failureIssues = (exit: Exit.Exit<unknown, Schema.SchemaError>): ReadonlyArray<Issue> =>
  Exit.isSuccess(exit) ? [] : exit.cause.reasons.flatMap((reason) => reason._tag === "Fail" ? issues(reason.error) : [])
