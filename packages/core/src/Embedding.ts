/**
 * Embeddings: the request and the response of `POST /v1/embeddings`.
 *
 * @see https://docs.mistral.ai/api/endpoint/embeddings
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { JsonObject } from "./ToolSchema.ts"
import { Usage } from "./Usage.ts"
import { looseStruct, nullable, nullish } from "./WireSchema.ts"

/**
 * The schema of an embedding request. Required: `model` and `input` (one text or several).
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
 * An embedding request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Schema.Schema.Type<typeof Request> {}

const embedding = looseStruct({
  object: nullish(Schema.String),
  embedding: Schema.Union([Schema.Array(Schema.Number), Schema.String]),
  index: nullish(Schema.Int)
})

/**
 * The embedding of one text.
 *
 * @category models
 * @since 0.1.0
 */
export interface Embedding extends Schema.Schema.Type<typeof embedding> {}

/**
 * The schema of the embedding of one text: a list of numbers, or a base64 string where the request had
 * `encoding_format: "base64"`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Embedding: Schema.Codec<Embedding> = embedding

/**
 * The schema of an embedding response. `data` is in the order of the texts of the request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response = looseStruct({
  id: nullish(Schema.String),
  object: nullish(Schema.String),
  model: Schema.String,
  data: Schema.Array(Embedding),
  usage: nullish(Usage)
})

/**
 * An embedding response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response extends Schema.Schema.Type<typeof Response> {}
