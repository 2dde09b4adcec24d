import type { JobFault } from "../faults/faultTarget.ts"
import type { Settings } from "../settings/settings.ts"
import type { Database, Row } from "../storage/database.ts"
import type { LineProblem } from "./jobLines.ts"

/** How a job ends. */
export interface Ending {
  readonly status: "SUCCESS" | "FAILED" | "TIMEOUT_EXCEEDED" | "CANCELLED"
  /** What is wrong with the job beside the errors of its requests. */
  readonly errors: ReadonlyArray<LineProblem>
}

/** A job while it runs. */
export interface RunningJob {
  readonly database: Database
  readonly settings: Settings
  readonly seq: number
  readonly id: string
  readonly endpoint: string
  readonly model: string | null
  readonly agent_id: string | null
  /** In milliseconds since the epoch. */
  readonly createdAt: number
  /** In milliseconds since the epoch. */
  readonly deadline: number
  readonly fault: JobFault | undefined
}

/** Reads a job that runs. */
export const runningJob = (database: Database, settings: Settings, row: Row): RunningJob => ({
  database,
  settings,
  seq: Number(row["seq"]),
  id: String(row["id"]),
  endpoint: String(row["endpoint"]),
  model: row["model"] === null ? null : String(row["model"]),
  agent_id: row["agent_id"] === null ? null : String(row["agent_id"]),
  createdAt: Number(row["created_at"]),
  deadline: Number(row["deadline"]),
  fault: row["fault"] === null ? undefined : JSON.parse(String(row["fault"]))
})
