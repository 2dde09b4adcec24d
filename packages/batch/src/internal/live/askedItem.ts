/** The counts of an item while it is asked. */
export interface AskedItem {
  readonly seq: number
  readonly request: object
  /** How often it was tried, with tries of which nothing was sent. */
  attempts: number
  /** How many requests were sent and have ended. */
  asked: number
  /** How many of them may have been paid, without an answer and without a known usage. */
  doubtful: number
  /** How many of them may have been paid at all: those that the worker counts until the item has an outcome. */
  unsettled: number
  /** How many answers did not fit the schema. */
  unfit: number
  promptTokens: number
  completionTokens: number
}

export const askedItem = ({ request, seq }: { readonly seq: number; readonly request: object }): AskedItem => ({
  seq,
  request,
  attempts: 0,
  asked: 0,
  doubtful: 0,
  unsettled: 0,
  unfit: 0,
  promptTokens: 0,
  completionTokens: 0
})
