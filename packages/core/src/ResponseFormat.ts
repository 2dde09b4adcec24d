/**
 * The format that a completion must have: text, any JSON object, or JSON that fits a schema.
 *
 * @see https://docs.mistral.ai/capabilities/structured-output/structured_output_overview
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { JsonObject } from "./ToolSchema.ts"
import { type NamedStruct, nullable } from "./WireSchema.ts"

const jsonSchema = Schema.Struct({
  name: Schema.String,
  description: nullable(Schema.String),
  schema: JsonObject,
  strict: Schema.optional(Schema.Boolean)
})

/**
 * A named JSON Schema.
 *
 * @category models
 * @since 0.1.0
 */
export interface JsonSchema extends Schema.Schema.Type<typeof jsonSchema> {}

/**
 * The schema of a named JSON Schema. With `strict: true` the model can write nothing that does not fit it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const JsonSchema: NamedStruct<JsonSchema, typeof jsonSchema> = jsonSchema

const responseFormat = Schema.Struct({
  type: Schema.optional(Schema.Literals(["text", "json_object", "json_schema"])),
  json_schema: nullable(JsonSchema)
})

/**
 * The format that a completion must have.
 *
 * @category models
 * @since 0.1.0
 */
export interface ResponseFormat extends Schema.Schema.Type<typeof responseFormat> {}

/**
 * The schema of the format that a completion must have:
 * `{ type: "text" | "json_object" | "json_schema", json_schema? }`.
 *
 * *Gotchas*: with `json_object` a message must tell the model to write JSON, or it may write white space until
 * `max_tokens` is reached.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ResponseFormat: NamedStruct<ResponseFormat, typeof responseFormat> = responseFormat
