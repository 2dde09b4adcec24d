import type * as DatasetRecord from "@effect-mistral/observability/DatasetRecord"
import type { ErrorResponse } from "../../http/errorResponse.ts"
import type { JsonObject } from "../../json/jsonObject.ts"
import type { Database, Row } from "../../storage/database.ts"
import { newResource, resourceFields } from "../../storage/resourceFields.ts"
import { observabilityError } from "../api/observabilityError.ts"

/** Records joined with their datasets. */
export const recordTable =
  "(SELECT dataset_records.*, datasets.id AS dataset_id FROM dataset_records JOIN datasets ON datasets.seq = dataset)"

/** The content of a record. */
export interface NewRecord {
  readonly payload: JsonObject
  readonly properties?: JsonObject | null | undefined
  readonly source: DatasetRecord.Source
}

/** Converts a row to a record of the API. */
export const toRecord = (row: Row): DatasetRecord.DatasetRecord => ({
  ...resourceFields(row),
  dataset_id: String(row["dataset_id"]),
  payload: JSON.parse(String(row["payload"])),
  properties: JSON.parse(String(row["properties"])),
  source: String(row["source"])
})

/** Reads a record by its id. */
export const fetchRecord = (database: Database, id: string): DatasetRecord.DatasetRecord | ErrorResponse => {
  const row = database.get(`SELECT * FROM ${recordTable} WHERE id = ?`, id)
  return row === undefined ? noRecord(id) : toRecord(row)
}

const noRecord = (id: string): ErrorResponse =>
  observabilityError(404, "DATASET_RECORD_NOT_FOUND", `There is no record ${id}`)

/** Adds a record to a dataset and gives its id. */
export const addRecord = (database: Database, dataset: Row, record: NewRecord, now: number): string => {
  const { id, time } = newResource(now)
  database.run(
    `INSERT INTO dataset_records (id, dataset, created_at, updated_at, payload, properties, source)
     VALUES (?, ?, ?, ?, ?, ?, ?)`,
    id,
    Number(dataset["seq"]),
    time,
    time,
    JSON.stringify(record.payload),
    JSON.stringify(record.properties ?? {}),
    record.source
  )
  return id
}

/** Replaces a record's payload or properties. */
export const updateRecord = (
  database: Database,
  id: string,
  column: "payload" | "properties",
  value: JsonObject,
  now: number
): undefined | ErrorResponse =>
  database.run(
      `UPDATE dataset_records SET ${column} = ?, updated_at = ? WHERE id = ?`,
      JSON.stringify(value),
      new Date(now).toISOString(),
      id
    ) === 0
    ? noRecord(id)
    : undefined

/** Deletes records: all of them, or none if one does not exist. */
export const deleteRecords = (database: Database, ids: ReadonlyArray<string>): undefined | ErrorResponse =>
  database.transaction(() => {
    const missing = missingRecord(database, ids)
    if (missing !== undefined) return missing
    database.run("DELETE FROM dataset_records WHERE id IN (SELECT value FROM json_each(?))", JSON.stringify(ids))
    return undefined
  })

/** The 404 response for the first id without a record; `undefined` if all exist. */
export const missingRecord = (database: Database, ids: ReadonlyArray<string>): ErrorResponse | undefined => {
  const missing = database.get(
    "SELECT value FROM json_each(?) WHERE value NOT IN (SELECT id FROM dataset_records)",
    JSON.stringify(ids)
  )
  return missing === undefined ? undefined : noRecord(String(missing["value"]))
}
