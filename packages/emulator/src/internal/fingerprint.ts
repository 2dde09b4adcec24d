/** The JSON of a value with its keys in order, so that equal values have equal texts. */
export const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null"
  const entries = Object.entries(value)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
  return `{${entries.map(([key, value]) => `${JSON.stringify(key)}:${canonical(value)}`).join(",")}}`
}

/** How an answer is sent, not what it says: the whole answer and the stream are one. */
const delivery = ["stream"]

/** What cuts, prolongs or counts an answer without changing its words: a shorter one is the beginning of the longer. */
const cuts = ["max_tokens", "min_tokens", "stop", "n"]

const without = (request: object, keys: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(request).filter(([key]) => !keys.includes(key)))

/** A text that is the same for requests that have the same answer. */
export const answerFingerprint = (request: object, seed: number): string =>
  `${seed}:${canonical(without(request, delivery))}`

/** A text that is the same for requests whose answers are made of the same words. */
export const wordsFingerprint = (request: object, seed: number): string =>
  `${seed}:${canonical(without(request, [...delivery, ...cuts]))}`
