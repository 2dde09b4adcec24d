/**
 * Log records that programs send to Mistral by OpenTelemetry.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/logs
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import * as Page from "./Page.ts"

const attributes = Schema.Record(Schema.String, Schema.Unknown)

const log = WireSchema.looseStruct({
  customer_id: WireSchema.nullish(Schema.String),
  organization_id: WireSchema.nullish(Schema.String),
  workspace_id: WireSchema.nullish(Schema.String),
  user_id: WireSchema.nullish(Schema.String),
  timestamp: Schema.String,
  trace_id: WireSchema.nullish(Schema.String),
  span_id: WireSchema.nullish(Schema.String),
  trace_flags: WireSchema.nullish(Schema.Number),
  severity_text: WireSchema.nullish(Schema.String),
  severity_number: WireSchema.nullish(Schema.Number),
  service_name: WireSchema.nullish(Schema.String),
  body: WireSchema.nullish(Schema.String),
  event_name: WireSchema.nullish(Schema.String),
  resource_schema_url: WireSchema.nullish(Schema.String),
  resource_attributes: WireSchema.nullish(attributes),
  scope_schema_url: WireSchema.nullish(Schema.String),
  scope_name: WireSchema.nullish(Schema.String),
  scope_version: WireSchema.nullish(Schema.String),
  scope_attributes: WireSchema.nullish(attributes),
  log_attributes: WireSchema.nullish(attributes)
})

/**
 * A log record.
 *
 * @category models
 * @since 0.1.0
 */
export interface Log extends Schema.Schema.Type<typeof log> {}

/**
 * A log record. Times are ISO strings.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Log: Schema.Codec<Log> = log

const searchResponse = WireSchema.looseStruct({ logs: Page.feed(Log) })

/**
 * One page of the log records that a search found.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchResponse extends Schema.Schema.Type<typeof searchResponse> {}

/**
 * One page of the log records that a search found.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchResponse: Schema.Codec<SearchResponse> = searchResponse

const searchRequest = Schema.Struct({
  search_expression: WireSchema.nullable(Schema.String),
  order: Schema.optional(Schema.Literals(["asc", "desc"]))
})

/**
 * A request to search log records.
 *
 * @category models
 * @since 0.1.0
 */
export interface SearchRequest extends Schema.Schema.Type<typeof searchRequest> {}

/**
 * A request to search log records: the expression, and the order by time.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SearchRequest: Schema.Codec<SearchRequest> = searchRequest
