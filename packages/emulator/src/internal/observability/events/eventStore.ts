import type * as ChatCompletionEvent from "@effect-mistral/observability/ChatCompletionEvent"
import type * as Filter from "@effect-mistral/observability/Filter"
import { ErrorResponse } from "../../http/errorResponse.ts"
import type { JsonObject } from "../../json/jsonObject.ts"
import type { Database, Row, Sql } from "../../storage/database.ts"
import { bind, constant, list, sql } from "../../storage/sql.ts"
import { cursorPage } from "../api/cursorPage.ts"
import { badField, observabilityError } from "../api/observabilityError.ts"
import { type EventField, fields, findField, fromColumn, judgePrefix } from "../filter/eventField.ts"
import { filterSql } from "../filter/filterSql.ts"
import { eventColumns, eventValues, type NewEvent } from "./newEvent.ts"

const insertEvent = `INSERT INTO events (${eventColumns.join(", ")}) VALUES (${eventColumns.map(() => "?").join(", ")})`

/**
 * Adds events, all or none, and gives their ids. They are committed when the function returns; `now` is in
 * milliseconds.
 */
export const addEvents = (database: Database, events: Iterable<NewEvent>, now: number): ReadonlyArray<string> =>
  database.transaction(() => {
    const ids: Array<string> = []
    for (const event of events) {
      const { columns, id, words } = eventValues(event, now)
      database.run(insertEvent, ...columns)
      database.run(
        "INSERT INTO event_words (rowid, question, answer) VALUES (last_insert_rowid(), ?, ?)",
        ...words
      )
      ids.push(id)
    }
    return ids
  })

/** The number of events. */
export const countEvents = (database: Database): number =>
  Number(database.get("SELECT count(*) AS number FROM events")?.["number"])

/** A search for events: the filter, the extra fields and the page. */
export interface Search {
  readonly filters: Filter.Filter | null
  readonly extraFields: ReadonlyArray<string>
  readonly pageSize: number
  readonly cursor: string | undefined
}

/** A page of events, and the cursor of the next page if there is one. */
export interface SearchPage {
  readonly results: ReadonlyArray<ChatCompletionEvent.Preview>
  readonly cursor: string | null
}

const time = constant("events.timestamp")
const seq = constant("events.seq")

/** Reads a page of the events that a filter selects, newest first. */
export const searchEvents = (
  database: Database,
  { cursor, extraFields, filters, pageSize }: Search
): SearchPage | ErrorResponse => {
  const condition = filterSql(database, filters)
  if (condition instanceof ErrorResponse) return condition
  const shown = shownFields(database, extraFields)
  if (shown instanceof ErrorResponse) return shown
  const feed = { columns: columnsOf(shown), from: constant("events"), time, seq, condition }
  const page = cursorPage(database, feed, { cursor, pageSize })
  return page instanceof ErrorResponse ? page : { results: previews(database, shown, page.rows), cursor: page.cursor }
}

/** The ids of all events that a filter selects, newest first. */
export const searchIds = (database: Database, filters: Filter.Filter | null): ReadonlyArray<string> | ErrorResponse => {
  const condition = filterSql(database, filters)
  if (condition instanceof ErrorResponse) return condition
  const { text, values } = sql`SELECT event_id FROM events WHERE ${condition} ORDER BY ${time} DESC, ${seq} DESC`
  return database.all(text, ...values).map(({ event_id }) => String(event_id))
}

/** Reads events in the order of the rows; `from` follows `FROM events`. */
export const previewsFrom = (database: Database, from: Sql): ReadonlyArray<ChatCompletionEvent.Preview> => {
  const { text, values } = sql`SELECT ${columnsOf(fields)} FROM events ${from}`
  return previews(database, fields, database.all(text, ...values))
}

/** The row of an event, or a 404 response. */
export const eventRow = (database: Database, id: string): Row | ErrorResponse =>
  database.get("SELECT * FROM events WHERE event_id = ?", id) ??
    observabilityError(404, "SEARCH_NOT_FOUND", `There is no event ${id}`)

/** Reads an event with its messages and all its fields. */
export const fetchEvent = (database: Database, id: string): ChatCompletionEvent.ChatCompletionEvent | ErrorResponse => {
  const row = eventRow(database, id)
  if (row instanceof ErrorResponse) return row
  const [preview] = previewsFrom(database, sql`WHERE events.seq = ${bind(Number(row["seq"]))}`)
  return {
    ...preview!,
    ...messagesOf(row),
    enabled_tools: JSON.parse(String(row["enabled_tools"])),
    nb_messages: Number(row["nb_messages"]),
    chat_transcription_events: []
  }
}

/** The messages of an event's row. */
export const messagesOf = (row: Row): {
  readonly request_messages: ReadonlyArray<JsonObject>
  readonly response_messages: ReadonlyArray<JsonObject>
} => ({
  request_messages: JSON.parse(String(row["request_messages"])),
  response_messages: JSON.parse(String(row["response_messages"]))
})

/** The maximum number of extra fields: SQLite allows 2,000 columns in a result. */
const mostShown = 1000

const shownFields = (database: Database, names: ReadonlyArray<string>): ReadonlyArray<EventField> | ErrorResponse => {
  const shown: Array<EventField> = []
  const wanted = new Set(names)
  if (wanted.size > mostShown) return badField(`At most ${mostShown} extra fields can be shown`)
  for (const name of wanted) {
    const field = findField(database, name)
    if (field === undefined) return badField(`There is no field ${name}`)
    shown.push(field)
  }
  return shown
}

const always = constant(
  "events.seq, events.timestamp, events.event_id, events.correlation_id, events.input_tokens, events.output_tokens"
)

const columnsOf = (shown: ReadonlyArray<EventField>): Sql =>
  list([always, ...shown.map(({ value }, at) => sql`${value} AS ${constant(`shown_${at}`)}`)], ", ")

const previews = (
  database: Database,
  shown: ReadonlyArray<EventField>,
  rows: ReadonlyArray<Row>
): ReadonlyArray<ChatCompletionEvent.Preview> => {
  const said = annotations(database, rows)
  return rows.map((row) => ({
    event_id: String(row["event_id"]),
    correlation_id: String(row["correlation_id"]),
    created_at: new Date(Number(row["timestamp"])).toISOString(),
    extra_fields: {
      ...Object.fromEntries(shown.map(({ name, type }, at) => [name, fromColumn(type, row[`shown_${at}`])])),
      ...said.get(Number(row["seq"]))
    },
    nb_input_tokens: Number(row["input_tokens"]),
    nb_output_tokens: Number(row["output_tokens"])
  }))
}

/** The judges' annotations of events. They are always included. */
const annotations = (database: Database, rows: ReadonlyArray<Row>): ReadonlyMap<number, Record<string, unknown>> => {
  const said = new Map<number, Record<string, unknown>>()
  const found = database.all(
    "SELECT event, judge_id, answer FROM annotations WHERE event IN (SELECT value FROM json_each(?))",
    JSON.stringify(rows.map(({ seq }) => seq))
  )
  for (const { answer, event, judge_id } of found) {
    const one = said.get(Number(event)) ?? {}
    one[`${judgePrefix}${judge_id}`] = answer
    said.set(Number(event), one)
  }
  return said
}
