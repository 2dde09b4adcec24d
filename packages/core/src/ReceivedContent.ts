/**
 * Pieces of content in a response. Kinds and keys that this version does not know are kept.
 *
 * `Content` re-exports all of them, with the strict pieces of a request.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { unknownMember } from "./internal/schema/repair.ts"
import { looseStruct, nullish } from "./WireSchema.ts"

/**
 * The kinds of content that this version knows, by their `type`.
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
 * The `type` of a piece of content that this version does not know. At runtime it is a string, which `String(type)` gives.
 *
 * *Details*: it is not typed as `string` because TypeScript could then no longer narrow the known kinds by their `type`.
 *
 * @category models
 * @since 0.1.0
 */
export interface UnknownType {
  readonly "~@effect-mistral/core/Content/UnknownType": never
}

/**
 * A piece of content of a kind that this version does not know, with all its keys.
 *
 * *Details*: a piece of a known kind whose shape is unknown, such as `{ type: "text" }` without `text`, is one too. So that
 * code that narrows by `type` stays safe, its `type` is read as `unknown:text`, and its other keys are as they were
 * received. A piece without `type` has the type `unknown`, and one that is no object at all is under the key `value`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Unknown {
  readonly type: UnknownType
  readonly [key: string]: unknown
}

/**
 * The schema of a piece of content of a kind that this version does not know: an object whose `type` is another string,
 * and not empty.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Unknown = Schema.StructWithRest(
  Schema.Struct({
    type: Schema.String.check(
      Schema.makeFilter((type) => type !== "" && !knownTypes.includes(type as never), { expected: "an unknown type" })
    )
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
  // The cast is safe: the runtime value is the received object; only the type of `type` is narrowed, see `UnknownType`.
) as unknown as Schema.Codec<Unknown, Unknown>

/** Makes an unknown kind of a piece that has the shape of no kind. A bare string is a text. */
const unknownPiece = (piece: unknown) => {
  if (typeof piece === "string") return { type: "text", text: piece }
  if (typeof piece !== "object" || Array.isArray(piece)) return { type: "unknown", value: piece }
  const { type, ...rest } = { type: undefined, ...piece }
  return { type: type ? `unknown:${typeof type === "string" ? type : JSON.stringify(type)}` : "unknown", ...rest }
}

const receivedText = looseStruct({ type: Schema.Literal("text"), text: Schema.String })

/**
 * A piece of text in a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedText extends Schema.Schema.Type<typeof receivedText> {}

const receivedReference = looseStruct({
  type: Schema.Literal("reference"),
  reference_ids: Schema.Array(Schema.Union([Schema.Int, Schema.String]))
})

/**
 * A reference to sources in a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedReference extends Schema.Schema.Type<typeof receivedReference> {}

const receivedToolReference = looseStruct({
  type: Schema.Literal("tool_reference"),
  tool: Schema.String,
  title: Schema.optionalKey(Schema.String),
  url: nullish(Schema.String),
  favicon: nullish(Schema.String),
  description: nullish(Schema.String)
})

/**
 * A page or document that a built-in tool read, in a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedToolReference extends Schema.Schema.Type<typeof receivedToolReference> {}

const receivedThinkingPiece: Schema.Codec<ReceivedText | ReceivedReference | ReceivedToolReference | Unknown> = Schema
  .Union([receivedText, receivedReference, receivedToolReference, Unknown])
  .annotate({ [unknownMember]: unknownPiece })

/**
 * The schema of a reasoning model's thinking in a response.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReceivedThinking = looseStruct({
  type: Schema.Literal("thinking"),
  thinking: Schema.Array(receivedThinkingPiece),
  signature: nullish(Schema.String),
  closed: nullish(Schema.Boolean)
})

/**
 * The thinking of a reasoning model in a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedThinking extends Schema.Schema.Type<typeof ReceivedThinking> {}

const receivedImageUrl = looseStruct({
  type: Schema.Literal("image_url"),
  image_url: Schema.Union([Schema.String, looseStruct({ url: Schema.String, detail: nullish(Schema.String) })])
})

/**
 * An image in a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedImageUrl extends Schema.Schema.Type<typeof receivedImageUrl> {}

const receivedDocumentUrl = looseStruct({
  type: Schema.Literal("document_url"),
  document_url: Schema.String,
  document_name: nullish(Schema.String)
})

/**
 * A document in a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedDocumentUrl extends Schema.Schema.Type<typeof receivedDocumentUrl> {}

const receivedFile = looseStruct({ type: Schema.Literal("file"), file_id: Schema.String })

/**
 * A file in a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedFile extends Schema.Schema.Type<typeof receivedFile> {}

const receivedInputAudio = looseStruct({ type: Schema.Literal("input_audio"), input_audio: Schema.String })

/**
 * An audio recording in a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReceivedInputAudio extends Schema.Schema.Type<typeof receivedInputAudio> {}

/**
 * A piece of content in a response.
 *
 * @category models
 * @since 0.1.0
 */
export type Received =
  | ReceivedText
  | ReceivedThinking
  | ReceivedReference
  | ReceivedToolReference
  | ReceivedImageUrl
  | ReceivedDocumentUrl
  | ReceivedFile
  | ReceivedInputAudio
  | Unknown

/**
 * The schema of a piece of content in a response. Kinds and keys that this version does not know are kept.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Received: Schema.Codec<Received> = Schema.Union([
  receivedText,
  ReceivedThinking,
  receivedReference,
  receivedToolReference,
  receivedImageUrl,
  receivedDocumentUrl,
  receivedFile,
  receivedInputAudio,
  Unknown
]).annotate({ [unknownMember]: unknownPiece })

/**
 * Whether a piece of content is of a kind that this version does not know.
 *
 * @category guards
 * @since 0.1.0
 */
export const isUnknown = (content: Received): content is Unknown => !knownTypes.includes(content.type as never)
