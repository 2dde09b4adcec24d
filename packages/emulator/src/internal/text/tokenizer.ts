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

const most = [0, 6, 3, 6]

/** Counts the tokens of a text, without making them: a prompt may have 32 MiB. */
export const countTokens = (text: string): number => {
  let count = 0
  /** The kind of the token that is read, and how many more characters it may have. */
  let open = unknown
  let left = 0
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    let kind = ascii[unit]
    if (kind === undefined) {
      const codePoint = text.codePointAt(at) ?? unit
      kind = otherKind(codePoint)
      if (codePoint > 0xffff) at++
    }
    if (kind === open && left > 0) {
      left--
      continue
    }
    // A single space belongs to the token that follows it.
    if (open !== white || left !== 5 || kind === white || text.charCodeAt(at - 1) !== 0x20) count++
    open = kind
    left = (most[kind] ?? 0) - 1
  }
  return count
}
