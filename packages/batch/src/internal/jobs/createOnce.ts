import type { MistralError } from "@effect-mistral/core/MistralError"
import type { RequestOptions } from "@effect-mistral/core/RequestOptions"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as BatchJob from "../../BatchJob.ts"
import { createIssues, invalidRequest, metadataIssues, schemaIssues } from "./createIssues.ts"
import { findJob, type ListJobs } from "./findJob.ts"
import type { CreateOnceOptions, CreateOnceRequest } from "./jobOptions.ts"
import { isTransient, mayHaveSucceeded } from "./transient.ts"

/** The operations of the service that are needed here. */
interface Operations {
  readonly create: Effect.Effect<BatchJob.BatchJob, MistralError>
  readonly list: ListJobs
}

/** Finds the job that has the metadata of a request, or creates it. See `BatchJobs.createOnce`. */
export const createOnce = (
  { create, list }: Operations,
  request: CreateOnceRequest,
  { attempts = 3, fileTimeout = "1 minute", ignore = () => false, searches = defaultSearches }: Omit<
    CreateOnceOptions,
    keyof RequestOptions
  >
): Effect.Effect<BatchJob.BatchJob, MistralError | BatchJob.JobMismatch> =>
  Effect.gen(function*() {
    const issues = [...createIssues(request), ...metadataIssues(request), ...schemaIssues(request)]
    if (issues.length > 0) return yield* Effect.fail(invalidRequest(issues))
    const { metadata } = request

    // Only jobs that exist now are passed over. The one that is created may have the same status a moment later.
    const ignored = new Set<string>()
    const earlier = yield* findJob(list, metadata, (job) => {
      if (ignore(job)) ignored.add(job.id)
      return ignored.has(job.id)
    })
    if (Option.isSome(earlier)) return yield* checkMatch(earlier.value, request)

    const createdFromFile = retryWhileFileIsMissing(create, request, fileTimeout)
    const search = findJob(list, metadata, ({ id }) => ignored.has(id))
    for (let attempt = 1;; attempt++) {
      const created = yield* Effect.result(createdFromFile)
      if (Result.isSuccess(created)) return created.success
      const error = created.failure
      if (!mayHaveSucceeded(error)) return yield* Effect.fail(error)
      const found = yield* searchRepeatedly(search, searches, error)
      if (Option.isSome(found)) return yield* checkMatch(found.value, request)
      if (attempt >= attempts) return yield* Effect.fail(error)
    }
  })

/** After 1, 2, 4 and 8 seconds. */
const defaultSearches = Schedule.exponential("1 second").pipe(Schedule.upTo({ times: 4 }))

/**
 * Searches for a job after each delay of the schedule until it is found. Fails with `lost`, the error of the creation, unless
 * the last search could read the list: only then it is known that the job is not there.
 */
const searchRepeatedly = (
  search: Effect.Effect<Option.Option<BatchJob.BatchJob>, MistralError>,
  searches: Schedule.Schedule<unknown>,
  lost: MistralError
): Effect.Effect<Option.Option<BatchJob.BatchJob>, MistralError> =>
  Effect.flatMap(Schedule.toStepWithSleep(searches), (step) => {
    const next = (last: typeof search): typeof search =>
      Pull.matchEffect(step(undefined), {
        onSuccess: () =>
          Effect.matchEffect(search, {
            onSuccess: (found) => Option.isSome(found) ? Effect.succeed(found) : next(Effect.succeed(found)),
            onFailure: (error) => isTransient(error) ? next(Effect.fail(lost)) : Effect.fail(error)
          }),
        onFailure: Effect.failCause,
        onDone: () => last
      })
    return next(Effect.fail(lost))
  })

/** Retries a creation that was refused because a file that was just uploaded is not found yet. */
const retryWhileFileIsMissing = (
  create: Operations["create"],
  { input_files }: CreateOnceRequest,
  limit: Duration.Input
): Operations["create"] =>
  Effect.retry(create, {
    while: (error) => (input_files?.length ?? 0) > 0 && saysFileNotFound(error),
    schedule: Schedule.min([Schedule.exponential("1 second"), Schedule.spaced("8 seconds")]).pipe(
      Schedule.while(({ duration, elapsed }) =>
        elapsed + Duration.toMillis(duration) <= Duration.toMillis(Duration.fromInputUnsafe(limit))
      )
    )
  })

/** The path exists, because the list was read: a 404 that does not name something else is about a file. */
const saysFileNotFound = ({ reason }: MistralError): boolean => {
  switch (reason._tag) {
    case "NotFound":
      return !/\b(model|agent)/i.test(reason.serverMessage ?? "")
    case "BadRequest":
    case "Validation":
      return /\bfiles?\b.*(not (be )?found|not exist|no such|unknown)|(no such|unknown) file/i.test(
        reason.serverMessage ?? ""
      )
    default:
      return false
  }
}

/** A job that was found, if it is the one of the request. */
const checkMatch = (
  job: BatchJob.BatchJob,
  request: CreateOnceRequest
): Effect.Effect<BatchJob.BatchJob, BatchJob.JobMismatch> => {
  const differences = differencesOf(job, request)
  if (differences.length === 0) return Effect.succeed(job)
  // An error holds no responses of requests, even if the server gives them with a list.
  const withoutOutputs = job.outputs ? { ...job, outputs: null } : job
  return Effect.fail(new BatchJob.JobMismatch({ job: withoutOutputs, differences }))
}

const differencesOf = (job: BatchJob.BatchJob, request: CreateOnceRequest): ReadonlyArray<BatchJob.Difference> => {
  const { agent_id, endpoint, input_files, model } = request
  const differs: Readonly<Record<BatchJob.Difference, boolean>> = {
    endpoint: endpoint !== job.endpoint,
    model: isOther(model, job.model),
    agent_id: isOther(agent_id, job.agent_id),
    input_files: input_files !== undefined && input_files !== null && !sameIds(input_files, job.input_files)
  }
  return (["endpoint", "model", "agent_id", "input_files"] as const).filter((name) => differs[name])
}

/** Whether a request names another model or agent than the job. Where it names none, the server may have filled it in. */
const isOther = (requested: string | null | undefined, actual: string | null | undefined): boolean =>
  requested !== undefined && requested !== null && requested !== actual

const sameIds = (some: ReadonlyArray<string>, others: ReadonlyArray<string>): boolean =>
  JSON.stringify([...some].sort()) === JSON.stringify([...others].sort())
