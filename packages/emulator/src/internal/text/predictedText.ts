import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { fits } from "../json/jsonSchema.ts"

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** Whether a text has the format that a request requires. */
const hasForm = (text: string, format: CompletionRequest.Chat["response_format"]): boolean => {
  switch (format?.type) {
    case "json_object":
      return Option.exists(parse(text), (value) => Predicate.isObject(value) && !Array.isArray(value))
    case "json_schema": {
      const schema = format.json_schema?.schema
      return schema === undefined || Option.exists(parse(text), (value) => fits(schema, value))
    }
    default:
      return true
  }
}

/**
 * The rest of the request's prediction after the prefix; `undefined` if there is no prediction, or if it lacks the
 * required format.
 */
export const predictedText = (request: CompletionRequest.Chat, prefix: string): string | undefined => {
  const text = request.prediction?.content ?? ""
  if (text === "" || !hasForm(text, request.response_format)) return undefined
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}
