import { randomUUID } from "node:crypto"
import { hexadecimal } from "../random.ts"
import type { SqlValue } from "./database.ts"

/** JSON with names. */
export type JsonObject = { readonly [key: string]: unknown }

/** Whether a value is JSON with names. */
export const isJsonObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

/** An event to be recorded; what is left out is empty, or follows from the messages. */
export interface NewEvent {
  readonly event_id?: string | undefined
  readonly correlation_id?: string | undefined
  /** An ISO time, kept to the millisecond; now unless set. */
  readonly created_at?: string | undefined
  /** `chat` unless set; the names are OpenTelemetry's. */
  readonly operation?: "chat" | "invoke_agent" | "text_completion" | (string & {}) | undefined
  readonly response_id?: string | null | undefined
  readonly model_name?: string | null | undefined
  readonly api_agent_id?: string | null | undefined
  readonly is_stream?: boolean | null | undefined
  readonly finish_reason?: string | null | undefined
  /** In seconds. */
  readonly total_time_elapsed?: number | null | undefined
  readonly input_tokens?: number | undefined
  readonly output_tokens?: number | undefined
  /** The names of the tools that the response messages call, unless set. */
  readonly invoked_tools?: ReadonlyArray<string> | null | undefined
  /** Values that are no texts are kept as their JSON, those that are `null` not at all. */
  readonly metadata?: JsonObject | null | undefined
  /** What the request said of sampling: `temperature`, `max_tokens` and the like. */
  readonly parameters?: JsonObject | undefined
  readonly enabled_tools?: ReadonlyArray<JsonObject> | undefined
  readonly request_messages?: ReadonlyArray<JsonObject> | undefined
  readonly response_messages?: ReadonlyArray<JsonObject> | undefined
}

/** The columns of an event, in the order of `eventValues`. */
export const eventColumns = [
  "event_id",
  "correlation_id",
  "trace_id",
  "timestamp",
  "operation",
  "response_id",
  "model_name",
  "api_agent_id",
  "is_stream",
  "finish_reason",
  "total_time_elapsed",
  "input_tokens",
  "output_tokens",
  "nb_messages",
  "invoked_tools",
  "metadata",
  "first_system_message",
  "last_user_message_preview",
  "response_messages_preview",
  "parameters",
  "enabled_tools",
  "request_messages",
  "response_messages"
]

/** An event as it is stored. */
export interface EventValues {
  readonly id: string
  readonly columns: ReadonlyArray<SqlValue>
  /** What similar events are found by. */
  readonly words: readonly [question: string, answer: string]
}

/** The values of an event's columns; `now` is in milliseconds. */
export const eventValues = (event: NewEvent, now: number): EventValues => {
  const id = event.event_id ?? randomUUID()
  const asked = event.request_messages ?? []
  const answered = event.response_messages ?? []
  const question = textOf(asked.findLast(({ role }) => role === "user"))
  const answer = answered.length === 0 ? null : answered.map((message) => textOf(message) ?? "").join("\n")
  const tools = event.invoked_tools === undefined ? calledTools(answered) : event.invoked_tools
  return {
    id,
    columns: [
      id,
      event.correlation_id ?? id,
      hexadecimal(id),
      event.created_at === undefined ? now : Date.parse(event.created_at),
      event.operation ?? "chat",
      event.response_id ?? null,
      text(event.model_name),
      text(event.api_agent_id),
      event.is_stream == null ? null : Number(event.is_stream),
      text(event.finish_reason),
      event.total_time_elapsed ?? null,
      event.input_tokens ?? 0,
      event.output_tokens ?? 0,
      asked.length + answered.length,
      tools === null ? null : JSON.stringify(tools.map(wellFormed)),
      event.metadata == null ? null : mapText(event.metadata),
      preview(textOf(asked.find(({ role }) => role === "system"))),
      preview(question),
      preview(answer),
      JSON.stringify(event.parameters ?? {}),
      JSON.stringify(event.enabled_tools ?? []),
      JSON.stringify(asked),
      JSON.stringify(answered)
    ],
    words: [question ?? "", answer ?? ""]
  }
}

/** Half of a surrogate pair cannot be written as UTF-8. */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, "\ufffd")

const text = (value: string | null | undefined): string | null => value == null ? null : wellFormed(value)

/** How many characters of a message a preview has. */
const previewLength = 1000

const preview = (value: string | null): string | null =>
  value === null
    ? null
    : wellFormed(value.length <= previewLength ? value : [...value].slice(0, previewLength).join(""))

/** The words of a message: its text, or those of its pieces; `null` where there is no message. */
export const textOf = (message: JsonObject | undefined): string | null => {
  if (message === undefined) return null
  const content = message["content"]
  if (typeof content === "string") return content
  return Array.isArray(content) ? content.map(pieceText).join("") : ""
}

const pieceText = (piece: unknown): string =>
  typeof piece === "object" && piece !== null && "text" in piece && typeof piece.text === "string" ? piece.text : ""

const calledTools = (messages: ReadonlyArray<JsonObject>): ReadonlyArray<string> => [
  ...new Set(
    messages.flatMap(({ tool_calls }) => Array.isArray(tool_calls) ? tool_calls : []).flatMap((call) => {
      const name: unknown = call?.function?.name
      return typeof name === "string" ? [name] : []
    })
  )
]

/** A map as it is stored and compared: texts, in the order of their keys. */
export const mapText = (map: JsonObject): string =>
  JSON.stringify(Object.fromEntries(
    Object.entries(map)
      .filter(([, value]) => value !== undefined && value !== null)
      .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0)
      .map(([key, value]) => [
        wellFormed(key),
        wellFormed(typeof value === "string" ? value : JSON.stringify(value))
      ])
  ))
