// oxlint-disable-next-line no-control-regex -- JSON texts hold no bare control characters
const string = /"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"/

const atom = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null/

const tokens = new RegExp(`(?:(${string.source})|(${atom.source})|([[\\]{},:]))`, "y")

/** The place of the first character that is not white space, from a place on. */
const afterSpace = (text: string, from: number): number => {
  let at = from
  for (let unit = text.charCodeAt(at); unit === 0x20 || (unit >= 0x09 && unit <= 0x0d); unit = text.charCodeAt(at)) at++
  return at
}

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
    const start = afterSpace(text, tokens.lastIndex)
    tokens.lastIndex = start
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

/** The most values that a body may have. To read and check a million of them takes a second, in which nothing else happens. */
const mostValues = 300_000

const quote = 0x22
const backslash = 0x5c

/**
 * Whether a JSON text is nested deeper than the API accepts, so that recursive code need not guard against it, or has so many
 * values that reading it would hold up other requests. Texts within it are skipped, so that a long prompt costs little.
 */
export const isTooDeep = (text: string): boolean => {
  if (!/^\s*[[{]/.test(text)) return false
  let depth = 0
  let values = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit === quote) {
      at = endOfText(text, at)
      if (at === -1) return false
    } else if (unit === 0x5b || unit === 0x7b) depth++
    else if (unit === 0x5d || unit === 0x7d) depth--
    else if (unit === 0x2c) values++
    if (depth > deepest || values > mostValues) return true
  }
  return false
}

/** The place of the quote that ends a text, -1 if none does. */
const endOfText = (text: string, start: number): number => {
  for (let end = text.indexOf("\"", start + 1); end !== -1; end = text.indexOf("\"", end + 1)) {
    let before = end
    while (text.charCodeAt(before - 1) === backslash) before--
    // An even number of backslashes stands for half as many of them, not for a quote.
    if ((end - before) % 2 === 0) return end
  }
  return -1
}
