import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import type { Issue } from "../../MistralErrorReason.ts"
import type { JsonObject } from "../json/jsonObject.ts"
import type { JsonSchemaDocument } from "../object/jsonSchema.ts"
import { fromStrict } from "../object/strictForm.ts"
import { issuesOf } from "../schema/issues.ts"
import { documentOf } from "./parameters.ts"
import { schemaAt } from "./schemaAt.ts"

/** Decodes the arguments of a call, in plain or in strict form, or fails with the places that do not fit. */
type Decoder<A, R> = (json: JsonObject) => Effect.Effect<A, ReadonlyArray<Issue>, R>

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
  return (json) =>
    Effect.mapError(
      decode(document === undefined ? json : fromStrict(document, json)),
      (error) => issuesOf(error).map((issue) => withForm(issue, document))
    )
}

/** A schema that JSON Schema cannot express was not sent in strict form. */
const knownDocument = (schema: Schema.Top): JsonSchemaDocument | undefined => {
  try {
    return documentOf(schema)
  } catch {
    return undefined
  }
}

/** Adds the form of a text, as the tool describes it: "a valid Date" does not say that it is one in ISO 8601. */
const withForm = (issue: Issue, document: JsonSchemaDocument | undefined): Issue => {
  const form = issue.message.startsWith("Expected a valid ") && schemaAt(document, issue.path)?.["description"]
  return typeof form === "string" ? { ...issue, message: `${issue.message} (${form.replace(/\.$/, "")})` } : issue
}
