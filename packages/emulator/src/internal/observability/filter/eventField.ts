import type * as Field from "@effect-mistral/observability/Field"
import type * as Filter from "@effect-mistral/observability/Filter"
import type { Database, Sql } from "../../storage/database.ts"
import { bind, constant, sql } from "../../storage/sql.ts"

/** The type of a field. */
export type Type = "ENUM" | "TEXT" | "INT" | "FLOAT" | "BOOL" | "TIMESTAMP" | "ARRAY" | "MAP"

/** A field of events, and the SQL expression that reads it. */
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

/** The fields of every event, named like their columns. */
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

/** The groups of fields. */
export const fieldGroups = [
  { name: "event", label: "Event" },
  { name: "request", label: "Request" },
  { name: "conversation", label: "Conversation" },
  { name: "usage", label: "Usage" },
  { name: "judges", label: "Judges" }
]

const byName = new Map(fields.map((field) => [field.name, field]))

/** The prefix of the fields that hold judges' answers, before the judge's id. */
export const judgePrefix = "__judge_"

const metadataPrefix = "metadata."

/** Finds a field by its name: a fixed one, `metadata.<key>`, or `__judge_<id>` of a judge that is or was used. */
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

/** The fields of the judges that have annotated an event. */
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

/** The filter operators that each type supports. */
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

/** Converts a field to its definition in the API. */
export const definition = ({ group, label, name, type }: EventField): Field.Definition => ({
  name,
  label,
  type,
  group,
  supported_operators: operators[type]
})

/** Converts the value of a column to JSON. */
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
