/**
 * The pieces a message is made of when its content is more than one string: text, images, documents, files, references,
 * thinking and audio.
 *
 * The schemas under their plain names are for requests and are strict. `Received` is for what the server sends: the
 * same kinds, with whatever further keys they carry, and kinds that this version does not know.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { looseStruct, nullable, nullish } from "./WireSchema.ts"

const text = { type: Schema.Literal("text"), text: Schema.String }
const reference = {
  type: Schema.Literal("reference"),
  reference_ids: Schema.Array(Schema.Union([Schema.Int, Schema.String]))
}

/**
 * A piece of text: `{ type: "text", text }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Text = Schema.Struct(text)

/**
 * A piece of text.
 *
 * @category models
 * @since 0.1.0
 */
export type Text = typeof Text.Type

/**
 * How closely a model looks at an image.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ImageDetail = Schema.Literals(["low", "auto", "high"])

/**
 * An image, by URL or as a `data:` URL: `{ type: "image_url", image_url }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ImageUrl = Schema.Struct({
  type: Schema.Literal("image_url"),
  image_url: Schema.Union([Schema.String, Schema.Struct({ url: Schema.String, detail: nullable(ImageDetail) })])
})

/**
 * A document, by URL: `{ type: "document_url", document_url, document_name? }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DocumentUrl = Schema.Struct({
  type: Schema.Literal("document_url"),
  document_url: Schema.String,
  document_name: nullable(Schema.String)
})

/**
 * A file uploaded before, by its id (a UUID): `{ type: "file", file_id }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const File = Schema.Struct({
  type: Schema.Literal("file"),
  file_id: Schema.String.check(Schema.isUUID())
})

/**
 * A reference to sources given to the model: `{ type: "reference", reference_ids }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Reference = Schema.Struct(reference)

/**
 * A page or document that a built-in tool read, inside thinking: `{ type: "tool_reference", tool, title, url?, ... }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ToolReference = Schema.Struct({
  type: Schema.Literal("tool_reference"),
  tool: Schema.String,
  title: Schema.String,
  url: nullable(Schema.String),
  favicon: nullable(Schema.String),
  description: nullable(Schema.String)
})

/**
 * What a reasoning model thought: `{ type: "thinking", thinking, signature?, closed? }`. Send it back unchanged in the
 * next turn.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Thinking = Schema.Struct({
  type: Schema.Literal("thinking"),
  thinking: Schema.Array(Schema.Union([Text, ToolReference, Reference])),
  signature: nullable(Schema.String),
  closed: Schema.optional(Schema.Boolean)
})

/**
 * A recording, as base64 (without a `data:` prefix) or by URL: `{ type: "input_audio", input_audio }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const InputAudio = Schema.Struct({ type: Schema.Literal("input_audio"), input_audio: Schema.String })

/**
 * Any piece of content that a user, an assistant or a tool message may hold in a request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Content = Schema.Union([Text, ImageUrl, DocumentUrl, File, Reference, Thinking, InputAudio])

/**
 * Any piece of content of a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Content = typeof Content.Type

/**
 * The pieces of content that a system message may hold in a request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SystemContent = Schema.Union([Text, Thinking])

/**
 * The kinds of content this version knows, by their `type`.
 *
 * @category constants
 * @since 0.1.0
 */
export const knownTypes = [
  "text",
  "image_url",
  "document_url",
  "file",
  "reference",
  "thinking",
  "input_audio",
  "tool_reference"
] as const

/**
 * The `type` of a piece of content that this version does not know. It is a string; `String(type)` gives it.
 *
 * It is not typed as `string` because TypeScript would then no longer tell the known kinds apart by their `type`.
 *
 * @category models
 * @since 0.1.0
 */
export interface UnknownType {
  readonly "~@effect-mistral/core/Content/UnknownType": never
}

/**
 * A piece of content of a kind that this version does not know, kept whole.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unknown {
  readonly type: UnknownType
  readonly [key: string]: unknown
}

/**
 * A piece of content of a kind that this version does not know: an object whose `type` is another string.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Unknown = Schema.StructWithRest(
  Schema.Struct({
    type: Schema.String.check(
      Schema.makeFilter((type) => !knownTypes.includes(type as never), { expected: "a type other than the known ones" })
    )
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
  // The runtime value is the object as it came; only the type of `type` is narrowed, see `UnknownType`.
) as unknown as Schema.Codec<Unknown, Unknown>

const receivedText = looseStruct(text)
const receivedReference = looseStruct(reference)
const receivedToolReference = looseStruct({
  type: Schema.Literal("tool_reference"),
  tool: Schema.String,
  title: Schema.optionalKey(Schema.String),
  url: nullish(Schema.String),
  favicon: nullish(Schema.String),
  description: nullish(Schema.String)
})

/**
 * What a reasoning model thought, as the server sends it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReceivedThinking = looseStruct({
  type: Schema.Literal("thinking"),
  thinking: Schema.Array(Schema.Union([receivedText, receivedReference, receivedToolReference, Unknown])),
  signature: nullish(Schema.String),
  closed: nullish(Schema.Boolean)
})

/**
 * What a reasoning model thought, as the server sends it.
 *
 * @category models
 * @since 0.1.0
 */
export type ReceivedThinking = typeof ReceivedThinking.Type

/**
 * Any piece of content that the server sends. Kinds and keys that this version does not know survive.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Received = Schema.Union([
  receivedText,
  ReceivedThinking,
  receivedReference,
  receivedToolReference,
  looseStruct({
    type: Schema.Literal("image_url"),
    image_url: Schema.Union([Schema.String, looseStruct({ url: Schema.String, detail: nullish(Schema.String) })])
  }),
  looseStruct({
    type: Schema.Literal("document_url"),
    document_url: Schema.String,
    document_name: nullish(Schema.String)
  }),
  looseStruct({ type: Schema.Literal("file"), file_id: Schema.String }),
  looseStruct({ type: Schema.Literal("input_audio"), input_audio: Schema.String }),
  Unknown
])

/**
 * Any piece of content that the server sends.
 *
 * @category models
 * @since 0.1.0
 */
export type Received = typeof Received.Type

/**
 * Whether a piece of content is of a kind that this version does not know.
 *
 * @category guards
 * @since 0.1.0
 */
export const isUnknown = (content: Received): content is Unknown => !knownTypes.includes(content.type as never)
