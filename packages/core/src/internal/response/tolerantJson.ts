import { parseJson } from "../json/parseJson.ts"

/**
 * Parses JSON as far as it can be read: text whose end is missing, text that follows the value, and the notation of Python
 * (`{'a': None}`), in which some servers quote an error. `undefined` if nothing can be read.
 *
 * *Details*: of a value that is cut, only the members that a comma or a bracket ends are kept. The notation of Python is
 * read where no text holds a quote.
 */
export const tolerantJson = (text: string): unknown =>
  parseJson(text) ?? parseJson(beginning(text)) ??
    parseJson(beginning(text.replaceAll("'", "\"").replace(/\b(?:None|True|False)\b/g, (name) => constants[name]!)))

const constants: Readonly<Record<string, string>> = { None: "null", True: "true", False: "false" }

/** The first value of a text, up to its last complete member, with the brackets that are missing. */
const beginning = (text: string): string => {
  const open: Array<string> = []
  let end = 0
  let depth = 0
  // A string, which may be cut, or a bracket or a comma outside of strings.
  for (const { 0: token, index } of text.matchAll(/"[^"\\]*(?:\\[^][^"\\]*)*"?|[[\]{},]/g)) {
    if (token === "{") open.push("}")
    else if (token === "[") open.push("]")
    else if (!token.startsWith("\"")) {
      if (token !== ",") open.pop()
      end = token === "," ? index : index + 1
      depth = open.length
      if (depth === 0) break
    }
  }
  return text.slice(0, end) + open.slice(0, depth).toReversed().join("")
}
