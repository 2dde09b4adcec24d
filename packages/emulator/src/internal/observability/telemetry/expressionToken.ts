/** A token of a search expression, and its position. */
export interface Token {
  readonly kind: "word" | "text" | "number" | "mark" | "end"
  /** The text of the token; a string without its quotes. */
  readonly value: string
  readonly at: number
}

const pattern =
  /\s*(?:([A-Za-z_][\w.]*)|'((?:[^']|'')*)'|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(!=|<>|<=|>=|[=<>()[\],]))/y

/** Splits an expression into tokens, or gives the position of the first unexpected character. */
export const tokensOf = (expression: string): ReadonlyArray<Token> | number => {
  const tokens: Array<Token> = []
  pattern.lastIndex = 0
  for (;;) {
    const from = pattern.lastIndex
    const match = pattern.exec(expression)
    if (match === null) {
      const rest = expression.slice(from)
      const at = from + rest.length - rest.trimStart().length
      if (at < expression.length) return at
      tokens.push({ kind: "end", value: "", at })
      return tokens
    }
    const [whole, word, text, number, mark] = match
    const at = from + whole.length - whole.trimStart().length
    if (word !== undefined) tokens.push({ kind: "word", value: word, at })
    else if (text !== undefined) tokens.push({ kind: "text", value: text.replaceAll("''", "'"), at })
    else if (number !== undefined) tokens.push({ kind: "number", value: number, at })
    else tokens.push({ kind: "mark", value: mark ?? "", at })
  }
}
