import type * as Schema from "effect/Schema"
import type { JsonSchema, JsonSchemaDocument } from "../object/jsonSchema.ts"
import { jsonSchemaOf } from "../object/jsonSchemaOf.ts"
import { toStrict } from "../object/strictForm.ts"
import { inlineDefinitions, mapSchemas } from "./inlineDefinitions.ts"

/** The JSON Schema of a schema, whose definitions are inlined. */
export const documentOf = (schema: Schema.Top): JsonSchemaDocument => inlineDefinitions(jsonSchemaOf(schema))

/**
 * Converts a schema to the JSON Schema of the parameters of a tool, in plain or in strict form.
 *
 * @throws if JSON Schema cannot express it, or if it is not that of an object
 */
export const parametersOf = (tool: string, schema: Schema.Top, strict: boolean): JsonSchema => {
  const document = convert(tool, schema)
  const parameters = strict ? toStrict(document) : plainForm(document)
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

const plainForm = ({ definitions, root }: JsonSchemaDocument): JsonSchema => ({
  ...withoutEmptyLists(root),
  ...(Object.keys(definitions).length === 0 ? undefined : {
    $defs: Object.fromEntries(Object.entries(definitions).map(([name, one]) => [name, withoutEmptyLists(one)]))
  })
})

/** The JSON Schema that is sent. An older draft, by which some servers read it, has no `required` that is empty. */
const withoutEmptyLists = (schema: JsonSchema): JsonSchema =>
  Object.fromEntries(
    Object.entries(mapSchemas(schema, withoutEmptyLists)).filter(([keyword, value]) =>
      keyword !== "required" || !Array.isArray(value) || value.length > 0
    )
  )

const kindOf = ({ anyOf, oneOf, type }: JsonSchema): string => {
  if (type === "object") return "a Record"
  if (typeof type === "string") return type === "array" ? "a list" : type === "null" ? "null" : `a ${type}`
  return anyOf === undefined && oneOf === undefined ? "any value" : "a union"
}
