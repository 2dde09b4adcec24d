// oxlint-disable-next-line no-control-regex -- JSON texts hold no bare control characters
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/

const atom = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/

const tokens = new RegExp(`\\s*(?:(${string.source})|(${atom.source})|([[\\]{},:]))`, "y")

/**
 * The position and the message of the first syntax error in a JSON text, in the words of Python's parser. The runtime's
 * own message has a position only for some errors.
 */
export const firstError = (text: string): { readonly at: number; readonly error: string } => {
  const open: Array<"{" | "["> = []
  let expected: "value" | "key" | "colon" | "end" = "value"
  let mayClose = false
  tokens.lastIndex = 0
  const say = (at: number): { readonly at: number; readonly error: string } => ({
    at,
    error: text[at] === "\""
      ? "Unterminated string or invalid escape"
      : expected === "value"
      ? "Expecting value"
      : expected === "key"
      ? "Expecting property name enclosed in double quotes"
      : expected === "colon"
      ? "Expecting ':' delimiter"
      : open.length === 0
      ? "Extra data"
      : "Expecting ',' delimiter"
  })
  for (;;) {
    const from = tokens.lastIndex
    const start = from + (/^\s*/.exec(text.slice(from, from + 4096))?.[0].length ?? 0)
    const match = tokens.exec(text)
    if (match === null) return say(start)
    const [, string, atom, mark] = match
    const wanted = expected
    const couldClose = mayClose
    mayClose = false
    if (wanted === "key" && string !== undefined) expected = "colon"
    else if (wanted === "colon" && mark === ":") expected = "value"
    else if (wanted === "value" && (string !== undefined || atom !== undefined)) expected = "end"
    else if (wanted === "value" && (mark === "{" || mark === "[")) {
      open.push(mark)
      expected = mark === "{" ? "key" : "value"
      mayClose = true
    } else if (wanted === "end" && mark === "," && open.length > 0) {
      expected = open.at(-1) === "{" ? "key" : "value"
    } else if ((wanted === "end" || couldClose) && mark === (open.at(-1) === "{" ? "}" : "]") && open.length > 0) {
      open.pop()
      expected = "end"
    } else return say(start)
  }
}

/** The nesting depth that the API's own parser accepts. */
const deepest = 1000

/** Whether a JSON text is nested deeper than the API accepts, so that recursive code need not guard against it. */
export const isTooDeep = (text: string): boolean => {
  if (!/^\s*[[{]/.test(text)) return false
  let depth = 0
  let quoted = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === "\"") quoted = !quoted
    else if (quoted) at += character === "\\" ? 1 : 0
    else if (character === "[" || character === "{") depth++
    else if (character === "]" || character === "}") depth--
    if (depth > deepest) return true
  }
  return false
}
