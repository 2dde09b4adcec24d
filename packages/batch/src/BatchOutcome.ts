/**
 * The outcomes of a durable batch: for each item its answer, or the error with which it failed.
 *
 * @since 0.1.0
 */
import * as Result from "effect/Result"
import type { ItemFailure } from "./BatchError.ts"

/**
 * The outcome of one item.
 *
 * *Details*: `index` is the position of the item in its batch, from 0. `identical` is true for an item that has the prompt of an
 * earlier one: it was not asked, and has the outcome of the earlier item. `asked` is the number of requests that were sent for
 * the item, with repeated ones, and the tokens are those of the response. An identical item has none of its own, so that
 * sums over all outcomes are what was paid.
 *
 * @category models
 * @since 0.1.0
 */
export interface ItemOutcome<out Item, out Answer> {
  readonly index: number
  readonly item: Item
  readonly identical: boolean
  readonly result: Result.Result<Answer, ItemFailure>
  readonly asked: number
  readonly promptTokens: number
  readonly completionTokens: number
}

/**
 * The outcome of an item that has an answer.
 *
 * @category models
 * @since 0.1.0
 */
export interface Answered<out Item, out Answer> extends ItemOutcome<Item, Answer> {
  readonly result: Result.Success<Answer, never>
}

/**
 * The outcome of an item that failed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Failed<out Item> extends ItemOutcome<Item, never> {
  readonly result: Result.Failure<never, ItemFailure>
}

/**
 * Whether an item has an answer.
 *
 * @category guards
 * @since 0.1.0
 */
export const isAnswered = <Item, Answer>(outcome: ItemOutcome<Item, Answer>): outcome is Answered<Item, Answer> =>
  Result.isSuccess(outcome.result)

/**
 * Whether an item failed.
 *
 * @category guards
 * @since 0.1.0
 */
export const isFailed = <Item>(outcome: ItemOutcome<Item, unknown>): outcome is Failed<Item> =>
  Result.isFailure(outcome.result)
