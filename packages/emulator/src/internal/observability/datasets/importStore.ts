import type * as Dataset from "@effect-mistral/observability/Dataset"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Database, Row } from "../../storage/database.ts"
import { newResource, owner, resourceFields } from "../../storage/resourceFields.ts"
import { observabilityError } from "../api/observabilityError.ts"
import { campaignRow } from "../campaigns/campaignStore.ts"
import { eventRow } from "../events/eventStore.ts"
import { datasetRow } from "./datasetStore.ts"
import { missingRecord } from "./recordStore.ts"

/** The origin of an import, with the ids to import. */
export type Wanted =
  | { readonly origin: "campaign"; readonly id: string }
  | { readonly origin: "file"; readonly id: string }
  | { readonly origin: "explorer" | "playground" | "dataset"; readonly ids: ReadonlyArray<string> }

/** Import tasks joined with their datasets. */
export const taskTable =
  "(SELECT import_tasks.*, datasets.id AS dataset_id FROM import_tasks JOIN datasets ON datasets.seq = dataset)"

/** Converts a row to an import task of the API. */
export const toTask = (row: Row): Dataset.ImportTask => {
  const total = row["total"] === null ? undefined : Number(row["total"])
  return {
    ...resourceFields(row),
    workspace_id: owner.workspace_id,
    creator_id: owner.owner_id,
    dataset_id: String(row["dataset_id"]),
    status: String(row["status"]),
    progress: total === undefined ? null : total === 0 ? 100 : Math.floor(Number(row["done"]) / total * 100),
    message: row["message"] === null ? null : String(row["message"])
  }
}

/** Reads an import task of a dataset. */
export const fetchTask = (database: Database, dataset: string, id: string): Dataset.ImportTask | ErrorResponse => {
  const owning = datasetRow(database, dataset)
  if (owning instanceof ErrorResponse) return owning
  const row = database.get(`SELECT * FROM ${taskTable} WHERE id = ? AND dataset_id = ?`, id, dataset)
  return row === undefined ? observabilityError(404, "DATASET_TASK_NOT_FOUND", `There is no task ${id}`) : toTask(row)
}

/**
 * Creates an import task. Rows of the database are checked now; files and conversations are checked when the task runs.
 */
export const createTask = (
  database: Database,
  dataset: string,
  wanted: Wanted,
  now: number
): Dataset.ImportTask | ErrorResponse => {
  const owning = datasetRow(database, dataset)
  if (owning instanceof ErrorResponse) return owning
  const missing = missingOrigin(database, wanted)
  if (missing !== undefined) return missing
  const { id, time } = newResource(now)
  database.run(
    `INSERT INTO import_tasks (id, dataset, created_at, updated_at, origin, wanted, status)
     VALUES (?, ?, ?, ?, ?, ?, 'RUNNING')`,
    id,
    Number(owning["seq"]),
    time,
    time,
    wanted.origin,
    JSON.stringify(wanted)
  )
  return fetchTask(database, dataset, id)
}

const missingOrigin = (database: Database, wanted: Wanted): ErrorResponse | undefined => {
  switch (wanted.origin) {
    case "campaign": {
      const campaign = campaignRow(database, wanted.id)
      return campaign instanceof ErrorResponse ? campaign : undefined
    }
    case "explorer":
      return wanted.ids.map((id) => eventRow(database, id)).find((row) => row instanceof ErrorResponse)
    case "dataset":
      return missingRecord(database, wanted.ids)
    default:
      return undefined
  }
}
