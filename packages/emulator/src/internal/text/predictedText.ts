import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { fits, type JsonSchema } from "../json/jsonSchema.ts"
import { NoAnswer, type WorkBudget } from "../json/workBudget.ts"

const parse = Schema.decodeUnknownOption(Schema.fromJsonString(Schema.Unknown))

/** Whether a text has the format that a request requires. */
const hasForm = (
  text: string,
  format: CompletionRequest.Chat["response_format"],
  budget: WorkBudget
): boolean => {
  switch (format?.type) {
    case "json_object":
      return Option.exists(parse(text), (value) => Predicate.isObject(value) && !Array.isArray(value))
    case "json_schema": {
      const schema = format.json_schema?.schema
      return schema === undefined || Option.exists(parse(text), (value) => canFit(schema, value, budget))
    }
    default:
      return true
  }
}

/** Whether a value fits a schema. One that cannot be checked does not. */
const canFit = (schema: JsonSchema, value: unknown, budget: WorkBudget): boolean => {
  try {
    return fits(schema, value, schema, budget)
  } catch (error) {
    if (error instanceof NoAnswer) return false
    throw error
  }
}

/**
 * The rest of the request's prediction after the prefix; `undefined` if there is no prediction, or if it lacks the
 * required format.
 */
export const predictedText = (
  request: CompletionRequest.Chat,
  prefix: string,
  budget: WorkBudget
): string | undefined => {
  const text = request.prediction?.content ?? ""
  if (text === "" || !hasForm(text, request.response_format, budget)) return undefined
  return text.startsWith(prefix) ? text.slice(prefix.length) : text
}
