/**
 * The pieces of a message's content where it is more than one string: text, images, documents, files, references, thinking
 * and audio.
 *
 * The schemas with plain names are for requests and are strict. `Received` and the names that begin with it are for
 * responses: the same kinds with any further keys, and kinds that this version does not know.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { nullable } from "./WireSchema.ts"

export * from "./ReceivedContent.ts"

/**
 * The schema of a piece of text: `{ type: "text", text }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Text = Schema.Struct({ type: Schema.Literal("text"), text: Schema.String })

/**
 * A piece of text.
 *
 * @category models
 * @since 0.1.0
 */
export interface Text extends Schema.Schema.Type<typeof Text> {}

/**
 * The schema of an image's level of detail.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ImageDetail = Schema.Literals(["low", "auto", "high"])

/**
 * The level of detail at which a model sees an image.
 *
 * @category models
 * @since 0.1.0
 */
export type ImageDetail = typeof ImageDetail.Type

/**
 * The schema of an image, given by its URL or as a `data:` URL: `{ type: "image_url", image_url }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ImageUrl = Schema.Struct({
  type: Schema.Literal("image_url"),
  image_url: Schema.Union([Schema.String, Schema.Struct({ url: Schema.String, detail: nullable(ImageDetail) })])
})

/**
 * An image, given by its URL.
 *
 * @category models
 * @since 0.1.0
 */
export interface ImageUrl extends Schema.Schema.Type<typeof ImageUrl> {}

/**
 * The schema of a document, given by its URL: `{ type: "document_url", document_url, document_name? }`.
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
 * A document, given by its URL.
 *
 * @category models
 * @since 0.1.0
 */
export interface DocumentUrl extends Schema.Schema.Type<typeof DocumentUrl> {}

/** A UUID of version 1 to 8, or the one of zeros or of ones only. A JSON Schema has no flag for the case of letters. */
const uuid = /^(?=.{14}[1-8].{4}[89abAB]|[0-]+$|[fF-]+$)[\da-fA-F]{8}(-[\da-fA-F]{4}){3}-[\da-fA-F]{12}$/

/**
 * The schema of an uploaded file, given by its id: `{ type: "file", file_id }`. The id is a UUID.
 *
 * @category schemas
 * @since 0.1.0
 */
export const File = Schema.Struct({
  type: Schema.Literal("file"),
  file_id: Schema.String.check(Schema.makeFilter((id) => uuid.test(id), {
    expected: "a UUID",
    toJsonSchema: () => ({ pattern: uuid.source, format: "uuid" })
  }))
})

/**
 * An uploaded file, given by its id.
 *
 * @category models
 * @since 0.1.0
 */
export interface File extends Schema.Schema.Type<typeof File> {}

/**
 * The schema of a reference to sources that the model was given: `{ type: "reference", reference_ids }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Reference = Schema.Struct({
  type: Schema.Literal("reference"),
  reference_ids: Schema.Array(Schema.Union([Schema.Int, Schema.String]))
})

/**
 * A reference to sources that the model was given.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reference extends Schema.Schema.Type<typeof Reference> {}

/**
 * The schema of a page or document that a built-in tool read: `{ type: "tool_reference", tool, title, url?, ... }`. It
 * occurs inside thinking.
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
 * A page or document that a built-in tool read.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolReference extends Schema.Schema.Type<typeof ToolReference> {}

const thinkingPiece: Schema.Codec<Text | ToolReference | Reference> = Schema.Union([Text, ToolReference, Reference])

/**
 * The schema of a reasoning model's thinking: `{ type: "thinking", thinking, signature?, closed? }`.
 *
 * *When to use*: send the thinking of a response back unchanged in the next turn; `Message.fromReceived` does so.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Thinking = Schema.Struct({
  type: Schema.Literal("thinking"),
  thinking: Schema.Array(thinkingPiece),
  signature: nullable(Schema.String),
  closed: Schema.optional(Schema.Boolean)
})

/**
 * The thinking of a reasoning model, in a request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Thinking extends Schema.Schema.Type<typeof Thinking> {}

/**
 * The schema of an audio recording, as base64 (without a `data:` prefix) or by its URL:
 * `{ type: "input_audio", input_audio }`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const InputAudio = Schema.Struct({ type: Schema.Literal("input_audio"), input_audio: Schema.String })

/**
 * An audio recording.
 *
 * @category models
 * @since 0.1.0
 */
export interface InputAudio extends Schema.Schema.Type<typeof InputAudio> {}

/**
 * A piece of content of a user, assistant or tool message in a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Content = Text | ImageUrl | DocumentUrl | File | Reference | Thinking | InputAudio

/**
 * The schema of a piece of content of a user, assistant or tool message in a request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Content: Schema.Codec<Content> = Schema.Union([
  Text,
  ImageUrl,
  DocumentUrl,
  File,
  Reference,
  Thinking,
  InputAudio
])

/**
 * A piece of content of a system message in a request.
 *
 * @category models
 * @since 0.1.0
 */
export type SystemContent = Text | Thinking

/**
 * The schema of a piece of content of a system message in a request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SystemContent: Schema.Codec<SystemContent> = Schema.Union([Text, Thinking])
