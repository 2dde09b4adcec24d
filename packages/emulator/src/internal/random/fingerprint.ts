import { createHash } from "node:crypto"
import { canonicalJson } from "../json/canonicalJson.ts"

/** Parameters that change how a completion is sent, not its content. */
const delivery = ["stream"]

/** Parameters that truncate, extend or count a completion without changing its words. */
const cuts = ["max_tokens", "min_tokens", "stop", "n"]

const without = (request: object, keys: ReadonlyArray<string>) =>
  Object.fromEntries(Object.entries(request).filter(([key]) => !keys.includes(key)))

/** Texts from this length on, such as images, are told apart by a hash: they need not be copied into a key. */
const long = 20_000

const shortened = (value: unknown): unknown => {
  if (typeof value === "string") {
    return value.length < long ? value : `sha256:${createHash("sha256").update(value).digest("hex")}`
  }
  if (Array.isArray(value)) return value.map(shortened)
  if (typeof value !== "object" || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shortened(inner)]))
}

/** A key that is equal for requests with equal completions. */
export const responseFingerprint = (request: object, seed: number): string =>
  `${seed}:${canonicalJson(shortened(without(request, delivery)))}`

/** A key that is equal for requests whose completions are made of the same words. */
export const wordsFingerprint = (request: object, seed: number): string =>
  `${seed}:${canonicalJson(shortened(without(request, [...delivery, ...cuts])))}`
