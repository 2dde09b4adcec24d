import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { AnswerFailed, ItemFailure } from "../../BatchError.ts"

const encode = Schema.encodeUnknownResult(ItemFailure)

/**
 * The JSON text of the error of an item, as the ledger keeps it. An error that has no JSON form, because a mock made it, is kept
 * by its message.
 */
export const failureBody = (failure: ItemFailure): string =>
  JSON.stringify(Result.getOrElse(
    encode(failure),
    () => Result.getOrThrow(encode(new AnswerFailed({ description: failure.message })))
  ))
