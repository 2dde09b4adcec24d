import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { Settings } from "../settings/settings.ts"
import type { Database, Row } from "../storage/database.ts"
import { DatabaseUnavailable } from "../storage/databaseTrouble.ts"
import { linesOfJob, makeLineChecker, readSome, removedInput } from "./jobLines.ts"
import { answerRequests } from "./jobRequests.ts"
import { countError, jobRow, removeLeftovers } from "./jobStore.ts"
import { withResultFiles } from "./resultFiles.ts"
import { type Ending, type RunningJob, runningJob } from "./runningJob.ts"

/**
 * Runs a job to its end: it is validated, waits in the queue, gets its requests answered, and its results become files.
 *
 * *Details*: each step stores what it has done, so that the job can be interrupted at any time and run again, without losing
 * or repeating a request. A job that was deleted does not run. While the database is unavailable, the effect dies of
 * `DatabaseUnavailable`.
 */
export const runJob = Effect.fnUntraced(function*(database: Database, settings: Settings, id: string) {
  const row = jobRow(database, id)
  if (row === undefined) return
  const job = runningJob(database, settings, row)
  if (row["ending"] === null) {
    const ending = yield* Effect.catchDefect(
      endOf(job, row),
      (defect) => defect instanceof DatabaseUnavailable ? Effect.die(defect) : Effect.succeed(broken)
    )
    storeEnding(job, ending)
  }
  yield* finish(job)
})

const broken: Ending = {
  status: "FAILED",
  errors: [{ message: "The emulator could not run the job", count: 1 }]
}

/** Runs a job until it is decided how it ends. */
const endOf = Effect.fnUntraced(function*(job: RunningJob, row: Row): Effect.fn.Return<Ending> {
  if (row["total_requests"] === null) {
    const problems = yield* validate(job, row)
    if (problems.length > 0) return { status: "FAILED", errors: problems }
  }
  if (row["status"] === "CANCELLATION_REQUESTED") {
    // The request that is being answered takes its time.
    if (row["started_at"] !== null) yield* Effect.sleep(Math.min(1000, 1000 / job.settings.batch.requestsPerSecond))
    return { status: "CANCELLED", errors: [] }
  }
  if (row["started_at"] === null) {
    const begins = job.createdAt + Duration.toMillis(job.settings.batch.queueTime)
    const now = yield* Clock.currentTimeMillis
    const waits = Math.min(begins, job.deadline) - now
    if (waits > 0) yield* Effect.sleep(waits)
    if (job.fault?.type === "batch_failed") {
      return { status: "FAILED", errors: [{ message: job.fault.message ?? "The job failed", count: 1 }] }
    }
    if ((yield* Clock.currentTimeMillis) < job.deadline) {
      job.database.run(
        "UPDATE batch_jobs SET status = 'RUNNING', started_at = ? WHERE seq = ? AND status = 'QUEUED'",
        yield* Clock.currentTimeMillis,
        job.seq
      )
    }
  }
  return yield* answerRequests(job, linesOfJob(job.database, row), {
    done: Number(row["succeeded_requests"]) + Number(row["failed_requests"]),
    total: Number(jobRow(job.database, job.id)?.["total_requests"])
  })
})

/** The number of lines that are checked before other fibers run. */
const checked = 1000

/** Checks the lines of a job, and stores their number if all of them are valid. */
const validate = Effect.fnUntraced(function*(job: RunningJob, row: Row) {
  const checker = makeLineChecker()
  const lines = linesOfJob(job.database, row)
  for (;;) {
    const more = readSome(lines, checked)
    more.lines.forEach(checker.add)
    if (more.removed) return [removedInput(1)]
    if (more.lines.length < checked) break
    yield* Effect.yieldNow
  }
  const problems = checker.problems()
  if (problems.length === 0) {
    job.database.run("UPDATE batch_jobs SET total_requests = ? WHERE seq = ?", checker.count(), job.seq)
  }
  return problems
})

const storeEnding = ({ database, seq }: RunningJob, { errors, status }: Ending): void =>
  database.transaction(() => {
    database.run("UPDATE batch_jobs SET ending = ? WHERE seq = ?", status, seq)
    for (const { count, message } of errors) countError(database, seq, message, count)
  })

/** The number of rows that are removed before other fibers run. */
const removed = 2000

/** Writes the files of a job, gives it its last status, and removes what it does not need then. */
const finish = Effect.fnUntraced(function*(job: RunningJob) {
  const { database, seq } = job
  const now = yield* Clock.currentTimeMillis
  yield* withResultFiles(
    database,
    job,
    { seed: job.settings.seed, now },
    ({ error, output }) =>
      database.transaction(() => {
        output?.finish()
        error?.finish()
        database.run(
          "UPDATE batch_jobs SET status = ending, completed_at = ?, output_file = ?, error_file = ? WHERE seq = ?",
          now,
          output?.id ?? null,
          error?.id ?? null,
          seq
        )
      })
  )
  while (!removeLeftovers(database, seq, removed)) yield* Effect.yieldNow
})
