import type * as OcrDocument from "@effect-mistral/core/OcrDocument"
import { makeRandom } from "../random/random.ts"

/** The confidence in each word of a text: mostly close to 1, at least 0.7. The same text and key give the same scores. */
export const wordScores = (text: string, key: string): ReadonlyArray<OcrDocument.WordConfidence> => {
  const random = makeRandom(`confidence:${key}`)
  return [...text.matchAll(/\S+/g)].map(({ 0: word, index }) => ({
    text: word,
    confidence: rounded(1 - 0.3 * random.next() ** 3),
    start_index: index
  }))
}

/** The mean and the minimum of scores; `undefined` without any. */
export const summaryOf = (
  scores: ReadonlyArray<OcrDocument.WordConfidence>
): { readonly average: number; readonly minimum: number } | undefined =>
  scores.length === 0 ? undefined : {
    average: rounded(scores.reduce((sum, { confidence }) => sum + confidence, 0) / scores.length),
    minimum: scores.reduce((least, { confidence }) => Math.min(least, confidence), 1)
  }

const rounded = (score: number): number => Math.round(score * 10_000) / 10_000
