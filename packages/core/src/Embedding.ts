/**
 * Embeddings: the request and the answer of `POST /v1/embeddings`.
 *
 * @see https://docs.mistral.ai/api/endpoint/embeddings
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { JsonObject } from "./Tool.ts"
import { Usage } from "./Usage.ts"
import { looseStruct, nullable, nullish } from "./WireSchema.ts"

/**
 * What to embed, and in what form. Required: `model` and `input` (one text or several).
 *
 * @category schemas
 * @since 0.1.0
 */
export const Request = Schema.Struct({
  model: Schema.String,
  input: Schema.Union([Schema.String, Schema.Array(Schema.String)]),
  metadata: nullable(JsonObject),
  output_dimension: nullable(Schema.Int.check(Schema.isGreaterThan(0))),
  output_dtype: Schema.optional(Schema.Literals(["float", "int8", "uint8", "binary", "ubinary"])),
  encoding_format: Schema.optional(Schema.Literals(["float", "base64"]))
})

/**
 * What to embed, and in what form.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Schema.Schema.Type<typeof Request> {}

/**
 * The vectors, in the order of the inputs. With `encoding_format: "base64"` an embedding is a base64 string.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response = looseStruct({
  id: nullish(Schema.String),
  object: nullish(Schema.String),
  model: Schema.String,
  data: Schema.Array(looseStruct({
    object: nullish(Schema.String),
    embedding: Schema.Union([Schema.Array(Schema.Number), Schema.String]),
    index: nullish(Schema.Int)
  })),
  usage: nullish(Usage)
})

/**
 * The vectors, in the order of the inputs.
 *
 * @category models
 * @since 0.1.0
 */
export type Response = typeof Response.Type
