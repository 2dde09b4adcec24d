import type { PageContent, PageElement } from "./pageElement.ts"

/** The number of characters from which a new page begins. */
const full = 3000

/**
 * Splits a text into pages: at each form feed, and after about 3,000 characters, between two paragraphs. Every paragraph is
 * kept as it is.
 */
export const textPages = (text: string): ReadonlyArray<PageContent> => {
  const pages: Array<Array<PageElement>> = []
  let tables = 0
  for (const sheet of text.replaceAll("\r\n", "\n").split("\f")) {
    let page: Array<PageElement> = []
    let length = 0
    pages.push(page)
    for (const content of paragraphs(sheet)) {
      if (page.length > 0 && length + content.length > full) {
        page = []
        length = 0
        pages.push(page)
      }
      const type = typeOf(content)
      page.push(type === "table" ? { type, content, number: tables++ } : { type, content })
      length += content.length
    }
  }
  return pages
}

/** The paragraphs of a text: parts between empty lines. Empty lines inside a block of code do not end it. */
const paragraphs = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  let lines: Array<string> = []
  let fence: string | undefined
  for (const line of text.split("\n")) {
    const mark = /^\s{0,3}(```|~~~)/.exec(line)?.[1]
    if (fence === undefined) fence = mark
    else if (mark === fence) fence = undefined
    if (line.trim() !== "" || fence !== undefined) {
      lines.push(line)
    } else if (lines.length > 0) {
      found.push(lines.join("\n"))
      lines = []
    }
  }
  if (lines.length > 0) found.push(lines.join("\n"))
  return found
}

const typeOf = (paragraph: string): PageElement["type"] => {
  const lines = paragraph.split("\n")
  if (/^#{1,6} /.test(paragraph) && lines.length === 1) return "title"
  if (/^\s{0,3}(```|~~~)/.test(paragraph)) return "code"
  if (paragraph.startsWith("$$")) return "equation"
  if (lines.length > 1 && lines.every(isRow)) return "table"
  return lines.every((line) => /^\s*([-*+]|\d{1,4}[.)]) /.test(line)) ? "list" : "text"
}

const isRow = (line: string): boolean => {
  const row = line.trim()
  return row.length > 1 && row.startsWith("|") && row.endsWith("|")
}
