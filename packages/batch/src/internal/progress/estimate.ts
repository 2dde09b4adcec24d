import type * as Ledger from "../../Ledger.ts"

/**
 * What is known for an estimate.
 *
 * *Details*: `rates` is the price of a million tokens. `completionTokens` is the mean of the tokens of an answer; without it the
 * `max_tokens` of each request counts, which is the most that it can have. The limits are those of all processes together.
 * `millis` is the mean time of a request, and `concurrency` the number of requests at once.
 *
 * @category models
 * @since 0.1.0
 */
export interface EstimateOptions {
  readonly rates?: Ledger.Settings["rates"]
  readonly completionTokens?: number | undefined
  readonly requestsPerMinute?: number | undefined
  readonly tokensPerMinute?: number | undefined
  readonly concurrency?: number | undefined
  readonly millis?: number | undefined
  /** Whether items with the prompt of an earlier one are asked, too. Default: false. */
  readonly askIdentical?: boolean | undefined
}

/**
 * An estimate of a batch.
 *
 * *Details*: `requests` is the number of items to be asked: all without the `identical` ones. `completionTokens` is `undefined`
 * if neither their mean is given nor every request has `max_tokens`; `cost` is then `undefined`, too. `duration` in
 * milliseconds is the longest that one of the limits makes, or `undefined` if no limit is given.
 *
 * @category models
 * @since 0.1.0
 */
export interface Estimate {
  readonly items: number
  readonly identical: number
  readonly requests: number
  readonly promptTokens: number
  readonly completionTokens: number | undefined
  readonly cost: number | undefined
  readonly duration: number | undefined
}
