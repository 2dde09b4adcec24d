import * as BatchEndpoint from "@effect-mistral/batch/BatchEndpoint"
import type * as BatchJob from "@effect-mistral/batch/BatchJob"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import * as Result from "effect/Result"
import { CurrentJobFault } from "../faults/jobFault.ts"
import { fileRow, linesOf } from "../files/fileStore.ts"
import { detail, ErrorResponse, type Problem } from "../http/errorResponse.ts"
import { boolean, queryValue, uuid } from "../http/parameters.ts"
import { type Handler, handler, type Operation } from "../routing/endpointRoute.ts"
import type { Database, Row } from "../storage/database.ts"
import { bind, sql } from "../storage/sql.ts"
import type { BatchJobs } from "./batchJobs.ts"
import { checkJob } from "./jobProblems.ts"
import { readJobQuery } from "./jobQuery.ts"
import { addJob, jobRow, removeJob, requestCancellation, toJob } from "./jobStore.ts"

/** The operations of batch jobs. */
export const jobOperations = (jobs: BatchJobs): ReadonlyArray<Handler> => [
  handler(createJob(jobs)),
  handler(listJobs(jobs.database)),
  handler(fetchJob(jobs.database)),
  handler(cancelJob(jobs)),
  handler(deleteJob(jobs))
]

const json = (body: BatchJob.BatchJob | BatchJob.ListResponse | BatchJob.DeleteResponse) =>
  HttpServerResponse.jsonUnsafe(body)

const createJob = ({ database, start }: BatchJobs): Operation<BatchJob.CreateRequest> => ({
  route: BatchEndpoint.createJob,
  invalid: (problems: ReadonlyArray<Problem>) => detail(422, problems),
  respond: Effect.fnUntraced(function*(request) {
    const now = yield* Clock.currentTimeMillis
    const files = checkJob(database, request, now)
    if (files instanceof ErrorResponse) return yield* files
    const current = yield* CurrentJobFault
    const id = addJob(database, { request, files, fault: current.fault }, now)
    current.stored = true
    const response = json(toJob(database, yield* existing(database, id)))
    yield* start(id)
    return response
  })
})

const listJobs = (database: Database): Operation<void> => ({
  route: BatchEndpoint.listJobs,
  respond: Effect.fnUntraced(function*(_, __, { query }) {
    const read = readJobQuery(query)
    if (read instanceof ErrorResponse) return yield* read
    const { order, size, skipped, where } = read
    const counting = sql`SELECT count(*) AS number FROM batch_jobs WHERE ${where}`
    const reading = sql`SELECT * FROM batch_jobs WHERE ${where} ORDER BY ${order} LIMIT ${bind(size)} OFFSET ${
      bind(skipped)
    }`
    return json({
      data: database.all(reading.text, ...reading.values).map((row) => toJob(database, row)),
      object: "list",
      total: Number(database.get(counting.text, ...counting.values)?.["number"])
    })
  })
})

const fetchJob = (database: Database): Operation<void> => ({
  route: BatchEndpoint.fetchJob,
  respond: Effect.fnUntraced(function*(_, { job_id = "" }, { query }) {
    const row = yield* existing(database, job_id)
    const inline = boolean(queryValue(query, "inline") ?? "false", ["query", "inline"])
    if (Result.isFailure(inline)) return yield* detail(422, [inline.failure])
    const outputs = inline.success ? outputsOf(database, row, yield* Clock.currentTimeMillis) : null
    return json(toJob(database, row, outputs))
  })
})

/** The results of a job that has ended, as far as its files are there. */
const outputsOf = (
  database: Database,
  row: Row,
  now: number
): ReadonlyArray<Readonly<Record<string, unknown>>> | null =>
  row["completed_at"] === null
    ? null
    : [row["output_file"], row["error_file"]]
      .filter((file) => typeof file === "string")
      .filter((file) => fileRow(database, file, now) !== undefined)
      .flatMap((file) => [...linesOf(database, file)])
      .map((line) => JSON.parse(line))

const cancelJob = ({ database, start, stop }: BatchJobs): Operation<void> => ({
  route: BatchEndpoint.cancelJob,
  respond: Effect.fnUntraced(function*(_, { job_id = "" }) {
    const id = String((yield* existing(database, job_id))["id"])
    if (!requestCancellation(database, id)) return json(toJob(database, yield* existing(database, id)))
    const response = json(toJob(database, yield* existing(database, id)))
    // The job finds the request when it is run again.
    yield* Effect.uninterruptible(Effect.andThen(stop(id), start(id)))
    return response
  })
})

const deleteJob = ({ database, stop }: BatchJobs): Operation<void> => ({
  route: BatchEndpoint.deleteJob,
  respond: Effect.fnUntraced(function*(_, { job_id = "" }) {
    const id = String((yield* existing(database, job_id))["id"])
    yield* Effect.uninterruptible(Effect.andThen(stop(id), Effect.sync(() => removeJob(database, id))))
    return json({ id, object: "batch", deleted: true })
  })
})

const existing = (database: Database, id: string): Effect.Effect<Row, ErrorResponse> =>
  Effect.suspend(() => {
    const read = uuid(id, ["path", "job_id"])
    if (Result.isFailure(read)) return Effect.fail(detail(422, [read.failure]))
    const row = jobRow(database, read.success)
    return row === undefined ? Effect.fail(detail(404, "Batch job not found")) : Effect.succeed(row)
  })
