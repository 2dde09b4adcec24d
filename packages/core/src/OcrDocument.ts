/**
 * Optical character recognition: the request and the response of `POST /v1/ocr`.
 *
 * @see https://docs.mistral.ai/api/endpoint/ocr
 * @since 0.1.0
 */
import * as Base64 from "effect/encoding/Base64"
import * as Schema from "effect/Schema"
import { DocumentUrl, File, ImageUrl } from "./Content.ts"
import { Block } from "./OcrBlock.ts"
import { ResponseFormat } from "./ResponseFormat.ts"
import { looseStruct, nullable, nullish, openEnum } from "./WireSchema.ts"

export * from "./OcrBlock.ts"

/**
 * The document of a request: a file that was uploaded, or the URL of a document or an image.
 *
 * @category models
 * @since 0.1.0
 */
export type Document = File | DocumentUrl | ImageUrl

/**
 * The schema of the document of a request. A URL may be a `data:` URL, which holds the document itself; `fromBytes` makes
 * one.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Document: Schema.Codec<Document> = Schema.Union([File, DocumentUrl, ImageUrl])

const annotationFormat: Schema.Codec<ResponseFormat> = ResponseFormat.check(
  Schema.makeFilter(({ json_schema, type }) =>
    type === "json_schema" && json_schema != null ||
    { path: [], issue: "Expected the type json_schema, and a json_schema" }
  )
)

/**
 * The schema of a request. Required: `model` and `document`.
 *
 * *Details*: `pages` are counted from 0: a list, or a text such as `"0-3,5"`. With `table_format` and with images, the
 * markdown has links such as `[tbl-0.html](tbl-0.html)`, and the content is in `tables` and `images`; `markdown` puts it
 * back. `extract_header` and `extract_footer` move those out of the markdown. `image_min_size` is in pixels.
 *
 * `StructuredOutput.responseFormat` makes the `document_annotation_format`, by which a model reads the whole document, and
 * the `bbox_annotation_format`, by which it reads each image. `Ocr.documentAnnotation` and `Ocr.imageAnnotation` read the
 * results.
 *
 * *Gotchas*: the server returns the blocks of a page unless `include_blocks` is `false`, and the images without their
 * content unless `include_image_base64` is `true`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Request = Schema.Struct({
  model: Schema.NullOr(Schema.String),
  document: Document,
  pages: nullable(Schema.Union([Schema.String, Schema.Array(Schema.Int)])),
  include_image_base64: nullable(Schema.Boolean),
  image_limit: nullable(Schema.Int),
  image_min_size: nullable(Schema.Int),
  bbox_annotation_format: nullable(annotationFormat),
  document_annotation_format: nullable(annotationFormat),
  document_annotation_prompt: nullable(Schema.String),
  table_format: nullable(Schema.Literals(["markdown", "html"])),
  extract_header: Schema.optional(Schema.Boolean),
  extract_footer: Schema.optional(Schema.Boolean),
  include_blocks: Schema.optional(Schema.Boolean),
  confidence_scores_granularity: nullable(Schema.Literals(["word", "page", "block"]))
}).check(
  Schema.makeFilter(({ document_annotation_format, document_annotation_prompt }) =>
    document_annotation_prompt == null || document_annotation_format != null ||
    { path: ["document_annotation_prompt"], issue: "Expected a document_annotation_format beside a prompt" }
  )
)

/**
 * A request.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends Schema.Schema.Type<typeof Request> {}

const wordConfidence = looseStruct({
  text: Schema.String,
  confidence: Schema.Number,
  start_index: nullish(Schema.Number)
})

/**
 * The confidence in one word.
 *
 * @category models
 * @since 0.1.0
 */
export interface WordConfidence extends Schema.Schema.Type<typeof wordConfidence> {}

/**
 * The schema of the confidence in one word, from 0 to 1. `start_index` is its place in the markdown of the page, or in the
 * content of its table.
 *
 * @category schemas
 * @since 0.1.0
 */
export const WordConfidence: Schema.Codec<WordConfidence> = wordConfidence

const pageConfidence = looseStruct({
  average_page_confidence_score: nullish(Schema.Number),
  minimum_page_confidence_score: nullish(Schema.Number),
  word_confidence_scores: nullish(Schema.Array(WordConfidence))
})

/**
 * The confidence in the text of a page.
 *
 * @category models
 * @since 0.1.0
 */
export interface PageConfidence extends Schema.Schema.Type<typeof pageConfidence> {}

/**
 * The schema of the confidence in the text of a page, from 0 to 1. Each word has its own where the granularity of the
 * request was `word`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const PageConfidence: Schema.Codec<PageConfidence> = pageConfidence

const image = looseStruct({
  id: Schema.String,
  top_left_x: nullish(Schema.Number),
  top_left_y: nullish(Schema.Number),
  bottom_right_x: nullish(Schema.Number),
  bottom_right_y: nullish(Schema.Number),
  image_base64: nullish(Schema.String),
  image_annotation: nullish(Schema.String)
})

/**
 * An image on a page.
 *
 * @category models
 * @since 0.1.0
 */
export interface Image extends Schema.Schema.Type<typeof image> {}

/**
 * The schema of an image on a page: its place in pixels of the page, its content as a `data:` URL where the request had
 * `include_image_base64`, and its annotation as JSON text where the request had a `bbox_annotation_format`.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Image: Schema.Codec<Image> = image

const table = looseStruct({
  id: Schema.String,
  content: Schema.String,
  format: nullish(openEnum("markdown", "html")),
  word_confidence_scores: nullish(Schema.Array(WordConfidence))
})

/**
 * A table on a page.
 *
 * @category models
 * @since 0.1.0
 */
export interface Table extends Schema.Schema.Type<typeof table> {}

/**
 * The schema of a table on a page, in the `table_format` of the request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Table: Schema.Codec<Table> = table

const dimensions = looseStruct({
  dpi: nullish(Schema.Number),
  height: nullish(Schema.Number),
  width: nullish(Schema.Number)
})

/**
 * The size of a page.
 *
 * @category models
 * @since 0.1.0
 */
export interface Dimensions extends Schema.Schema.Type<typeof dimensions> {}

/**
 * The schema of the size of a page as an image: pixels, and dots per inch.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Dimensions: Schema.Codec<Dimensions> = dimensions

const page = looseStruct({
  index: Schema.Int,
  markdown: Schema.String,
  images: Schema.Array(Image),
  tables: nullish(Schema.Array(Table)),
  hyperlinks: nullish(Schema.Array(Schema.String)),
  header: nullish(Schema.String),
  footer: nullish(Schema.String),
  dimensions: nullish(Dimensions),
  confidence_scores: nullish(PageConfidence),
  blocks: nullish(Schema.Array(Block))
})

/**
 * A page.
 *
 * @category models
 * @since 0.1.0
 */
export interface Page extends Schema.Schema.Type<typeof page> {}

/**
 * The schema of a page: its text as markdown, and its images. `index` is counted from 0.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Page: Schema.Codec<Page> = page

const usageInfo = looseStruct({ pages_processed: nullish(Schema.Number), doc_size_bytes: nullish(Schema.Number) })

/**
 * What a request used.
 *
 * @category models
 * @since 0.1.0
 */
export interface UsageInfo extends Schema.Schema.Type<typeof usageInfo> {}

/**
 * The schema of what a request used: pages that were read, and bytes of the document.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UsageInfo: Schema.Codec<UsageInfo> = usageInfo

/**
 * The schema of a response. `document_annotation` is JSON text, which `Ocr.documentAnnotation` reads.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Response = looseStruct({
  pages: Schema.Array(Page),
  model: Schema.String,
  document_annotation: nullish(Schema.String),
  usage_info: nullish(UsageInfo)
})

/**
 * A response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response extends Schema.Schema.Type<typeof Response> {}

/**
 * Makes the document of a request from its bytes: an `image_url` for the media type of an image, or else a `document_url`.
 *
 * *When to use*: for a document of some megabytes. Upload a larger one as a file, and send its id.
 *
 * *Details*: the request holds the bytes as base64, which is a third longer.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromBytes = (bytes: Uint8Array, mediaType: string, name?: string): DocumentUrl | ImageUrl => {
  const url = `data:${mediaType};base64,${Base64.encode(bytes)}`
  return /^image\//i.test(mediaType)
    ? { type: "image_url", image_url: url }
    : { type: "document_url", document_url: url, ...(name === undefined ? undefined : { document_name: name }) }
}

/**
 * Returns the markdown of the pages of a response, in the order of the response, with an empty line between two pages.
 *
 * *Details*: with `inline: true` each link to a table becomes the table, and each link to an image whose content was
 * received becomes an image with that content. Links to others stay. `separator` is put between two pages.
 *
 * @category getters
 * @since 0.1.0
 */
export const markdown = (
  response: Pick<Response, "pages">,
  options?: { readonly inline?: boolean | undefined; readonly separator?: string | undefined }
): string =>
  response.pages.map((page) => options?.inline === true ? inlined(page) : page.markdown)
    .join(options?.separator ?? "\n\n")

const inlined = ({ images, markdown, tables }: Page): string => {
  let text = markdown
  for (const { content, id } of tables ?? []) text = text.replaceAll(`[${id}](${id})`, () => content)
  for (const { id, image_base64: data } of images) {
    if (data) text = text.replaceAll(`![${id}](${id})`, () => `![${id}](${dataUrl(data, id)})`)
  }
  return text
}

/** The content of an image as a `data:` URL, also where it was sent as bare base64. */
const dataUrl = (data: string, id: string): string =>
  data.startsWith("data:")
    ? data
    : `data:image/${/\.(png|gif|webp)$/i.exec(id)?.[1]?.toLowerCase() ?? "jpeg"};base64,${data}`
