import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { Batch } from "../../Batch.ts"
import { AnswerFailed, InvalidItem, ItemFailure } from "../../BatchError.ts"
import type { ItemOutcome } from "../../BatchOutcome.ts"
import type { StoredOutcome } from "../../Ledger.ts"
import { parseJson } from "../jsonl/parseJson.ts"

/**
 * Makes the function that decodes an outcome of the ledger.
 *
 * *Details*: an answer that does not fit the answer schema any more, and a failure that cannot be read, make the outcome a
 * failure, so that the other outcomes can be read. An item that does not fit is an error: there is no outcome without its item.
 */
export const makeOutcomeReader = <Item, Answer>({ definition }: Batch<Item, Answer>, id: string) =>
(
  { asked, body, completionTokens, failed, identical, item, promptTokens, seq }: StoredOutcome
): Result.Result<ItemOutcome<Item, Answer>, InvalidItem> => {
  const decoded = definition.decodeItem(item)
  if (Result.isFailure(decoded)) {
    const issues = [{ path: [], message: decoded.failure.description }]
    return Result.fail(new InvalidItem({ id, index: seq, issues }))
  }
  const result = failed ? Result.fail(readFailure(body)) : definition.decodeAnswer(body)
  return Result.succeed({
    index: seq,
    // The cast is safe: the item was decoded by the item schema.
    item: decoded.success as Item,
    identical,
    // The cast is safe: the answer was decoded by the answer schema.
    result: result as Result.Result<Answer, ItemFailure>,
    asked: identical ? 0 : asked,
    promptTokens: identical ? 0 : promptTokens,
    completionTokens: identical ? 0 : completionTokens
  })
}

const readFailure = (body: string): ItemFailure => Result.getOrElse(decodeFailure(parseJson(body)), () => unreadable)

const decodeFailure = Schema.decodeUnknownResult(ItemFailure)

const unreadable = new AnswerFailed({
  description: "the item failed, and its error is stored in a form that this version cannot read"
})
