/**
 * Embeddings: the request and the response of `POST /v1/embeddings`.
 *
 * @see https://docs.mistral.ai/api/endpoint/embeddings
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { base64Pattern, decodeVector } from "./internal/embedding/vector.ts"
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
  embedding: Schema.Union([
    Schema.Array(Schema.Number),
    Schema.String.check(Schema.makeFilter((text) => base64Pattern.test(text) || "Expected numbers or base64"))
  ]),
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
 * The schema of an embedding response. `index` of an embedding is the position of its text in the request; `vectors` puts
 * the embeddings in that order.
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

/**
 * Returns the vectors of a response in the order of the texts of the request, whatever the order of `data`.
 *
 * *Details*: base64 (`encoding_format: "base64"`) is decoded by the `output_dtype` of the request: little-endian floats of
 * 32 bits for `float`, one byte for each number otherwise. Numbers of `binary` and `ubinary` hold eight dimensions each.
 *
 * *Gotchas*: a response does not name its data type. With base64 of another type than `float`, give the request, too. A
 * text that is not base64 throws: the client refuses such a response, but a test can make one.
 *
 * @category getters
 * @since 0.1.0
 */
export const vectors = (
  response: Pick<Response, "data">,
  request?: Pick<Request, "output_dtype">
): ReadonlyArray<ReadonlyArray<number>> =>
  inOrder(response.data).map(({ embedding }) =>
    typeof embedding === "string" ? decodeVector(embedding, request?.output_dtype ?? "float") : embedding
  )

/** The embeddings by their indexes, or as they came where some have no index or the same one. */
const inOrder = (data: Response["data"]): Response["data"] => {
  const indexes = data.map(({ index }) => index)
  return new Set(indexes).size === data.length && indexes.every((index) => index != null)
    ? [...data].sort((a, b) => a.index! - b.index!)
    : data
}
