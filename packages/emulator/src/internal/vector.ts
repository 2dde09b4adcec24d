import { makeRandom } from "./random.ts"

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
  // A text without a word has one feature of its own, so that every vector has a direction.
  if (counts.size === 0) counts.set(`~${text}`, 1)
  return counts
}

/** The vector of a length of one that points where a vector points. */
const unit = (vector: ReadonlyArray<number>): ReadonlyArray<number> => {
  const length = Math.hypot(...vector)
  // Features may cancel each other out in a short vector: any direction is as good as another then.
  return length === 0 ? vector.map((_, at) => at === 0 ? 1 : 0) : vector.map((one) => one / length)
}

/**
 * The vector of a text: a unit, the same for the same text and seed. Its words and the groups of three and four letters
 * in them are spread over the dimensions by their hashes, so texts that share many of them point the same way, and
 * texts that share none are nearly at right angles.
 */
export const textVector = (text: string, dimension: number, seed: number): ReadonlyArray<number> => {
  const sums = Array.from({ length: dimension }, () => 0)
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
  return unit(sums)
}
