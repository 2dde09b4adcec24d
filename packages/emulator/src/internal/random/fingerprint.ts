import { canonicalJson } from "../json/canonicalJson.ts"

/** Parameters that change how a completion is sent, not its content. */
const delivery = ["stream"]

/** Parameters that truncate, extend or count a completion without changing its words. */
const cuts = ["max_tokens", "min_tokens", "stop", "n"]

const without = (request: object, keys: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(request).filter(([key]) => !keys.includes(key)))

/** A key that is equal for requests with equal completions. */
export const responseFingerprint = (request: object, seed: number): string =>
  `${seed}:${canonicalJson(without(request, delivery))}`

/** A key that is equal for requests whose completions are made of the same words. */
export const wordsFingerprint = (request: object, seed: number): string =>
  `${seed}:${canonicalJson(without(request, [...delivery, ...cuts]))}`
