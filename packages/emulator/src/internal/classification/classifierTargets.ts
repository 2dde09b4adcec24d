import { makeRandom, type Random } from "../random/random.ts"

type Labels = readonly [string, string, ...ReadonlyArray<string>]

/** The targets on which classifiers are commonly trained, with their labels. */
const targets: ReadonlyArray<readonly [name: string, labels: Labels]> = [
  ["intent", ["question", "order", "complaint", "refund", "cancellation", "other"]],
  ["sentiment", ["positive", "neutral", "negative"]],
  ["topic", ["delivery", "payment", "product", "account", "privacy"]],
  ["language", ["en", "fr", "de", "es", "it"]],
  ["urgency", ["low", "medium", "high"]],
  ["spam", ["spam", "not_spam"]]
]

/** The targets of a classifier: one to three, always the same for the same model and seed. */
export const targetsOf = (model: string, seed: number): typeof targets => {
  const random = makeRandom(`${seed}:classifier:${model}`)
  const count = random.int(1, 3)
  const chosen = new Set<number>()
  while (chosen.size < count) chosen.add(random.int(0, targets.length - 1))
  return targets.filter((_, at) => chosen.has(at))
}

/**
 * Scores a text in each label of a target, from 0 to 1 with a sum of 1. One label is ahead: the same for the same text and
 * key. There is no understanding.
 */
export const labelScores = (text: string, labels: Labels, key: string): Readonly<Record<string, number>> => {
  const random = makeRandom(`${key}:${text}`)
  const best = random.int(0, labels.length - 1)
  const lead = 0.6 + random.next() * 0.38
  const shares = sharesOf(labels.length - 1, random)
  return Object.fromEntries(labels.map((label, at) => [
    label,
    at === best ? lead : (1 - lead) * shares[at < best ? at : at - 1]!
  ]))
}

/** Positive numbers with a sum of 1. */
const sharesOf = (count: number, random: Random): ReadonlyArray<number> => {
  const weights = Array.from({ length: count }, () => 0.05 + random.next())
  const sum = weights.reduce((total, weight) => total + weight, 0)
  return weights.map((weight) => weight / sum)
}
