import type * as OcrDocument from "@effect-mistral/core/OcrDocument"

/** One element of a page: a block of text in markdown, a table or an image. */
export interface PageElement {
  readonly type: (typeof OcrDocument.knownBlockTypes)[number]
  /** The content in markdown; `""` for an image. */
  readonly content: string
  /** The number of a table among the tables of the document, and of an image among the images. */
  readonly number?: number | undefined
  /** The size of an image in pixels. */
  readonly size?: readonly [width: number, height: number] | undefined
}

/** A page of a document before it is written down. */
export type PageContent = ReadonlyArray<PageElement>

/** The rows of a table in markdown, without the row of dashes. */
const rowsOf = (markdown: string): ReadonlyArray<ReadonlyArray<string>> =>
  markdown.split("\n")
    .map((line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim()))
    .filter((cells) => !cells.every((cell) => /^:?-+:?$/.test(cell)))

const escaped = (text: string): string => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;")

/** Converts a table from markdown to HTML. */
export const htmlTable = (markdown: string): string => {
  const [head = [], ...rows] = rowsOf(markdown)
  const row = (cells: ReadonlyArray<string>, tag: "th" | "td") =>
    `<tr>${cells.map((cell) => `<${tag}>${escaped(cell)}</${tag}>`).join("")}</tr>`
  return `<table>${row(head, "th")}${rows.map((cells) => row(cells, "td")).join("")}</table>`
}
