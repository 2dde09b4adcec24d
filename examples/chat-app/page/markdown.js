/** Shows Markdown as elements: paragraphs, headings, lists, quotes and blocks of code. A text may end anywhere in it. */
import { element } from "./dom.js"
import { inline } from "./inline.js"

const fence = /^ {0,3}```\s*(?<language>[\w+-]*)/u
const heading = /^(?<hashes>#{1,6})\s+(?<title>.*)$/u
const item = /^\s*(?:(?<bullet>[-*+])|(?<number>\d{1,9})[.)])\s+(?<text>.*)$/u
const quote = /^>\s?(?<text>.*)$/u

/** @param {string} line */
const begins = (line) => fence.test(line) || heading.test(line) || item.test(line) || quote.test(line)

/**
 * Turns Markdown into elements, one for each block.
 *
 * @param {string} text
 * @returns {Array<HTMLElement>}
 */
export const markdown = (text) => {
  const lines = text.split("\n")
  /** @type {Array<HTMLElement>} */
  const blocks = []
  while (lines.length > 0) {
    const line = lines[0] ?? ""
    if (line.trim() === "") lines.shift()
    else if (fence.test(line)) blocks.push(codeBlock(lines))
    else if (heading.test(line)) blocks.push(title(lines))
    else if (item.test(line)) blocks.push(list(lines))
    else if (quote.test(line)) blocks.push(element("blockquote", {}, ...markdown(takeWhile(lines, quote).join("\n"))))
    else blocks.push(paragraph(lines))
  }
  return blocks
}

/**
 * Takes the lines that match, without their marks.
 *
 * @param {Array<string>} lines
 * @param {RegExp} pattern
 */
const takeWhile = (lines, pattern) => {
  /** @type {Array<string>} */
  const taken = []
  for (let found = pattern.exec(lines[0] ?? ""); found !== null; found = pattern.exec(lines[0] ?? "")) {
    taken.push(found.groups?.["text"] ?? "")
    lines.shift()
  }
  return taken
}

/** @param {Array<string>} lines */
const codeBlock = (lines) => {
  const language = fence.exec(lines.shift() ?? "")?.groups?.["language"] ?? ""
  /** @type {Array<string>} */
  const code = []
  while (lines.length > 0 && !/^ {0,3}```\s*$/u.test(lines[0] ?? "")) code.push(lines.shift() ?? "")
  lines.shift()
  const label = language === "" ? "Code" : `Code in ${language}`
  return element("pre", { tabindex: "0", role: "region", "aria-label": label }, element("code", {}, code.join("\n")))
}

/** @param {Array<string>} lines */
const title = (lines) => {
  const { hashes = "", title = "" } = heading.exec(lines.shift() ?? "")?.groups ?? {}
  return element(hashes.length < 3 ? "h3" : "h4", {}, ...inline(title))
}

/** @param {Array<string>} lines */
const list = (lines) => {
  const first = item.exec(lines[0] ?? "")?.groups ?? {}
  const ordered = first["number"] !== undefined
  const made = ordered ? element("ol", { start: first["number"] ?? "1" }) : element("ul")
  for (let found = item.exec(lines[0] ?? ""); found !== null; found = item.exec(lines[0] ?? "")) {
    if ((found.groups?.["number"] !== undefined) !== ordered) break
    lines.shift()
    const texts = [found.groups?.["text"] ?? ""]
    while (/^\s+\S/u.test(lines[0] ?? "") && !begins(lines[0] ?? "")) texts.push((lines.shift() ?? "").trim())
    made.append(element("li", {}, ...inline(texts.join(" "))))
    // An empty line between two items keeps them in one list.
    if ((lines[0] ?? "").trim() === "" && item.test(lines[1] ?? "")) lines.shift()
  }
  return made
}

/** @param {Array<string>} lines */
const paragraph = (lines) => {
  const texts = [lines.shift() ?? ""]
  while ((lines[0] ?? "").trim() !== "" && !begins(lines[0] ?? "")) texts.push(lines.shift() ?? "")
  return element("p", {}, ...inline(texts.join("\n")))
}
