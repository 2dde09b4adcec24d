/** How values are written. A value that is not known is a dash. */

/** What is not known. */
export const unknown = "–"

/** @param {number | undefined} millis */
export const milliseconds = (millis) =>
  millis === undefined ? unknown : millis < 10_000 ? `${Math.round(millis)} ms` : `${(millis / 1000).toFixed(1)} s`

/** @param {string | number} time */
export const dateAndTime = (time) => new Date(time).toISOString().replace("T", " ").slice(0, 19)

/**
 * The time to the first token of a stream. A whole response has its first bytes only when all tokens are there.
 *
 * @param {import("./requestStore.js").Summary} request
 * @returns {string}
 */
export const firstToken = ({ firstByte, streamed }) => milliseconds(streamed === true ? firstByte : undefined)

/**
 * Tokens a second of a completion: of a stream, those after the first bytes.
 *
 * @param {import("./requestStore.js").Summary} request
 * @returns {string}
 */
export const speed = ({ firstByte, streamed, tokens, took }) => {
  if (tokens === undefined || tokens.completion === 0 || took === undefined) return unknown
  const millis = streamed ? took - (firstByte ?? 0) : took
  return millis < 1 ? unknown : String(Math.round(tokens.completion * 1000 / millis))
}

/**
 * Tokens of the prompt and of the completion.
 *
 * @param {import("./requestStore.js").Summary} request
 * @returns {string}
 */
export const tokenCounts = ({ tokens }) =>
  tokens === undefined
    ? unknown
    : tokens.completion === 0
    ? String(tokens.prompt)
    : `${tokens.prompt} → ${tokens.completion}`

/** @param {unknown} value */
export const json = (value) => JSON.stringify(value, undefined, 2)

/**
 * A text that may be JSON, indented if it is.
 *
 * @param {string} text
 */
export const indented = (text) => {
  try {
    return json(JSON.parse(text))
  } catch {
    return text
  }
}
