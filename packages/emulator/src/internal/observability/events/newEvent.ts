import { randomUUID } from "node:crypto"
import type { JsonObject } from "../../json/jsonObject.ts"
import { hexadecimal } from "../../random/random.ts"
import type { SqlValue } from "../../storage/database.ts"
import { mapText, wellFormed } from "../../storage/metadataText.ts"
import { jsonMessageText } from "../../text/jsonMessageText.ts"

/** An event to be stored. Missing values are empty, or derived from the messages. */
export interface NewEvent {
  readonly event_id?: string | undefined
  readonly correlation_id?: string | undefined
  /** An ISO 8601 time with millisecond precision; now unless set. */
  readonly created_at?: string | undefined
  /** `chat` unless set; the names are those of OpenTelemetry. */
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
  /** Values that are not strings are stored as their JSON; `null` values are dropped. */
  readonly metadata?: JsonObject | null | undefined
  /** The request's sampling parameters: `temperature`, `max_tokens` and others. */
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

/** An event in its stored form. */
export interface EventValues {
  readonly id: string
  readonly columns: ReadonlyArray<SqlValue>
  /** The texts that similar events are searched by. */
  readonly words: readonly [question: string, answer: string]
}

/** Converts an event to the values of its columns; `now` is in milliseconds. */
export const eventValues = (event: NewEvent, now: number): EventValues => {
  const id = event.event_id ?? randomUUID()
  const requestMessages = event.request_messages ?? []
  const responseMessages = event.response_messages ?? []
  const question = jsonMessageText(requestMessages.findLast(({ role }) => role === "user"))
  const answer = responseMessages.length === 0
    ? null
    : responseMessages.map((message) => jsonMessageText(message) ?? "").join("\n")
  const tools = event.invoked_tools === undefined ? calledTools(responseMessages) : event.invoked_tools
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
      requestMessages.length + responseMessages.length,
      tools === null ? null : JSON.stringify(tools.map(wellFormed)),
      event.metadata == null ? null : mapText(event.metadata),
      preview(jsonMessageText(requestMessages.find(({ role }) => role === "system"))),
      preview(question),
      preview(answer),
      JSON.stringify(event.parameters ?? {}),
      JSON.stringify(event.enabled_tools ?? []),
      JSON.stringify(requestMessages),
      JSON.stringify(responseMessages)
    ],
    words: [question ?? "", answer ?? ""]
  }
}

const text = (value: string | null | undefined): string | null => value == null ? null : wellFormed(value)

/** The number of characters of a preview. */
const previewLength = 1000

const preview = (value: string | null): string | null =>
  value === null
    ? null
    : wellFormed(value.length <= previewLength ? value : [...value].slice(0, previewLength).join(""))

const calledTools = (messages: ReadonlyArray<JsonObject>): ReadonlyArray<string> => [
  ...new Set(
    messages.flatMap(({ tool_calls }) => Array.isArray(tool_calls) ? tool_calls : []).flatMap((call) => {
      const name: unknown = call?.function?.name
      return typeof name === "string" ? [name] : []
    })
  )
]
