import type * as Ledger from "../../LedgerModel.ts"

/** The counts of an item while it is asked. */
export interface AskedItem extends Ledger.Cost {
  readonly seq: number
  readonly request: object
  /** How often it was tried, with tries of which nothing was sent. */
  attempts: number
  /** How many requests were sent and have ended. */
  asked: number
  /** How many of them may have been paid, without an answer and without a known usage. */
  doubtful: number
  /** The part of its cost that the ledger has counted. */
  charged: Ledger.Cost | undefined
  /** How many of them may have been paid at all: those that the worker counts until the item has an outcome. */
  unsettled: number
  /** How many of those that have ended are not in the ledger: those that the worker counts until the item has an outcome. */
  ended: number
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
  charged: undefined,
  unsettled: 0,
  ended: 0,
  unfit: 0,
  promptTokens: 0,
  completionTokens: 0
})
