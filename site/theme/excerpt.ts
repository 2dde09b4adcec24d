/** The excerpt of a section that shows why it was found. */

/** A piece of a text, and whether the query has found it. */
export interface Piece {
  readonly text: string
  readonly isFound: boolean
}

const length = 170

/** The part of a text around the first word that was found, with the words that were found marked. */
export const excerpt = (text: string, words: ReadonlyArray<string>): ReadonlyArray<Piece> => {
  const sorted = words.filter((word) => word.length > 1).map((word) => word.replaceAll(/[^\p{L}\p{N}_]/gu, ""))
    .sort((one, other) => other.length - one.length)
  const found = sorted.length === 0 ? undefined : new RegExp(`\\b(?:${sorted.join("|")})\\w*`, "giu")
  const at = found === undefined ? 0 : Math.max(0, text.search(found))
  const start = at < length / 2 ? 0 : text.indexOf(" ", at - length / 2) + 1
  const end = text.length - start <= length ? text.length : text.lastIndexOf(" ", start + length)
  const shown = text.slice(start, Math.max(end, start + length / 2)).replaceAll("\n", " ")
  const pieces: Array<Piece> = start > 0 ? [{ text: "… ", isFound: false }] : []
  let after = 0
  for (const match of found === undefined ? [] : shown.matchAll(found)) {
    pieces.push({ text: shown.slice(after, match.index), isFound: false }, { text: match[0], isFound: true })
    after = match.index + match[0].length
  }
  pieces.push({ text: shown.slice(after), isFound: false })
  if (end < text.length) pieces.push({ text: " …", isFound: false })
  return pieces.filter(({ text }) => text !== "")
}
