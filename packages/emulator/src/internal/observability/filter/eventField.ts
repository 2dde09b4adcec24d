import type * as Field from "@effect-mistral/observability/Field"
import type * as Filter from "@effect-mistral/observability/Filter"
import type { Database, Sql } from "../storage/database.ts"
import { bind, constant, sql } from "../storage/sql.ts"

/** What a field holds here. */
export type Type = "ENUM" | "TEXT" | "INT" | "FLOAT" | "BOOL" | "TIMESTAMP" | "ARRAY" | "MAP"

/** A field of events, and the SQL that reads it. */
export interface EventField {
  readonly name: string
  readonly label: string
  readonly type: Type
  readonly group: string
  readonly value: Sql
}

const field = (name: string, label: string, type: Type, group: string, column = name): EventField => ({
  name,
  label,
  type,
  group,
  value: constant(`events.${column}`)
})

/** The fields that every event has; the names are the columns'. */
export const fields: ReadonlyArray<EventField> = [
  field("timestamp", "Date", "TIMESTAMP", "event"),
  field("event_id", "Event", "TEXT", "event"),
  field("correlation_id", "Correlation id", "TEXT", "event"),
  field("model_name", "Model", "ENUM", "request"),
  field("api_agent_id", "Agent", "ENUM", "request"),
  field("is_stream", "Streamed", "BOOL", "request"),
  field("metadata", "Metadata", "MAP", "request"),
  field("nb_messages", "Messages", "INT", "conversation"),
  field("first_system_message", "First system message", "TEXT", "conversation"),
  field("last_user_message_preview", "Last user message", "TEXT", "conversation"),
  field("response_messages_preview", "Response", "TEXT", "conversation"),
  field("invoked_tools", "Tools called", "ARRAY", "conversation"),
  field("finish_reason", "Finish reason", "ENUM", "conversation"),
  field("total_time_elapsed", "Seconds", "FLOAT", "usage"),
  field("input_tokens", "Input tokens", "INT", "usage"),
  field("output_tokens", "Output tokens", "INT", "usage")
]

/** The groups that fields are shown in. */
export const fieldGroups = [
  { name: "event", label: "Event" },
  { name: "request", label: "Request" },
  { name: "conversation", label: "Conversation" },
  { name: "usage", label: "Usage" },
  { name: "judges", label: "Judges" }
]

const byName = new Map(fields.map((field) => [field.name, field]))

/** What stands before a judge's id in the name of the field that holds its answers. */
export const judgePrefix = "__judge_"

const metadataPrefix = "metadata."

/** The field with a name: a fixed one, `metadata.<key>`, or `__judge_<id>` of a judge that is or was used. */
export const findField = (database: Database, name: string): EventField | undefined => {
  const fixed = byName.get(name)
  if (fixed !== undefined) return fixed
  if (name.startsWith(metadataPrefix)) {
    const key = bind(name.slice(metadataPrefix.length))
    const value = sql`(SELECT entry.value FROM json_each(events.metadata) AS entry WHERE entry.key = ${key})`
    return { name, label: name, type: "TEXT", group: "request", value }
  }
  if (!name.startsWith(judgePrefix)) return undefined
  const id = name.slice(judgePrefix.length)
  const judge = database.get(
    `SELECT name, output_type FROM judges WHERE id = ?
     UNION ALL
     SELECT judge ->> 'name', judge ->> '$.output.type' FROM campaigns WHERE judge_id = ? LIMIT 1`,
    id,
    id
  )
  return judge === undefined ? undefined : judgeField(id, String(judge["name"]), judge["output_type"])
}

const judgeField = (id: string, label: string, outputType: unknown): EventField => ({
  name: `${judgePrefix}${id}`,
  label,
  type: outputType === "REGRESSION" ? "FLOAT" : "ENUM",
  group: "judges",
  value: sql`(SELECT answer FROM annotations WHERE annotations.event = events.seq AND judge_id = ${bind(id)})`
})

/** A field for every judge that has said something of an event. */
export const judgeFields = (database: Database): ReadonlyArray<EventField> =>
  database.all(
    `SELECT id, name, output_type FROM judges
     WHERE EXISTS (SELECT 1 FROM annotations WHERE judge_id = judges.id) ORDER BY seq`
  ).map(({ id, name, output_type }) => judgeField(String(id), String(name), output_type))

const order: ReadonlyArray<Filter.Operator> = ["lt", "lte", "gt", "gte"]
const equality: ReadonlyArray<Filter.Operator> = ["eq", "neq", "isnull"]
const elements: ReadonlyArray<Filter.Operator> = ["includes", "excludes", "len_eq", "isnull"]
const texts: ReadonlyArray<Filter.Operator> = [
  ...equality,
  ...order,
  "startswith",
  "istartswith",
  "endswith",
  "iendswith",
  "contains",
  "icontains",
  "notcontains",
  "inotcontains",
  "matches"
]

/** The operators by which fields of a type can be filtered. */
export const operators: Readonly<Record<Type, ReadonlyArray<Filter.Operator>>> = {
  ENUM: texts,
  TEXT: texts,
  INT: [...equality, ...order],
  FLOAT: [...equality, ...order],
  BOOL: equality,
  TIMESTAMP: [...equality, ...order],
  ARRAY: elements,
  MAP: ["eq", "neq", ...elements]
}

/** A field as the API describes it. */
export const definition = ({ group, label, name, type }: EventField): Field.Definition => ({
  name,
  label,
  type,
  group,
  supported_operators: operators[type]
})

/** What a field's value is in JSON. */
export const fromColumn = (type: Type, value: unknown): unknown => {
  if (value === null || value === undefined) return null
  switch (type) {
    case "TIMESTAMP":
      return new Date(Number(value)).toISOString()
    case "BOOL":
      return value === 1
    case "ARRAY":
    case "MAP":
      return JSON.parse(String(value))
    default:
      return value
  }
}
