import * as StructuredOutput from "@effect-mistral/core/StructuredOutput"
import type * as LanguageModel from "effect/ai/LanguageModel"
import type * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"

/** Codecs by their schema: making one and its decoder takes longer than decoding. */
const codecs = /* @__PURE__ */ new WeakMap<object, unknown>()

/**
 * The codec of an object that a model wrote, for `LanguageModel.make`: it decodes JSON in the plain form and in the form of
 * strict mode, and encodes to the plain form.
 */
export const codecTransformer: LanguageModel.CodecTransformer = (schema) => ({
  codec: codecOf(schema),
  get jsonSchema() {
    return jsonSchemaOf(schema)
  }
})

const codecOf = <T, E, RD, RE>(
  schema: Schema.ConstraintCodec<T, E, RD, RE>
): Schema.ConstraintCodec<T, unknown, RD, RE> => {
  const codec = codecs.get(schema) ?? makeCodec(schema)
  codecs.set(schema, codec)
  // The cast is safe: the codec was made of the same schema.
  return codec as Schema.ConstraintCodec<T, unknown, RD, RE>
}

const makeCodec = <T, E, RD, RE>(
  schema: Schema.ConstraintCodec<T, E, RD, RE>
): Schema.ConstraintCodec<T, unknown, RD, RE> =>
  Schema.Unknown.pipe(
    Schema.decodeTo(Schema.toCodecJson(schema), {
      // What the plain form is made of is JSON, and the codec checks that it is.
      decode: SchemaGetter.transform((json) => StructuredOutput.fromStrict(schema, json) as Schema.Json),
      encode: SchemaGetter.passthroughSupertype()
    })
  )

const jsonSchemaOf = (schema: Schema.Constraint): JsonSchema.JsonSchema => ({
  ...StructuredOutput.responseFormat(schema).json_schema?.schema
})
