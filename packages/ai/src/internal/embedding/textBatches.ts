/** The limits of one request. */
export interface BatchLimits {
  /** The most texts of a request. */
  readonly texts: number
  /** The most characters of all texts of a request. A text that has more is sent alone. */
  readonly characters: number
}

/** Texts that are sent in one request, and the position of the first of them among all. */
export interface TextBatch {
  readonly texts: ReadonlyArray<string>
  readonly offset: number
}

/** Divides texts into batches, in their order. */
export const textBatches = (texts: ReadonlyArray<string>, limits: BatchLimits): ReadonlyArray<TextBatch> => {
  const batches: Array<TextBatch> = []
  let batch: Array<string> = []
  let characters = 0
  texts.forEach((text, at) => {
    characters += text.length
    if (at === 0 || batch.length >= limits.texts || characters > limits.characters) {
      batch = []
      characters = text.length
      batches.push({ texts: batch, offset: at })
    }
    batch.push(text)
  })
  return batches
}

/** Divides a batch of several texts in two. */
export const halves = ({ offset, texts }: TextBatch): readonly [TextBatch, TextBatch] => {
  const middle = Math.ceil(texts.length / 2)
  return [{ texts: texts.slice(0, middle), offset }, { texts: texts.slice(middle), offset: offset + middle }]
}
