import { makeRandom } from "../random/random.ts"

/**
 * Every feature of a text has one position in each block of this many dimensions. The beginning of a vector therefore
 * holds all features: truncated and normalised, it compares texts like the whole vector, only less exactly.
 */
const block = 16

/** The weight of a whole word relative to its letter groups. */
const wordWeight = 2

const groupSizes = [3, 4]

/** Counts the features of a text: whole words, and groups of letters with a lower weight. */
const features = (text: string): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>()
  const add = (feature: string, weight: number) => counts.set(feature, (counts.get(feature) ?? 0) + weight)
  for (const word of text.normalize("NFKC").toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []) {
    add(`=${word}`, wordWeight)
    const letters = [..." ", ...word, ..." "]
    for (const size of groupSizes) {
      for (let at = 0; at + size <= letters.length; at++) add(letters.slice(at, at + size).join(""), 1)
    }
  }
  return counts
}

/** The largest part of a dimension that depends on the text as a whole. It keeps vectors from being empty or equal. */
const own = 0.1

/**
 * The unit vector of a text, the same for the same text and seed.
 *
 * *Details*: words and their groups of three and four letters are distributed over the dimensions by their hashes.
 * Texts that share many of them have similar vectors; texts that share none are nearly orthogonal.
 */
export const textVector = (text: string, dimension: number, seed: number): ReadonlyArray<number> => {
  const whole = makeRandom(`${seed}#${text}`)
  const sums = Array.from({ length: dimension }, () => (whole.next() * 2 - 1) * own)
  for (const [feature, count] of features(text)) {
    const random = makeRandom(`${seed}:${feature}`)
    // Weights grow with the square root of the count.
    const weight = Math.sqrt(count)
    for (let from = 0; from < dimension; from += block) {
      const at = from + random.int(0, block - 1)
      const sign = random.next() < 0.5 ? -1 : 1
      if (at < dimension) sums[at] = (sums[at] ?? 0) + sign * weight
    }
  }
  const length = Math.hypot(...sums)
  return sums.map((one) => one / length)
}
