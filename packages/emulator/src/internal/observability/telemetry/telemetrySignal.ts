import type { Sql } from "../../storage/database.ts"
import { owner } from "../../storage/resourceFields.ts"
import { constant } from "../../storage/sql.ts"
import { type EventField, judgePrefix } from "../filter/eventField.ts"

/** A field of spans, traces or evaluations, and the SQL expression that reads it. */
export type TelemetryField = Pick<EventField, "name" | "type" | "value">

/** A searchable kind of telemetry: its rows, their time and number, and their fields. */
export interface Signal {
  readonly from: Sql
  readonly time: Sql
  readonly seq: Sql
  readonly fields: ReadonlyArray<TelemetryField>
}

const fieldsOf = (type: EventField["type"], columns: Readonly<Record<string, string>>): ReadonlyArray<TelemetryField> =>
  Object.entries(columns).map(([name, text]) => ({ name, type, value: constant(text) }))

/** Fields that never have a value here. The API writes an empty text or a zero for them, not `null`. */
const without = (type: EventField["type"], empty: string, names: string): ReadonlyArray<TelemetryField> =>
  fieldsOf(type, Object.fromEntries(names.split(" ").map((name) => [name, empty])))

const identity = fieldsOf("TEXT", {
  customer_id: `'${owner.owner_id}'`,
  organization_id: `'${owner.workspace_id}'`,
  workspace_id: `'${owner.workspace_id}'`,
  user_id: `'${owner.owner_id}'`
})

const spanId = "substr(events.trace_id, 1, 16)"
const spanName = "events.operation || ' ' || coalesce(events.model_name, '')"
const seconds = "coalesce(events.total_time_elapsed, 0)"
const duration = `CAST(min(round(${seconds} * 1000000000), ${Number.MAX_SAFE_INTEGER}) AS INTEGER)`
const end = `events.timestamp + CAST(round(${seconds} * 1000) AS INTEGER)`
const service = "'mistral-emulator'"
const reasons = "json_array(events.finish_reason)"
const parameter = (name: string) => `events.parameters ->> '${name}'`
const listed = (text: string) => `CASE WHEN ${text} IS NULL THEN '[]' ELSE json_array(${text}) END`

const ofEvents = { from: constant("events"), time: constant("events.timestamp"), seq: constant("events.seq") }

/** Each completion is one span, named by OpenTelemetry's conventions for generative AI. */
export const spanSignal: Signal = {
  ...ofEvents,
  fields: [
    ...identity,
    ...fieldsOf("TEXT", {
      trace_id: "events.trace_id",
      span_id: spanId,
      span_name: spanName,
      span_kind: "'CLIENT'",
      service_name: service,
      status_code: "'Ok'",
      operation_name: "events.operation",
      provider_name: "'mistral_ai'",
      request_model: "coalesce(events.model_name, '')",
      response_model: "coalesce(events.model_name, '')",
      response_id: "coalesce(events.response_id, '')",
      output_type: "'text'",
      agent_id: "coalesce(events.api_agent_id, '')",
      input_messages: "events.request_messages",
      output_messages: "events.response_messages",
      system_instructions: "coalesce(events.first_system_message, '')",
      tool_definitions: "events.enabled_tools",
      scope_name: service
    }),
    ...without(
      "TEXT",
      "''",
      "parent_span_id trace_state status_message error_type conversation_id data_source_id agent_name agent_version " +
        "agent_description workflow_name prompt_name tool_name tool_type tool_call_id tool_call_arguments " +
        "tool_call_result scope_version"
    ),
    ...fieldsOf("TIMESTAMP", { start_time: "events.timestamp", end_time: end }),
    ...fieldsOf("INT", {
      duration_ns: duration,
      request_choice_count: `coalesce(${parameter("n")}, 1)`,
      request_max_tokens: `coalesce(${parameter("max_tokens")}, 0)`,
      request_seed: `coalesce(${parameter("random_seed")}, 0)`,
      usage_input_tokens: "events.input_tokens",
      usage_output_tokens: "events.output_tokens"
    }),
    ...without("INT", "0", "usage_cache_read_input_tokens usage_cache_creation_input_tokens"),
    ...fieldsOf("FLOAT", {
      request_temperature: parameter("temperature"),
      request_top_p: parameter("top_p"),
      request_top_k: "NULL",
      request_presence_penalty: parameter("presence_penalty"),
      request_frequency_penalty: parameter("frequency_penalty")
    }),
    ...fieldsOf("ARRAY", {
      request_stop_sequences: `CASE json_type(events.parameters, '$.stop')
        WHEN 'array' THEN events.parameters -> 'stop' ELSE ${listed(parameter("stop"))} END`,
      request_encoding_formats: "'[]'",
      response_finish_reasons: `CASE WHEN events.finish_reason IS NULL THEN '[]' ELSE ${reasons} END`
    }),
    ...fieldsOf("MAP", {
      resource_attributes: `json_object('service.name', ${service})`,
      span_attributes: `json_object('gen_ai.operation.name', events.operation, 'gen_ai.provider.name', 'mistral_ai',
        'gen_ai.request.model', coalesce(events.model_name, ''), 'gen_ai.response.id', coalesce(events.response_id, ''),
        'mistral_ai.correlation_id', events.correlation_id)`
    })
  ]
}

/** Each completion is a trace with one span. */
export const traceSignal: Signal = {
  ...ofEvents,
  fields: [
    ...identity,
    ...fieldsOf("TEXT", {
      trace_id: "events.trace_id",
      root_span_id: spanId,
      root_span_name: spanName,
      service_name: service,
      agent_id: "coalesce(events.api_agent_id, '')",
      status_code: "'Unset'",
      first_turn_last_input_message: "coalesce(events.last_user_message_preview, '')",
      first_turn_last_output_message: "coalesce(events.response_messages_preview, '')",
      last_turn_last_input_message: "coalesce(events.last_user_message_preview, '')",
      last_turn_last_output_message: "coalesce(events.response_messages_preview, '')"
    }),
    ...without("TEXT", "''", "environment conversation_id workflow_name agent_name"),
    ...fieldsOf("TIMESTAMP", { start_time: "events.timestamp", end_time: end }),
    ...fieldsOf("INT", {
      duration_ns: duration,
      span_count: "1",
      gen_ai_span_count: "1",
      llm_call_count: "1",
      tool_call_count: "coalesce(json_array_length(events.invoked_tools), 0)",
      evaluation_count: "(SELECT count(*) FROM annotations WHERE annotations.event = events.seq)",
      input_tokens: "events.input_tokens",
      output_tokens: "events.output_tokens"
    }),
    ...without("INT", "0", "error_count retrieval_count cache_read_input_tokens cache_creation_input_tokens"),
    ...fieldsOf("ARRAY", {
      models_used: listed("events.model_name"),
      tools_used: "coalesce(events.invoked_tools, '[]')"
    })
  ]
}

const said = "CAST(round(unixepoch(annotations.created_at, 'subsec') * 1000) AS INTEGER)"

const judgeName = `coalesce(
  (SELECT name FROM judges WHERE judges.id = annotations.judge_id),
  (SELECT judge ->> 'name' FROM campaigns WHERE campaigns.judge_id = annotations.judge_id),
  annotations.judge_id)`

/** A campaign judge's annotation is an evaluation of the span. */
export const evaluationSignal: Signal = {
  from: constant("annotations JOIN events ON events.seq = annotations.event"),
  time: constant(said),
  seq: constant("annotations.seq"),
  fields: [
    ...identity,
    ...fieldsOf("TEXT", {
      trace_id: "events.trace_id",
      span_id: spanId,
      response_id: "coalesce(events.response_id, '')",
      conversation_id: "''",
      evaluation_name: judgeName,
      score_label: "CASE typeof(annotations.answer) WHEN 'text' THEN annotations.answer ELSE '' END",
      explanation: "annotations.analysis"
    }),
    ...fieldsOf("TIMESTAMP", { timestamp: said }),
    ...fieldsOf("FLOAT", {
      score_value: "CASE typeof(annotations.answer) WHEN 'text' THEN 0 ELSE annotations.answer END"
    }),
    ...fieldsOf("MAP", { metadata: `json_object('field', '${judgePrefix}' || annotations.judge_id)` })
  ]
}

/** The emulator receives no log records, so searches find none. */
export const logSignal: Signal = {
  from: constant("(SELECT 0 AS time, 0 AS seq WHERE 0) AS logs"),
  time: constant("logs.time"),
  seq: constant("logs.seq"),
  fields: [
    ...identity,
    ...without(
      "TEXT",
      "''",
      "trace_id span_id severity_text service_name body event_name resource_schema_url scope_schema_url scope_name " +
        "scope_version"
    ),
    ...fieldsOf("TIMESTAMP", { timestamp: "logs.time" }),
    ...without("INT", "0", "trace_flags severity_number"),
    ...without("MAP", "'{}'", "resource_attributes scope_attributes log_attributes")
  ]
}
