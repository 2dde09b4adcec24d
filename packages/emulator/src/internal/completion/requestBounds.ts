import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import { badRequest, type ErrorResponse, invalid, type Problem } from "../http/errorResponse.ts"
import type { JsonSchema } from "../json/jsonSchema.ts"
import { schemaHeights } from "../json/schemaHeight.ts"
import { NoAnswer, type WorkBudget } from "../json/workBudget.ts"

/** The most choices of a completion. */
export const mostChoices = 128

/** The most stop texts of a request, and the characters that they may have together. */
export const mostStops = 1000
export const mostStopCharacters = 100_000

const tooMany = (n: number): ErrorResponse =>
  invalid([{
    type: "less_than_equal",
    loc: ["body", "n"],
    msg: `Input should be less than or equal to ${mostChoices}`,
    input: n,
    ctx: { le: mostChoices }
  }])

const stopProblem = (stop: CompletionRequest.Chat["stop"]): ErrorResponse | undefined => {
  const stops = typeof stop === "string" ? [stop] : stop ?? []
  // The texts are not repeated in the response: they are what is too long.
  const problem = (rest: Pick<Problem, "type" | "msg" | "ctx">): ErrorResponse =>
    invalid([{ loc: ["body", "stop"], input: null, ...rest }])
  if (stops.length > mostStops) {
    return problem({
      type: "too_long",
      msg: `List should have at most ${mostStops} items after validation, not ${stops.length}`,
      ctx: { field_type: "List", max_length: mostStops, actual_length: stops.length }
    })
  }
  return stops.reduce((sum, text) => sum + text.length, 0) <= mostStopCharacters ? undefined : problem({
    type: "value_error",
    msg: `Value error, the stop texts should have at most ${mostStopCharacters} characters together`
  })
}

const schemaProblem = (
  schema: JsonSchema,
  loc: Problem["loc"],
  budget: WorkBudget
): ErrorResponse | undefined => {
  try {
    return schemaHeights(schema, budget).of(schema) < Infinity ? undefined : invalid([{
      type: "value_error",
      loc,
      msg: "Value error, the references of the JSON Schema are a circle without an end",
      input: null
    }])
  } catch (error) {
    if (!(error instanceof NoAnswer)) throw error
    return badRequest({
      message: `The emulator does not read the JSON Schema of ${loc.slice(1).join(".")}: ${error.message}`,
      type: "invalid_request_error",
      param: String(loc[1])
    })
  }
}

/**
 * The error response to a request that asks for more than the emulator makes: choices, stop texts, or a JSON Schema that is
 * too large or has no end. The API's own bounds are not known.
 */
export const boundsProblem = (
  request: Pick<CompletionRequest.Chat, "n" | "stop" | "tools" | "response_format">,
  budget: WorkBudget
): ErrorResponse | undefined => {
  const { n, response_format: format, stop, tools } = request
  if (n != null && n > mostChoices) return tooMany(n)
  const problem = stopProblem(stop)
  if (problem !== undefined) return problem
  for (const [at, tool] of (tools ?? []).entries()) {
    if (tool.type !== "function") continue
    const loc = ["body", "tools", at, "function", "function", "parameters"]
    const found = schemaProblem(tool.function.parameters, loc, budget)
    if (found !== undefined) return found
  }
  return format?.json_schema == null
    ? undefined
    : schemaProblem(format.json_schema.schema, ["body", "response_format", "json_schema", "schema"], budget)
}
