import { makeRandom } from "../random/random.ts"

/**
 * In every block of this many dimensions each feature of a text has one place. So the beginning of a vector holds all
 * features too: cut off and made a unit again, it compares texts as the whole does, only less exactly.
 */
const block = 16

/** How much a whole word counts beside the groups of letters in it. */
const wordWeight = 2

const groupSizes = [3, 4]

/** How often each feature of a text occurs, whole words counted more than groups of letters. */
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

/** At most this much of a dimension depends on the text as a whole: no vector is empty, and none is quite another's. */
const own = 0.1

/**
 * The vector of a text: a unit, the same for the same text and seed. Its words and the groups of three and four letters
 * in them are spread over the dimensions by their hashes, so texts that share many of them point the same way, and
 * texts that share none are nearly at right angles.
 */
export const textVector = (text: string, dimension: number, seed: number): ReadonlyArray<number> => {
  const whole = makeRandom(`${seed}#${text}`)
  const sums = Array.from({ length: dimension }, () => (whole.next() * 2 - 1) * own)
  for (const [feature, count] of features(text)) {
    const random = makeRandom(`${seed}:${feature}`)
    // A word that comes twenty times is not twenty times as important.
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
