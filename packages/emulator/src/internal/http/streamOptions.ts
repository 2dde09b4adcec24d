import * as Predicate from "effect/Predicate"
import type { Problem } from "./errorResponse.ts"

/** A body without a key that the API's reference lacks, and the problems with that key. */
export interface Reduced {
  readonly value: unknown
  readonly problems: ReadonlyArray<Problem>
}

const loc = ["body", "stream_options"]

/**
 * Takes `stream_options` out of a body. Refused is each key in it, as the API was seen to refuse `include_usage`
 * (`loc: ["body", "stream_options", "include_usage"]`); accepted is `include_usage`, and every other key is refused.
 *
 * *Details*: the API's reference has no such key, and its documentation tells to set it. The place of the recorded refusal
 * says that the API knows the key and nothing in it. An empty object is therefore accepted either way, and so is `null`.
 */
export const withoutStreamOptions = (body: unknown, mode: "refuse" | "accept"): Reduced => {
  if (!Predicate.isObject(body) || !Predicate.hasProperty(body, "stream_options")) return { value: body, problems: [] }
  const { stream_options: options, ...value } = body
  if (options === null) return { value, problems: [] }
  if (!Predicate.isObject(options)) {
    return { value, problems: [{ type: "model_attributes_type", loc, msg: notAnObject, input: options ?? null }] }
  }
  return {
    value,
    problems: Object.entries(options).flatMap(([key, input]) =>
      mode === "refuse" || key !== "include_usage"
        ? [{ type: "extra_forbidden", loc: [...loc, key], msg: "Extra inputs are not permitted", input }]
        : typeof input === "boolean"
        ? []
        : [{ type: "bool_type", loc: [...loc, key], msg: "Input should be a valid boolean", input }]
    )
  }
}

const notAnObject = "Input should be a valid dictionary or object to extract fields from"
