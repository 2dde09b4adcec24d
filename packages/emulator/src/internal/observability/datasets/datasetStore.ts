import type * as Dataset from "@effect-mistral/observability/Dataset"
import { storeFile } from "../../files/fileStore.ts"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { Database, Row } from "../../storage/database.ts"
import { newResource, owner, resourceFields } from "../../storage/resourceFields.ts"
import { observabilityError } from "../api/observabilityError.ts"

/** The row of a dataset, or a 404 response. */
export const datasetRow = (database: Database, id: string): Row | ErrorResponse =>
  database.get("SELECT * FROM datasets WHERE id = ?", id) ??
    observabilityError(404, "DATASET_NOT_FOUND", `There is no dataset ${id}`)

/** Converts a row to a dataset of the API. */
export const toDataset = (row: Row): Dataset.Dataset => ({
  ...resourceFields(row),
  ...owner,
  name: String(row["name"]),
  description: String(row["description"])
})

/** Reads a dataset by its id. */
export const fetchDataset = (database: Database, id: string): Dataset.Dataset | ErrorResponse => {
  const row = datasetRow(database, id)
  return row instanceof ErrorResponse ? row : toDataset(row)
}

/** Creates a dataset. */
export const createDataset = (
  database: Database,
  { description, name }: Dataset.CreateRequest,
  now: number
): Dataset.Dataset | ErrorResponse => {
  const { id, time } = newResource(now)
  database.run(
    "INSERT INTO datasets (id, created_at, updated_at, name, description) VALUES (?, ?, ?, ?, ?)",
    id,
    time,
    time,
    name,
    description
  )
  return fetchDataset(database, id)
}

/** Updates the given fields of a dataset. */
export const updateDataset = (
  database: Database,
  id: string,
  { description, name }: Dataset.UpdateRequest,
  now: number
): Dataset.Dataset | ErrorResponse => {
  database.run(
    `UPDATE datasets
     SET name = coalesce(?, name), description = coalesce(?, description), updated_at = ? WHERE id = ?`,
    name ?? null,
    description ?? null,
    new Date(now).toISOString(),
    id
  )
  return fetchDataset(database, id)
}

/** Deletes a dataset with its records and imports. */
export const deleteDataset = (database: Database, id: string): undefined | ErrorResponse => {
  const row = datasetRow(database, id)
  if (row instanceof ErrorResponse) return row
  database.run("DELETE FROM datasets WHERE id = ?", id)
  return undefined
}

/** Writes the records of a dataset to a file, one line of JSON each, and gives the file's id. */
export const exportDataset = (database: Database, id: string, now: number): string | ErrorResponse => {
  const row = datasetRow(database, id)
  if (row instanceof ErrorResponse) return row
  const lines = database.all(
    "SELECT payload, properties FROM dataset_records WHERE dataset = ? ORDER BY seq",
    Number(row["seq"])
  ).map(({ payload, properties }) => `{"payload":${payload},"properties":${properties}}\n`)
  const filename = `${id}.jsonl`
  return storeFile(database, { filename, purpose: "fine-tune", sample_type: "instruct", source: "mistral" }, lines, now)
}
