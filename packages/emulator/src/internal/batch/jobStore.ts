import type * as BatchJob from "@effect-mistral/batch/BatchJob"
import { randomUUID } from "node:crypto"
import type { JobFault } from "../faults/faultTarget.ts"
import type { Database, Row } from "../storage/database.ts"

const hour = 3_600_000

/** The timeout of a job that names none. */
const usualTimeout = 24

/** A job to be stored. */
export interface NewJob {
  readonly request: BatchJob.CreateRequest
  /** The ids of the input files. */
  readonly files: ReadonlyArray<string>
  readonly fault: JobFault | undefined
}

/** Stores a job that is queued, and gives its id. `now` is in milliseconds. */
export const addJob = (database: Database, { fault, files, request }: NewJob, now: number): string =>
  database.transaction(() => {
    const id = randomUUID()
    database.run(
      `INSERT INTO batch_jobs (id, created_at, deadline, endpoint, model, agent_id, metadata, input_files, fault, status)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'QUEUED')`,
      id,
      now,
      now + (request.timeout_hours ?? usualTimeout) * hour,
      request.endpoint,
      request.model ?? null,
      request.agent_id ?? null,
      request.metadata == null ? null : JSON.stringify(request.metadata),
      JSON.stringify(files),
      fault === undefined ? null : JSON.stringify(fault)
    )
    if (request.requests != null) {
      database.run(
        "INSERT INTO batch_requests (job, lines) SELECT seq, ? FROM batch_jobs WHERE id = ?",
        request.requests.map((one) => JSON.stringify(one)).join("\n"),
        id
      )
    }
    return id
  })

/** The row of a job. */
export const jobRow = (database: Database, id: string): Row | undefined =>
  database.get("SELECT * FROM batch_jobs WHERE id = ?", id)

/** The number of different errors that a job shows: those of the most requests. */
const shownErrors = 100

/** Converts a row to a job of the API. */
export const toJob = (
  database: Database,
  row: Row,
  outputs: ReadonlyArray<Readonly<Record<string, unknown>>> | null = null
): BatchJob.BatchJob => {
  const succeeded = Number(row["succeeded_requests"])
  const failed = Number(row["failed_requests"])
  return {
    id: String(row["id"]),
    object: "batch",
    input_files: filesOf(row),
    metadata: row["metadata"] === null ? null : JSON.parse(String(row["metadata"])),
    endpoint: String(row["endpoint"]),
    model: text(row["model"]),
    agent_id: text(row["agent_id"]),
    output_file: text(row["output_file"]),
    error_file: text(row["error_file"]),
    errors: database.all(
      "SELECT message, count FROM batch_errors WHERE job = ? ORDER BY count DESC, message LIMIT ?",
      Number(row["seq"]),
      shownErrors
    ).map(({ count, message }) => ({ message: String(message), count: Number(count) })),
    outputs,
    status: String(row["status"]),
    created_at: seconds(row["created_at"]) ?? 0,
    total_requests: Number(row["total_requests"] ?? 0),
    completed_requests: succeeded + failed,
    succeeded_requests: succeeded,
    failed_requests: failed,
    started_at: seconds(row["started_at"]),
    completed_at: seconds(row["completed_at"])
  }
}

/** The ids of a job's input files. */
export const filesOf = (row: Row): ReadonlyArray<string> => JSON.parse(String(row["input_files"]))

const text = (value: Row[string] | undefined): string | null => value == null ? null : String(value)

const seconds = (millis: Row[string] | undefined): number | null =>
  millis == null ? null : Math.floor(Number(millis) / 1000)

/** Requests the cancellation of a job. Gives whether it was not requested before and the job has not ended. */
export const requestCancellation = (database: Database, id: string): boolean =>
  database.run(
    "UPDATE batch_jobs SET status = 'CANCELLATION_REQUESTED' WHERE id = ? AND status IN ('QUEUED', 'RUNNING')",
    id
  ) > 0

/** Removes a job. Its files stay. */
export const removeJob = (database: Database, id: string): void => {
  database.run("DELETE FROM batch_jobs WHERE id = ?", id)
}

/** Adds to the number of requests that failed with a message. */
export const countError = (database: Database, job: number, message: string, count: number): void => {
  database.run(
    `INSERT INTO batch_errors (job, message, count) VALUES (?, ?, ?)
     ON CONFLICT (job, message) DO UPDATE SET count = count + excluded.count`,
    job,
    message,
    count
  )
}

const ended = "('SUCCESS', 'FAILED', 'TIMEOUT_EXCEEDED', 'CANCELLED')"

/** The jobs that had not ended when the database was closed. */
export const unfinishedJobs = (database: Database): ReadonlyArray<string> =>
  database.all(`SELECT id FROM batch_jobs WHERE status NOT IN ${ended} ORDER BY seq`).map(({ id }) => String(id))

/** Removes what a job that has ended does not need: its files hold the results. Gives whether all of it is removed. */
export const removeLeftovers = (database: Database, job: number, rows: number): boolean => {
  database.run("DELETE FROM batch_requests WHERE job = ?", job)
  const last = database.get(
    "SELECT max(position) AS position FROM (SELECT position FROM batch_results WHERE job = ? ORDER BY position LIMIT ?)",
    job,
    rows
  )?.["position"]
  if (last == null) return true
  database.run("DELETE FROM batch_results WHERE job = ? AND position <= ?", job, Number(last))
  return false
}

/** Removes what a killed process left of jobs that had ended. */
export const removeAllLeftovers = (database: Database): void => {
  const jobs = `(SELECT seq FROM batch_jobs WHERE status IN ${ended})`
  database.run(`DELETE FROM batch_results WHERE job IN ${jobs}`)
  database.run(`DELETE FROM batch_requests WHERE job IN ${jobs}`)
}
