import * as StructuredOutput from "@effect-mistral/core/StructuredOutput"
import type * as LanguageModel from "effect/ai/LanguageModel"
import type * as JsonSchema from "effect/JsonSchema"
import * as Schema from "effect/Schema"
import * as SchemaGetter from "effect/SchemaGetter"
import * as SchemaParser from "effect/SchemaParser"
import { isDeeper, maxLevels } from "../json/isDeeper.ts"

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

/** Decoding is a step of its own, because only so all places that do not fit are reported. */
const makeCodec = <T, E, RD, RE>(
  schema: Schema.ConstraintCodec<T, E, RD, RE>
): Schema.ConstraintCodec<T, unknown, RD, RE> => {
  const codec = Schema.toCodecJson(schema)
  const decode = SchemaParser.decodeUnknownEffect(codec)
  return shallow.pipe(
    Schema.decodeTo(Schema.toType(schema), {
      decode: SchemaGetter.transformEffect((json) =>
        decode(StructuredOutput.fromStrict(schema, json), { errors: "all" })
      ),
      encode: SchemaGetter.transformEffect(SchemaParser.encodeUnknownEffect(codec))
    })
  )
}

const shallow = Schema.Unknown.check(
  Schema.makeFilter((json) => !isDeeper(json), { expected: `JSON of at most ${maxLevels} levels` })
)

const jsonSchemaOf = (schema: Schema.Constraint): JsonSchema.JsonSchema => ({
  ...StructuredOutput.responseFormat(schema).json_schema?.schema
})
