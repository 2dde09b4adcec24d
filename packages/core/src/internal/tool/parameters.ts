import type * as Schema from "effect/Schema"
import type { JsonSchema, JsonSchemaDocument } from "../object/jsonSchema.ts"
import { jsonSchemaOf } from "../object/jsonSchemaOf.ts"
import { plainSchema } from "../object/plainSchema.ts"
import { toStrict } from "../object/strictForm.ts"
import { inlineDefinitions } from "./inlineDefinitions.ts"

/** The JSON Schema of a schema, whose definitions are inlined. */
export const documentOf = (schema: Schema.Top): JsonSchemaDocument => inlineDefinitions(jsonSchemaOf(schema))

/**
 * Converts a schema to the JSON Schema of the parameters of a tool, in plain or in strict form.
 *
 * @throws if JSON Schema cannot express it, or if it is not that of an object
 */
export const parametersOf = (tool: string, schema: Schema.Top, strict: boolean): JsonSchema => {
  const document = convert(tool, schema)
  const parameters = strict ? toStrict(document) : plainSchema(document)
  if (parameters["type"] === "object") return parameters
  throw new Error(
    `The parameters of the tool ${tool} must be the schema of an object${
      strict ? " with named keys" : ""
    }, got that of ${kindOf(document.root)}. Wrap it in a Struct, as in Schema.Struct({ value: schema }).`
  )
}

const convert = (tool: string, schema: Schema.Top): JsonSchemaDocument => {
  try {
    return documentOf(schema)
  } catch (cause) {
    throw new Error(`The parameters of the tool ${tool}: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause
    })
  }
}

const kindOf = ({ anyOf, oneOf, type }: JsonSchema): string => {
  if (type === "object") return "a Record"
  if (typeof type === "string") return type === "array" ? "a list" : type === "null" ? "null" : `a ${type}`
  return anyOf === undefined && oneOf === undefined ? "any value" : "a union"
}
