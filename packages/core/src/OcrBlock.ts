/**
 * The blocks of a page that was read: paragraphs, titles, tables, images and so on.
 *
 * `OcrDocument` re-exports all of them.
 *
 * @see https://docs.mistral.ai/api/endpoint/ocr
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { unknownMember } from "./internal/schema/repair.ts"
import type { UnknownType } from "./ReceivedContent.ts"
import { looseStruct, nullish } from "./WireSchema.ts"

const blockConfidence = looseStruct({
  average_content_confidence_score: nullish(Schema.Number),
  minimum_content_confidence_score: nullish(Schema.Number),
  block_type_confidence_score: nullish(Schema.Number)
})

/**
 * The confidence in a block.
 *
 * @category models
 * @since 0.1.0
 */
export interface BlockConfidence extends Schema.Schema.Type<typeof blockConfidence> {}

/**
 * The schema of the confidence in a block, from 0 to 1: in its content and in its type.
 *
 * @category schemas
 * @since 0.1.0
 */
export const BlockConfidence: Schema.Codec<BlockConfidence> = blockConfidence

const textTypes = [
  "text",
  "title",
  "list",
  "equation",
  "caption",
  "code",
  "references",
  "aside_text",
  "header",
  "footer",
  "signature"
] as const

/**
 * The types of blocks that this version knows.
 *
 * @category constants
 * @since 0.1.0
 */
export const knownBlockTypes = [...textTypes, "image", "table"] as const

const block = {
  top_left_x: Schema.Number,
  top_left_y: Schema.Number,
  bottom_right_x: Schema.Number,
  bottom_right_y: Schema.Number,
  content: Schema.String,
  confidence_scores: nullish(BlockConfidence)
}

const textBlock = looseStruct({ type: Schema.Literals(textTypes), ...block })

/**
 * A block of text on a page, such as a paragraph, a title or a list.
 *
 * @category models
 * @since 0.1.0
 */
export interface TextBlock extends Schema.Schema.Type<typeof textBlock> {}

const imageBlock = looseStruct({ type: Schema.Literal("image"), ...block, image_id: nullish(Schema.String) })

/**
 * The block of an image. `image_id` is its id in the `images` of the page.
 *
 * @category models
 * @since 0.1.0
 */
export interface ImageBlock extends Schema.Schema.Type<typeof imageBlock> {}

const tableBlock = looseStruct({ type: Schema.Literal("table"), ...block, table_id: nullish(Schema.String) })

/**
 * The block of a table. `table_id` is its id in the `tables` of the page, where the request had a `table_format`.
 *
 * @category models
 * @since 0.1.0
 */
export interface TableBlock extends Schema.Schema.Type<typeof tableBlock> {}

/**
 * A block of a type that this version does not know, with all its keys.
 *
 * *Details*: a block of a known type whose shape is unknown is one too: its `type` is read as `unknown:text`, for example,
 * and its other keys are as they were received. At runtime `type` is a string, which `String(type)` gives.
 *
 * @category models
 * @since 0.1.0
 */
export interface UnknownBlock {
  readonly type: UnknownType
  readonly [key: string]: unknown
}

const isKnownType = (type: unknown): boolean => {
  const known: ReadonlyArray<unknown> = knownBlockTypes
  return known.includes(type)
}

const unknownBlock = Schema.StructWithRest(
  Schema.Struct({
    type: Schema.String.check(
      Schema.makeFilter((type) => type !== "" && !isKnownType(type), {
        expected: "an unknown type"
      })
    )
  }),
  [Schema.Record(Schema.String, Schema.Unknown)]
  // The cast is safe: the runtime value is the received object; only the type of `type` is narrowed, see `UnknownType`.
) as unknown as Schema.Codec<UnknownBlock, UnknownBlock>

/** Makes a block of an unknown type of a value that has the shape of no block. */
const toUnknownBlock = (value: unknown) => {
  if (typeof value !== "object" || Array.isArray(value)) return { type: "unknown", value }
  const { type, ...rest } = { type: undefined, ...value }
  return { type: type ? `unknown:${typeof type === "string" ? type : JSON.stringify(type)}` : "unknown", ...rest }
}

/**
 * A block of a page: a paragraph, a title, a table, an image and so on.
 *
 * @category models
 * @since 0.1.0
 */
export type Block = TextBlock | ImageBlock | TableBlock | UnknownBlock

/**
 * The schema of a block of a page, with its place in pixels of the page. Types and keys that this version does not know are
 * kept.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Block: Schema.Codec<Block> = Schema.Union([textBlock, imageBlock, tableBlock, unknownBlock]).annotate({
  [unknownMember]: toUnknownBlock
})

/**
 * Whether a block is of a type that this version does not know.
 *
 * @category guards
 * @since 0.1.0
 */
export const isUnknownBlock = (block: Block): block is UnknownBlock => !isKnownType(block.type)
