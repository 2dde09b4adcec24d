import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type * as BatchJob from "../../BatchJob.ts"
import * as BatchResult from "../../BatchResult.ts"
import { endedJob, type FetchJob, filesOf } from "./endedJob.ts"
import { type FileContent, fileLines, placeOf } from "./fileLines.ts"
import { makeLineReader } from "./lineReader.ts"
import { RequestTally } from "./requestTally.ts"
import { unprocessed } from "./unprocessed.ts"

/** The results of jobs as streams. */
export interface Results {
  /** All results of a job: those of its output file, those of its error file, then the requests without a result. */
  readonly results: <Response, E = never, R = never>(
    job: BatchJob.BatchJob | string,
    endpoint: BatchResult.ResponseEndpoint<Response>,
    options?: BatchResult.ReadOptions<E, R>
  ) => Stream.Stream<BatchResult.BatchResult<Response>, MistralError | E, R>
  /** The results of a job that are failures. Its output file is read, too: it may hold responses that report an error. */
  readonly failures: <Response, E = never, R = never>(
    job: BatchJob.BatchJob | string,
    endpoint: BatchResult.ResponseEndpoint<Response>,
    options?: BatchResult.ReadOptions<E, R>
  ) => Stream.Stream<BatchResult.Failed, MistralError | E, R>
}

/** Makes the functions that read results, out of those that read files and jobs. */
export const makeResults = ({ content, fetchJob }: {
  readonly content: FileContent
  readonly fetchJob: FetchJob
}): Results => {
  const results: Results["results"] = (source, endpoint, { customIds, ...options } = {}) =>
    Stream.unwrap(Effect.map(endedJob(fetchJob, source, endpoint, options), (job) => {
      const tally = new RequestTally()
      const reader = makeLineReader(endpoint, job, tally)
      const files = filesOf(job)
      const given = files.length === 0
        ? Stream.map(
          Stream.fromIterable(job.outputs ?? []),
          (json, index) => reader.readJson(json, () => `output ${index + 1} of batch job ${job.id}`)
        )
        : Stream.flatMap(Stream.fromIterable(files), (fileId) =>
          Stream.mapArray(
            fileLines(content, endpoint, fileId, options),
            Arr.map(({ number, text }) => reader.readText(text, () => placeOf(fileId, number)))
          ))
      return Stream.concat(given, unprocessed({ content, customIds, endpoint, job, options, tally }))
    }))
  return {
    results,
    failures: (job, endpoint, options) => Stream.filter(results(job, endpoint, options), BatchResult.isFailure)
  }
}
