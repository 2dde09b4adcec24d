import type { MistralError } from "@effect-mistral/core/MistralError"
import type { RequestOptions } from "@effect-mistral/core/RequestOptions"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type * as BatchJob from "../../BatchJob.ts"
import type * as BatchResult from "../../BatchResult.ts"
import { parseJson } from "../jsonl/parseJson.ts"
import { customIdOf, customIdOfText } from "./customId.ts"
import { notProcessed, type Operation, sentenceOf } from "./failures.ts"
import { type FileContent, fileLines } from "./fileLines.ts"
import { isJsonObject } from "./jsonObject.ts"
import type { RequestTally } from "./requestTally.ts"

/**
 * The requests of a job that have no result, once its results were given and counted in `tally`.
 *
 * *Details*: the ids of the requests are read where results may be missing: the job counts more requests than were answered, or
 * none. An input file that is no longer there leaves its requests without names. Those are given as one
 * failure with their number, and so is a job of which nothing else is known: it is never an empty success.
 */
export const unprocessed = <E, R>({ content, customIds, endpoint, job, options, tally }: {
  readonly job: BatchJob.BatchJob
  readonly endpoint: Operation
  readonly tally: RequestTally
  readonly customIds: BatchResult.ReadOptions<E, R>["customIds"]
  readonly content: FileContent
  readonly options: RequestOptions
}): Stream.Stream<BatchResult.BatchResult<never>, MistralError | E, R> =>
  Stream.suspend(() => {
    // A job that failed early may not have counted its requests.
    const counted = job.total_requests > 0 || job.status === "SUCCESS"
    if (counted && tally.results > 0 && tally.distinct >= job.total_requests) return Stream.empty
    const problems = sentencesOf(endpoint, job)
    let requests = 0
    let unread = customIds === undefined && job.input_files.length === 0

    const idsOfFile = (fileId: string): Stream.Stream<string | null, MistralError> =>
      fileLines(content, endpoint, fileId, options).pipe(
        Stream.map(({ text }) => idOf(text)),
        Stream.catchIf(({ reason }) => reason._tag === "NotFound", () => {
          unread = true
          return Stream.empty
        })
      )

    const ids: Stream.Stream<string | null, MistralError | E, R> = customIds === undefined
      ? Stream.flatMap(Stream.fromIterable(job.input_files), idsOfFile)
      : Stream.isStream(customIds)
      ? customIds
      : Stream.fromIterable(customIds)

    const named = ids.pipe(
      Stream.filter((custom_id) => {
        requests++
        return !tally.take(custom_id)
      }),
      Stream.map((custom_id) => failure(custom_id, 1))
    )

    const failure = (custom_id: string | null, count: number): BatchResult.BatchResult<never> => ({
      custom_id,
      result: Result.fail(notProcessed(job, custom_id, problems, count))
    })

    const unnamed = Stream.suspend(() => {
      const missing = job.total_requests - requests - tally.unmatched
      if (missing > 0) return Stream.succeed(failure(null, missing))
      const empty = requests + tally.results === 0 && (unread || job.status !== "SUCCESS")
      return empty ? Stream.succeed(failure(null, Math.max(1, requestsOf(job)))) : Stream.empty
    })

    return Stream.concat(named, unnamed)
  })

const idOf = (text: string): string | null => {
  const json = parseJson(text)
  return isJsonObject(json) ? customIdOf(json) : customIdOfText(text)
}

/** What the job says about its problems: the first ones, because every failure holds them. */
export const sentencesOf = (endpoint: Operation, { errors }: BatchJob.BatchJob): ReadonlyArray<string> => {
  const sentences = errors.slice(0, shown).flatMap((problem) => sentenceOf(endpoint, problem) ?? [])
  return errors.length > shown ? [...sentences, `and ${errors.length - shown} more`] : sentences
}

const shown = 5

/** The requests that the problems of a job are about. */
const requestsOf = ({ errors }: BatchJob.BatchJob): number =>
  errors.reduce((sum, { count }) => sum + (typeof count === "number" && Number.isInteger(count) ? count : 0), 0)
