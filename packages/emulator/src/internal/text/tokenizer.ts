/**
 * A token is up to six letters or digits with the space before them, up to three other characters with the space before
 * them, or up to six characters of white space. Joined, the tokens are the text.
 */
const token = / ?[\p{L}\p{M}\p{N}]{1,6}| ?[^\s\p{L}\p{M}\p{N}]{1,3}|\s{1,6}/gu

/** Splits a text into tokens. */
export const tokenize = (text: string): ReadonlyArray<string> => text.match(token) ?? []

const unknown = 0
const letter = 1
const sign = 2
const white = 3

const kindOf = (character: string): number =>
  /[\p{L}\p{M}\p{N}]/u.test(character) ? letter : /\s/u.test(character) ? white : sign

/** The kinds of the characters of ASCII. */
const ascii = Uint8Array.from({ length: 128 }, (_, code) => kindOf(String.fromCharCode(code)))

/** The kinds of all other characters, each found when it first occurs. */
let others: Uint8Array | undefined

const otherKind = (codePoint: number): number => {
  const known = others ??= new Uint8Array(0x110000)
  const kind = known[codePoint] ?? unknown
  return kind !== unknown ? kind : known[codePoint] = kindOf(String.fromCodePoint(codePoint))
}

/** The most characters of a token of each kind. */
const most = [1, 6, 3, 6]

/** Counts the tokens of a text, without making them: a prompt may have 32 MiB. */
export const countTokens = (text: string): number => {
  const { length } = text
  let count = 0
  /** Whether the last token is a single space, which belongs to the token that follows it. */
  let isSpace = false
  for (let at = 0; at < length;) {
    const start = at
    let unit = text.charCodeAt(at)
    const kind = unit < 128 ? ascii[unit] ?? unknown : otherKind(text.codePointAt(at) ?? 0)
    let characters = 0
    // All characters of the same kind are read at once.
    for (;;) {
      while (unit < 128 && ascii[unit] === kind) {
        characters++
        unit = ++at < length ? text.charCodeAt(at) : 128
      }
      const codePoint = at < length && unit >= 128 ? text.codePointAt(at) ?? 0 : 0
      if (codePoint < 128 || otherKind(codePoint) !== kind) break
      characters++
      at += codePoint > 0xffff ? 2 : 1
      unit = at < length ? text.charCodeAt(at) : 128
    }
    count += Math.ceil(characters / (most[kind] ?? 1)) - (isSpace ? 1 : 0)
    isSpace = kind === white && characters % 6 === 1 && text.charCodeAt(at - 1) === 0x20 && at > start
  }
  return count
}
