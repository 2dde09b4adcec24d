import * as Exit from "effect/Exit"
import * as Schema from "effect/Schema"
import type { Issue } from "../../MistralErrorReason.ts"
import type { ResponseFormat } from "../../ResponseFormat.ts"
import { isDeeper, maxLevels } from "../json/isDeeper.ts"
import { parseJson } from "../json/parseJson.ts"
import { issuesOf } from "../schema/issues.ts"
import { makeFencedText, unfenced } from "./fencedText.ts"
import type { JsonSchema, JsonSchemaDocument } from "./jsonSchema.ts"
import { jsonSchemaOf } from "./jsonSchemaOf.ts"
import { makePartialOf } from "./partialForm.ts"
import { makePartialJson } from "./partialJson.ts"
import type { PartialJson } from "./partialType.ts"
import { plainSchema } from "./plainSchema.ts"
import { fromStrict, toStrict } from "./strictForm.ts"
import { assertIsObject } from "./unsupportedSchema.ts"

/** The `response_format` of a schema, and the readers of the JSON that the model writes. */
export interface StructuredSchema<A, E> {
  readonly format: ResponseFormat
  /** Decodes a whole text. */
  readonly decode: (text: string) => { readonly value: A } | { readonly issues: ReadonlyArray<Issue> }
  /** Reads a text that comes in parts. */
  readonly growing: () => GrowingObject<E>
}

/** An object that a model is writing. */
export interface GrowingObject<E> {
  /** Reads the next part of the text. Returns whether it added to the object. */
  readonly feed: (text: string) => boolean
  /** The part of the object that has the types of its schema; `undefined` if there is none. */
  readonly partial: () => { readonly value: PartialJson<E> } | undefined
}

export interface StructuredSchemaOptions {
  readonly name: string
  readonly description: string | undefined
  /** Whether the JSON may be in a markdown fence. */
  readonly unwrapFence: boolean
}

/** How a schema is sent. */
export interface FormatOptions {
  readonly name: string
  readonly description: string | undefined
  readonly strict: boolean
}

/**
 * The `response_format` of a schema, in strict or in plain form.
 *
 * @throws if the schema cannot be sent; the message says why and what to do
 */
export const formatOf = (schema: Schema.Constraint, { description, name, strict }: FormatOptions): ResponseFormat => {
  const document = documentOf(schema)
  assertIsObject(document.root, strict)
  return {
    type: "json_schema",
    json_schema: {
      name,
      ...(description === undefined ? undefined : { description }),
      schema: strict ? strictOf(document) : plainSchema(document),
      ...(strict ? { strict } : undefined)
    }
  }
}

/**
 * Puts JSON that a model wrote in strict form into the plain form of a schema, which `Schema.toCodecJson(schema)` decodes.
 *
 * @throws if the schema has no JSON Schema
 */
export const toPlainForm = (schema: Schema.Constraint, json: unknown): unknown => fromStrict(documentOf(schema), json)

/**
 * Converts a schema to a strict JSON Schema. In strict mode every key is required: an optional key becomes required and
 * may be `null`, and tuples and records, which the strict subset lacks, are sent in another form. The decoder puts that
 * back and then decodes the JSON by `Schema.toCodecJson(schema)`.
 *
 * @throws if the schema cannot be sent; the message says why and what to do
 */
export const structuredSchema = <A, E>(
  schema: Schema.Codec<A, E>,
  { description, name, unwrapFence }: StructuredSchemaOptions
): StructuredSchema<A, E> => {
  const document = documentOf(schema)
  const decode = Schema.decodeUnknownExit(Schema.toCodecJson(schema))
  return {
    format: formatOf(schema, { name, description, strict: true }),
    decode: (text) => {
      const json = parseJson(unwrapFence ? unfenced(text) : text)
      if (json === undefined) {
        return { issues: [{ path: [], message: text.trim() === "" ? "Expected JSON, got no text" : "Expected JSON" }] }
      }
      if (isDeeper(json)) return { issues: [{ path: [], message: `Expected JSON of at most ${maxLevels} levels` }] }
      const exit = decode(fromStrict(document, json), { errors: "all" })
      return Exit.isSuccess(exit) ? { value: exit.value } : {
        issues: exit.cause.reasons.flatMap((reason) => reason._tag === "Fail" ? issuesOf(reason.error) : [])
      }
    },
    growing: () => {
      const json = makePartialJson()
      const fence = unwrapFence ? makeFencedText() : undefined
      const partialOf = makePartialOf(document)
      return {
        feed: (text) => {
          const inner = fence === undefined ? text : fence.feed(text)
          return inner !== "" && json.feed(inner)
        },
        // The cast is safe: the value has the types of the JSON Schema of `E`, and what has another type is left out.
        partial: () => partialOf(json.value()) as { readonly value: PartialJson<E> } | undefined
      }
    }
  }
}

/** Conversions by schema: a conversion takes some milliseconds, and a program uses a schema again and again. */
const documents = /* @__PURE__ */ new WeakMap<object, JsonSchemaDocument>()

const documentOf = (schema: Schema.Constraint): JsonSchemaDocument => {
  const document = documents.get(schema.ast) ?? jsonSchemaOf(schema)
  documents.set(schema.ast, document)
  return document
}

const strictSchemas = /* @__PURE__ */ new WeakMap<JsonSchemaDocument, JsonSchema>()

const strictOf = (document: JsonSchemaDocument): JsonSchema => {
  const strict = strictSchemas.get(document) ?? toStrict(document)
  strictSchemas.set(document, strict)
  return strict
}
