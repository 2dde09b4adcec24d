import { canonicalJson } from "../json/canonicalJson.ts"

/** How an answer is sent, not what it says: the whole answer and the stream are one. */
const delivery = ["stream"]

/** What cuts, prolongs or counts an answer without changing its words: a shorter one is the beginning of the longer. */
const cuts = ["max_tokens", "min_tokens", "stop", "n"]

const without = (request: object, keys: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(request).filter(([key]) => !keys.includes(key)))

/** A text that is the same for requests that have the same answer. */
export const responseFingerprint = (request: object, seed: number): string =>
  `${seed}:${canonicalJson(without(request, delivery))}`

/** A text that is the same for requests whose answers are made of the same words. */
export const wordsFingerprint = (request: object, seed: number): string =>
  `${seed}:${canonicalJson(without(request, [...delivery, ...cuts]))}`
