/**
 * The form an answer must have: text, any JSON object, or JSON that fits a schema.
 *
 * @see https://docs.mistral.ai/capabilities/structured-output/structured_output_overview
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { JsonObject } from "./Tool.ts"
import { nullable } from "./WireSchema.ts"

/**
 * A named JSON Schema. With `strict` the model cannot leave it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const JsonSchema = Schema.Struct({
  name: Schema.String,
  description: nullable(Schema.String),
  schema: JsonObject,
  strict: Schema.optional(Schema.Boolean)
})

/**
 * The form an answer must have: `{ type: "text" | "json_object" | "json_schema", json_schema? }`.
 *
 * With `json_object` a message must ask for JSON too, or the model may write white space without end.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ResponseFormat = Schema.Struct({
  type: Schema.optional(Schema.Literals(["text", "json_object", "json_schema"])),
  json_schema: nullable(JsonSchema)
})

/**
 * The form an answer must have.
 *
 * @category models
 * @since 0.1.0
 */
export type ResponseFormat = typeof ResponseFormat.Type
