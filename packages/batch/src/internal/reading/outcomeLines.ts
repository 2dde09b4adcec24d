import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type { Batch } from "../../Batch.ts"
import type { ItemFailure } from "../../BatchError.ts"
import type { ItemOutcome } from "../../BatchOutcome.ts"

/** Writes outcomes as JSON Lines. */
export const outcomeLines = <Item, Answer, E, R>(
  batch: Batch<Item, Answer>,
  outcomes: Stream.Stream<ItemOutcome<Item, Answer>, E, R>
): Stream.Stream<string, E, R> => {
  // Both were decoded by these schemas: a value that cannot be encoded is a defect of the schema.
  const encodeItem = Schema.encodeUnknownSync(Schema.toCodecJson(batch.item))
  const encodeAnswer = Schema.encodeUnknownSync(Schema.toCodecJson(batch.answer))
  return Stream.map(outcomes, ({ index, item, result }) => {
    const head = { index, item: encodeItem(item) }
    const line = Result.isSuccess(result)
      ? { ...head, answer: encodeAnswer(result.success) }
      : { ...head, error: errorOf(result.failure) }
    return `${JSON.stringify(line)}\n`
  })
}

const errorOf = (failure: ItemFailure): object => ({
  tag: failure._tag,
  ...failure._tag === "MistralError" ? { reason: failure.reason._tag, status: failure.status } : {},
  message: failure.message,
  retryable: failure.isRetryable
})
