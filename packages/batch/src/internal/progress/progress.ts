import type * as Ledger from "../../Ledger.ts"

/**
 * Tokens, and what they cost at the rates of a batch. `cost` is `undefined` where the batch has no rates.
 *
 * @category models
 * @since 0.1.0
 */
export interface Usage {
  readonly promptTokens: number
  readonly completionTokens: number
  readonly cost: number | undefined
}

/**
 * How a batch is: its state and its numbers, which are those of the ledger and true after any kill.
 *
 * *Details*: `open` is the number of items that are still to be asked. `share` is the share of the items to be asked that are
 * done, from 0 to 1. `cost` is what the answers cost at the rates of the batch, in their currency.
 *
 * Two numbers are estimates, by the mean of the outcomes so far, and `undefined` before there are any: `saved` is what the
 * identical items would have used, and `paidTwice` what the requests used that were perhaps paid twice. `cost` includes
 * neither.
 *
 * @category models
 * @since 0.1.0
 */
export interface Report
  extends Ledger.Counts, Pick<Ledger.Batch, "id" | "state" | "reason" | "run" | "loaded" | "createdAt" | "endedAt">
{
  /** The name of the definition. */
  readonly name: string
  readonly open: number
  readonly share: number
  readonly cost: number | undefined
  readonly saved: Usage | undefined
  readonly paidTwice: Usage | undefined
}

/**
 * A report with the rate at which the batch goes on.
 *
 * *Details*: `perMinute` is the number of outcomes a minute, and `tokensPerMinute` that of tokens, over the last 30 seconds in
 * which the batch was watched. `remaining` is the time that is left at this rate, in milliseconds. It is `undefined`
 * while nothing is known: at the start, before all items are written, and while the batch does not run.
 *
 * *Gotchas*: the jobs route writes the outcomes of a whole job at once, so that the rate is 0 in between and nothing is known of
 * the time that is left.
 *
 * @category models
 * @since 0.1.0
 */
export interface Progress extends Report {
  readonly perMinute: number
  readonly tokensPerMinute: number
  readonly remaining: number | undefined
}
