/**
 * Parses JSON as far as it can be read: text whose end is missing, text that follows the value, and the notation of Python
 * (`{'a': None}`), in which some servers quote an error. `undefined` if nothing can be read.
 *
 * *Details*: of a value that is cut, only the members that are complete are kept.
 */
export const tolerantJson = (text: string): unknown => parse(text) ?? parseBeginning(text)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** A string in either kind of quotes, a bracket, a comma, or anything else. A quote alone begins a string that is cut. */
const tokens = /"[^"\\]*(?:\\[^][^"\\]*)*"|'[^'\\]*(?:\\[^][^'\\]*)*'|[[\]{}(),"']|[^[\]{}(),"']+/g

const brackets: Readonly<Record<string, string>> = { "{": "}", "[": "]", "(": "]" }

const parseBeginning = (text: string): unknown => {
  const parts: Array<string> = []
  const open: Array<string> = []
  // The number of parts, and of the brackets that are open, up to the last member that a comma or a bracket ends.
  let kept = 0
  let depth = 0
  for (const [token] of text.matchAll(tokens)) {
    if (token === "\"" || token === "'") break
    const closing = brackets[token]
    if (closing !== undefined) open.push(closing)
    const closes = /^[\]})]$/.test(token)
    // Python allows a comma before a bracket.
    if (closes && parts.at(-1) === ",") parts.pop()
    if (token === ",") kept = parts.length
    parts.push(closes ? open.pop() ?? "" : toJson(token))
    if (closes) kept = parts.length
    if (closes || token === ",") depth = open.length
    if (closes && depth === 0) break
  }
  const closed = (count: number, depth: number): unknown =>
    parse([...parts.slice(0, count), ...open.slice(0, depth).reverse()].join(""))
  // A number at the end may lack digits; a text at the end is whole.
  return (parts.at(-1)?.endsWith("\"") === true ? closed(parts.length, open.length) : undefined) ?? closed(kept, depth)
}

/** A token in JSON's notation. Only Python has texts in single quotes, tuples and capital letters. */
const toJson = (token: string): string =>
  token.startsWith("'")
    ? `"${token.slice(1, -1).replaceAll("\\'", "'").replaceAll("\"", "\\\"")}"`
    : token.startsWith("\"")
    ? token
    : token === "("
    ? "["
    : token.replace("None", "null").replace("True", "true").replace("False", "false")
