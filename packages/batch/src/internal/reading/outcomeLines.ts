import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Batch } from "../../Batch.ts"
import type { ItemFailure } from "../../BatchError.ts"
import type { ItemOutcome } from "../../BatchOutcome.ts"
import { makeJsonCodec } from "../definition/jsonCodec.ts"
import { describeIssues } from "../definition/schemaIssues.ts"

/** Writes outcomes as JSON Lines. */
export const outcomeLines = <Item, Answer, E, R>(
  batch: Batch<Item, Answer>,
  outcomes: Stream.Stream<ItemOutcome<Item, Answer>, E, R>
): Stream.Stream<string, E, R> => {
  const { encode: encodeItem } = makeJsonCodec(batch.item)
  const { encode: encodeAnswer } = makeJsonCodec(batch.answer)
  return Stream.map(outcomes, ({ index, item, result }) => {
    const head = `{"index":${index},"item":${written(encodeItem(item))}`
    return Result.isSuccess(result)
      ? `${head},"answer":${written(encodeAnswer(result.success))}}\n`
      : `${head},"error":${JSON.stringify(errorOf(result.failure))}}\n`
  })
}

/** Items and answers were decoded by these schemas. One that cannot be encoded is a defect of the schema. */
const written = (encoded: ReturnType<ReturnType<typeof makeJsonCodec>["encode"]>): string =>
  Result.getOrThrowWith(
    encoded,
    (issues) => new TypeError(`an outcome does not fit its schema: ${describeIssues(issues)}`)
  )

const errorOf = (failure: ItemFailure): object => ({
  tag: failure._tag,
  ...failure._tag === "MistralError" ? { reason: failure.reason._tag, status: failure.status } : {},
  message: failure.message,
  retryable: failure.isRetryable
})
