import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import { fileRow, linesOf } from "../../files/fileStore.ts"
import { ErrorResponse } from "../../http/errorResponse.ts"
import { isJsonObject } from "../../json/jsonObject.ts"
import type { Database, Row } from "../../storage/database.ts"
import type { Pace } from "../../timing/pace.ts"
import { messagesOf } from "../events/eventStore.ts"
import type { Wanted } from "./importStore.ts"
import { addRecord, fetchRecord, type NewRecord } from "./recordStore.ts"

/** The number of records that are imported in one transaction. */
const batch = 100

/**
 * Imports the items of a task in batches. Each batch is one transaction that stores the progress, so that the import
 * can be interrupted at any time and resumed without losing or repeating a record.
 */
export const runImport = Effect.fnUntraced(function*(database: Database, id: string, pace: Pace) {
  const task = database.get("SELECT * FROM import_tasks WHERE id = ? AND status = 'RUNNING'", id)
  if (task === undefined) return
  const wanted: Wanted = JSON.parse(String(task["wanted"]))
  const items = itemsOf(database, wanted, yield* Clock.currentTimeMillis)
  const rest = "failed" in items ? items : { total: items.total, next: items.from(Number(task["done"])) }
  for (;;) {
    yield* Effect.sleep(pace.timeToFirstToken)
    const now = yield* Clock.currentTimeMillis
    if (importSome(database, id, wanted, rest, now)) return
  }
})

/** The imports that were still running when the database was closed. */
export const unfinishedImports = (database: Database): ReadonlyArray<string> =>
  database.all("SELECT id FROM import_tasks WHERE status = 'RUNNING' ORDER BY seq").map(({ id }) => String(id))

/** The items to import, as ids or lines of a file. */
interface Items {
  readonly total: number
  /** Iterates from an item on. Only one line of a file is in memory. */
  readonly from: (index: number) => Iterator<string>
}

const listed = (items: ReadonlyArray<string>): Items => ({
  total: items.length,
  from: (index) => items.slice(index).values()
})

/** The items to import, or the reason why they cannot be read. */
const itemsOf = (database: Database, wanted: Wanted, now: number): Items | Failed => {
  switch (wanted.origin) {
    case "campaign":
      return listed(
        database.all(
          `SELECT event_id FROM campaign_events JOIN campaigns ON campaigns.seq = campaign
           JOIN events ON events.seq = event WHERE campaigns.id = ? ORDER BY position`,
          wanted.id
        ).map(({ event_id }) => String(event_id))
      )
    case "file": {
      if (fileRow(database, wanted.id, now) === undefined) return { failed: `There is no file ${wanted.id}` }
      let total = 0
      for (const _ of filledLines(database, wanted.id)) total++
      return { total, from: (index) => filledLines(database, wanted.id, index) }
    }
    default:
      return listed(wanted.ids)
  }
}

/** The lines of a file that are not empty, without the first ones. */
function* filledLines(database: Database, id: string, skipped = 0): Generator<string> {
  let count = 0
  for (const line of linesOf(database, id)) {
    if (line.trim() !== "" && count++ >= skipped) yield line
  }
}

interface Failed {
  readonly failed: string
}

/** Imports one batch. Gives whether the task has ended. */
const importSome = (
  database: Database,
  id: string,
  wanted: Wanted,
  items: { readonly total: number; readonly next: Iterator<string> } | Failed,
  now: number
): boolean =>
  database.transaction(() => {
    const task = database.get("SELECT * FROM import_tasks WHERE id = ?", id)
    // The dataset was deleted together with its tasks.
    if (task === undefined) return true
    const end = (status: string, message: string | null, done: number, total: number | null): boolean => {
      database.run(
        "UPDATE import_tasks SET status = ?, message = ?, done = ?, total = ?, updated_at = ? WHERE id = ?",
        status,
        message,
        done,
        total,
        new Date(now).toISOString(),
        id
      )
      return status !== "RUNNING"
    }
    if ("failed" in items) return end("FAILED", items.failed, 0, null)
    let done = Number(task["done"])
    for (let count = 0; count < batch; count++) {
      const item = items.next.next()
      if (item.done === true) break
      const record = recordOf(database, wanted.origin, item.value)
      if ("failed" in record) return end("FAILED", `${record.failed} (after ${done} records)`, done, items.total)
      addRecord(database, { seq: task["dataset"]! }, record, now)
      done++
    }
    return end(done < items.total ? "RUNNING" : "COMPLETED", null, done, items.total)
  })

const recordOf = (database: Database, origin: Wanted["origin"], item: string): NewRecord | Failed => {
  switch (origin) {
    case "dataset": {
      const record = fetchRecord(database, item)
      return record instanceof ErrorResponse ? { failed: `There is no record ${item}` } : record
    }
    case "file":
      return fromLine(item)
    case "playground":
      return fromEvent(
        "PLAYGROUND",
        database.get("SELECT * FROM events WHERE ? IN (event_id, correlation_id)", item)
      ) ??
        { failed: `There is no conversation ${item}` }
    default:
      return fromEvent("EXPLORER", database.get("SELECT * FROM events WHERE event_id = ?", item)) ??
        { failed: `There is no event ${item}` }
  }
}

const fromEvent = (source: string, row: Row | undefined): NewRecord | undefined => {
  if (row === undefined) return undefined
  const { request_messages, response_messages } = messagesOf(row)
  const { event_id, model_name } = row
  return {
    payload: { messages: [...request_messages, ...response_messages] },
    properties: { event_id, model_name },
    source
  }
}

/** Reads a line of an export, or any JSON object as a payload. */
const fromLine = (line: string): NewRecord | Failed => {
  const json = parse(line)
  if (!isJsonObject(json)) return { failed: "A line of the file is not a JSON object" }
  const { payload, properties } = json
  return isJsonObject(payload) && (properties == null || isJsonObject(properties))
    ? { payload, properties, source: "UPLOADED_FILE" }
    : { payload: json, source: "UPLOADED_FILE" }
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
