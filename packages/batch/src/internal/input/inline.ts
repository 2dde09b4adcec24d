import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as BatchJob from "../../BatchJob.ts"
import { entryEncoder } from "./encodeEntry.ts"
import { type Options, streamOf } from "./entry.ts"
import type { EmptyInput, InvalidInput } from "./inputError.ts"
import { LineChecker } from "./lineChecker.ts"

/** The most requests that a job takes inline. */
export const maxInlineRequests = 10_000

/** Checks all requests, and collects them for a job that has them inline. */
export const inlineRequests = <Request extends object, E, R>(
  options: Options<Request, E, R>
): Effect.Effect<ReadonlyArray<BatchJob.InlineRequest>, InvalidInput | EmptyInput | E, R> =>
  Effect.suspend(() => {
    const checker = new LineChecker(entryEncoder(options))
    const requests: Array<BatchJob.InlineRequest> = []
    let isOver = false
    const check = (entry: unknown): void => {
      const encoded = checker.check(entry)
      if (encoded === undefined) return
      if (checker.requests > maxInlineRequests && !isOver) {
        isOver = true
        checker.refuse(encoded, tooMany)
      }
      if (checker.isClean) requests.push({ custom_id: encoded.customId, body: readBody(encoded.body) })
    }
    const all = Stream.runForEachArray(streamOf(options), (entries) => Effect.sync(() => entries.forEach(check)))
    return Effect.flatMap(all, () => checker.result(() => requests))
  })

const readBody = Schema.decodeUnknownSync(Schema.fromJsonString(BatchJob.InlineRequest.fields.body))

const tooMany = `Expected at most ${maxInlineRequests} requests inline. Send more as files`
