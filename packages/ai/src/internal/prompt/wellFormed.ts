/**
 * Returns JSON whose texts have a replacement character in place of half of a surrogate pair, as a text has that was cut
 * in the middle of an emoji. UTF-8 cannot express such a half, and core refuses the request.
 */
export const wellFormed = <A>(json: A): A => {
  const changed = change(json)
  // The cast is safe: a text remains a text, and everything else is as it was.
  return changed as A
}

const change = (json: unknown): unknown => {
  if (typeof json === "string") return isWellFormed(json) ? json : json.replace(halves, "\ufffd")
  if (typeof json !== "object" || json === null) return json
  if (Array.isArray(json)) return json.map(change)
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, change(value)]))
}

/** Some engines lack the function. There the expression looks at every text. */
const isWellFormed = (text: string & { readonly isWellFormed?: () => boolean }): boolean =>
  text.isWellFormed?.() === true

/** With the flag `u`, a whole pair is one character, so only halves match. */
const halves = /[\ud800-\udfff]/gu
