import { badRequest, type ErrorResponse } from "../http/errorResponse.ts"
import type { JsonSchema } from "../json/jsonSchema.ts"
import { NoAnswer } from "../json/workBudget.ts"
import { generateJson } from "./generatedJson.ts"
import type { Generation } from "./generation.ts"

/** A JSON Schema of a request, and what its error responses say of it. */
export interface NamedSchema {
  readonly schema: JsonSchema
  /** Its name in a sentence: `the JSON Schema recipe`. */
  readonly name: string
  /** The parameter of the request that holds it. */
  readonly param?: string
}

/**
 * Generates JSON text that fits a JSON Schema, or the error response where none is found or it would exceed the budget.
 *
 * *Details*: the sentences are the emulator's own, because the API makes no such answers.
 */
export const generateJsonText = (
  { name, param, schema }: NamedSchema,
  generation: Generation
): string | ErrorResponse => {
  const refuse = (message: string) =>
    badRequest({ message, type: "invalid_request_error", ...(param === undefined ? undefined : { param }) })
  try {
    const made = generateJson(schema, generation)
    return made === undefined ? refuse(`The emulator finds no value that fits ${name}`) : JSON.stringify(made.value)
  } catch (error) {
    if (error instanceof NoAnswer) return refuse(`The emulator makes no value of ${name}: ${error.message}`)
    throw error
  }
}
