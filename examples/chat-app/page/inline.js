/** Shows the inline marks of Markdown: code, bold, italic and links. Everything else, HTML included, is text. */
import { element } from "./dom.js"

const mark =
  /`(?<code>[^`\n]+)`|\*\*(?<bold>[^*\n](?:[^\n]*?[^*\n])??)\*\*|(?<![\w*])\*(?<italic>[^*\s](?:[^*\n]*[^*\s])?)\*(?![\w*])|\[(?<label>[^\]\n]+)\]\((?<url>https?:\/\/[^\s()<>"]+)\)/u

/**
 * Turns a text with inline marks into nodes. A link must begin with `https:` or `http:`, so that none runs a script.
 *
 * @param {string} text
 * @returns {Array<Node | string>}
 */
export const inline = (text) => {
  /** @type {Array<Node | string>} */
  const nodes = []
  let rest = text
  for (let found = mark.exec(rest); found !== null; found = mark.exec(rest)) {
    nodes.push(rest.slice(0, found.index), marked(found.groups ?? {}))
    rest = rest.slice(found.index + found[0].length)
  }
  return [...nodes, rest].filter((node) => node !== "")
}

/** @param {Readonly<Record<string, string | undefined>>} groups */
const marked = ({ bold, code, italic, label = "", url = "" }) => {
  if (code !== undefined) return element("code", {}, code)
  if (bold !== undefined) return element("strong", {}, ...inline(bold))
  if (italic !== undefined) return element("em", {}, ...inline(italic))
  return element("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, ...inline(label))
}
