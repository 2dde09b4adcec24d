import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as BatchError from "../../BatchError.ts"

const encode = Schema.encodeUnknownResult(BatchError.ItemFailure)

/** The JSON text of the error of an item. An error that has no JSON, because a mock made it, is kept by its message. */
export const failureJson = (failure: BatchError.ItemFailure): string =>
  JSON.stringify(Result.getOrElse(encode(failure), () => ({
    _tag: "AnswerFailed",
    description: failure.message
  })))
