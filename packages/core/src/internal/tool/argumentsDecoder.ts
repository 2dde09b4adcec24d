import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { JsonObject } from "../json/jsonObject.ts"
import type { JsonSchemaDocument } from "../object/jsonSchema.ts"
import { fromStrict } from "../object/strictForm.ts"
import { documentOf } from "./parameters.ts"

/** Decodes the arguments of a call, in plain or in strict form. */
type Decoder<A, R> = (json: JsonObject) => Effect.Effect<A, Schema.SchemaError, R>

/** The decoders by their schema: a schema is converted once, and its tool is called often. */
const decoders = /* @__PURE__ */ new WeakMap<object, Decoder<unknown, unknown>>()

export const argumentsDecoder = <A, R>(schema: Schema.Codec<A, unknown, R, unknown>): Decoder<A, R> => {
  const decoder = decoders.get(schema) ?? makeDecoder(schema)
  decoders.set(schema, decoder)
  // The cast is safe: the decoder was made of the same schema.
  return decoder as Decoder<A, R>
}

const makeDecoder = <A, R>(schema: Schema.Codec<A, unknown, R, unknown>): Decoder<A, R> => {
  const document = knownDocument(schema)
  const decode = Schema.decodeUnknownEffect(Schema.toCodecJson(schema), { errors: "all" })
  return (json) => decode(document === undefined ? json : fromStrict(document, json))
}

/** A schema that JSON Schema cannot express was not sent in strict form. */
const knownDocument = (schema: Schema.Top): JsonSchemaDocument | undefined => {
  try {
    return documentOf(schema)
  } catch {
    return undefined
  }
}
