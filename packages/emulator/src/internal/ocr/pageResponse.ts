import type * as OcrDocument from "@effect-mistral/core/OcrDocument"
import { summaryOf, wordScores } from "./confidence.ts"
import { htmlTable, type PageContent, type PageElement } from "./pageElement.ts"
import { pictureUrl } from "./picture.ts"

/** How pages are written down. */
export interface PageFormat {
  readonly request: OcrDocument.Request
  /** The key of the document and the seed. */
  readonly key: string
  /** The annotation of an image, as JSON text. */
  readonly annotate: (image: number) => string | null
}

/** The size of a page as an image. */
const dimensions = { dpi: 200, height: 2200, width: 1700 }

const margin = 150

/** The space between two blocks. */
const gap = 30

/** An element at its place on the page. */
interface Placed {
  readonly element: PageElement
  readonly place: {
    readonly top_left_x: number
    readonly top_left_y: number
    readonly bottom_right_x: number
    readonly bottom_right_y: number
  }
}

const heightOf = ({ content, size, type }: PageElement): number =>
  size?.[1] ?? content.split("\n").reduce((sum, line) => sum + Math.ceil((line.length + 1) / 90), 0) *
      (type === "title" ? 60 : 40)

/** Places the elements below each other. A page with much on it is written smaller. */
const placed = (content: PageContent): ReadonlyArray<Placed> => {
  const wanted = content.reduce((sum, element) => sum + heightOf(element) + gap, 0)
  const scale = Math.min(1, (dimensions.height - 2 * margin) / wanted)
  let y = margin
  return content.map((element) => {
    const top = y
    const bottom = top + heightOf(element) * scale
    y = bottom + gap * scale
    const width = (element.size?.[0] ?? dimensions.width - 2 * margin) * (element.size === undefined ? 1 : scale)
    return {
      element,
      place: {
        top_left_x: margin,
        top_left_y: Math.floor(top),
        bottom_right_x: Math.floor(margin + width),
        bottom_right_y: Math.floor(bottom)
      }
    }
  })
}

/** Whether an image is large enough to be extracted. */
const isExtracted = ({ place }: Placed, { image_min_size: least }: OcrDocument.Request): boolean =>
  Math.min(place.bottom_right_x - place.top_left_x, place.bottom_right_y - place.top_left_y) >= (least ?? 0)

/** Writes a page down. `images` is the number of images that may still be extracted. */
export const pageResponse = (
  index: number,
  content: PageContent,
  images: number,
  format: PageFormat
): OcrDocument.Page => {
  const { key, request } = format
  let left = images
  const kept = placed(content).filter((one) =>
    one.element.type !== "image" || (isExtracted(one, request) && left-- > 0)
  )
  const blocks = kept.map((one) => ({ ...one, text: textOf(one.element, request) }))
  const has = (type: PageElement["type"]) => blocks.find(({ element }) => element.type === type)?.text
  const header = request.extract_header === true ? has("header") : undefined
  const footer = request.extract_footer === true ? has("footer") : undefined
  const markdown = blocks
    .filter(({ element: { type } }) =>
      !(type === "header" && header !== undefined) && !(type === "footer" && footer !== undefined)
    )
    .map(({ element, text }) => linkOf(element, request) ?? text)
    .join("\n\n")
  const granularity = request.confidence_scores_granularity
  const scores = wordScores(markdown, `${key}:${index}`)
  const summary = summaryOf(scores)
  return {
    index,
    markdown,
    images: blocks.flatMap(({ element, place }) =>
      element.type !== "image" ? [] : [{
        id: imageId(element),
        ...place,
        image_base64: request.include_image_base64 === true ? pictureUrl(`${key}:${element.number}`) : null,
        image_annotation: format.annotate(element.number ?? 0)
      }]
    ),
    tables: request.table_format == null ? [] : blocks.flatMap(({ element, text }) =>
      element.type !== "table" ? [] : [{
        id: tableId(element, request),
        content: text,
        format: request.table_format!,
        word_confidence_scores: granularity === "word" ? wordScores(text, `${key}:table:${element.number}`) : null
      }]
    ),
    hyperlinks: [...new Set(markdown.match(/https?:\/\/[^\s()<>[\]"]+/g) ?? [])],
    header: header ?? null,
    footer: footer ?? null,
    dimensions,
    confidence_scores: granularity == null ? null : {
      ...(granularity === "word" ? { word_confidence_scores: scores } : undefined),
      average_page_confidence_score: summary?.average ?? 1,
      minimum_page_confidence_score: summary?.minimum ?? 1
    },
    blocks: request.include_blocks === false ? null : blocks.map(({ element, place, text }, at) => ({
      ...place,
      content: text,
      confidence_scores: granularity === "block" ? blockConfidence(text, `${key}:${index}:${at}`) : null,
      ...typeOf(element, request)
    }))
  }
}

/** The content of an element as it is written: a table in the format of the request, and others in markdown. */
const textOf = ({ content, type }: PageElement, { table_format }: OcrDocument.Request): string =>
  type === "table" && table_format === "html" ? htmlTable(content) : content

const imageId = ({ number }: PageElement): string => `img-${number}.png`

const tableId = ({ number }: PageElement, { table_format }: OcrDocument.Request): string =>
  `tbl-${number}.${table_format === "html" ? "html" : "md"}`

/** The link that stands for an element in the markdown; `undefined` where the element itself does. */
const linkOf = (element: PageElement, request: OcrDocument.Request): string | undefined => {
  if (element.type === "image") return `![${imageId(element)}](${imageId(element)})`
  if (element.type !== "table" || request.table_format == null) return undefined
  return `[${tableId(element, request)}](${tableId(element, request)})`
}

const typeOf = (element: PageElement, request: OcrDocument.Request) =>
  element.type === "image"
    ? { type: element.type, image_id: imageId(element) }
    : element.type === "table"
    ? { type: element.type, table_id: request.table_format == null ? null : tableId(element, request) }
    : { type: element.type }

const blockConfidence = (text: string, key: string): OcrDocument.BlockConfidence => {
  const summary = summaryOf(wordScores(text, key))
  return {
    average_content_confidence_score: summary?.average ?? null,
    minimum_content_confidence_score: summary?.minimum ?? null,
    block_type_confidence_score: summaryOf(wordScores("type", `${key}:type`))?.average ?? null
  }
}
