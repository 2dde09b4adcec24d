/**
 * The values of open sets, which only their types name: at runtime their schemas take any string. The types make sure that
 * these are exactly the values that are known.
 */
import type { BatchJob, File } from "@effect-mistral/batch"
import type { Completion } from "@effect-mistral/core"
import type {
  DatasetRecord,
  ErrorCode,
  Field,
  Span,
  TaskStatus,
  TelemetrySearch,
  Trace
} from "@effect-mistral/observability"

type All<Known extends string> = Readonly<Record<Known, true>>

/** The values that the type of an open set names. */
type Named<Open> = Open extends string ? string extends Open ? never : Open : never

/** The statuses of a batch job. */
export const statuses: All<BatchJob.KnownStatus> = {
  QUEUED: true,
  RUNNING: true,
  SUCCESS: true,
  FAILED: true,
  TIMEOUT_EXCEEDED: true,
  CANCELLATION_REQUESTED: true,
  CANCELLED: true
}

/** The endpoints that a batch job can call. */
export const batchEndpoints: All<Named<BatchJob.CreateRequest["endpoint"]>> = {
  "/v1/chat/completions": true,
  "/v1/embeddings": true,
  "/v1/fim/completions": true,
  "/v1/moderations": true,
  "/v1/chat/moderations": true,
  "/v1/ocr": true,
  "/v1/classifications": true,
  "/v1/chat/classifications": true,
  "/v1/conversations": true,
  "/v1/audio/transcriptions": true
}

/** The sample types of a file. */
export const sampleTypes: All<Named<File.SampleType>> = {
  pretrain: true,
  instruct: true,
  batch_request: true,
  batch_result: true,
  batch_error: true
}

/** The sources of a file. */
export const sources: All<Named<File.Source>> = { upload: true, repository: true, mistral: true }

/** The visibilities of a file. */
export const visibilities: All<Named<File.Visibility>> = { workspace: true, user: true }

/** The purposes of a file. */
export const purposes: All<Named<File.Purpose>> = { "fine-tune": true, batch: true, ocr: true, audio: true }

/** The error codes of the observability API. */
export const errorCodes: All<ErrorCode.Known> = {
  UNKNOWN_ERROR: true,
  VALIDATION_ERROR: true,
  AUTH_FORBIDDEN: true,
  AUTH_FORBIDDEN_NOT_WORKSPACE_ADMIN: true,
  AUTH_FORBIDDEN_WORKSPACE_NOT_FOUND: true,
  AUTH_FORBIDDEN_ROLE_NOT_FOUND: true,
  AUTH_UNAUTHORIZED: true,
  FEATURE_NOT_SUPPORTED: true,
  FIELDS_BAD_REQUEST: true,
  FIELDS_NOT_FOUND: true,
  SEARCH_NOT_FOUND: true,
  SEARCH_BAD_REQUEST: true,
  SEARCH_SERVICE_UNAVAILABLE: true,
  DATABASE_ERROR: true,
  DATABASE_TIMEOUT: true,
  DATABASE_UNAVAILABLE: true,
  DATABASE_QUERY_ERROR: true,
  SEARCH_FILTER_TO_SQL_CONVERSION_ERROR: true,
  JUDGE_CONVERSATION_FORMAT_ERROR: true,
  JUDGE_MISTRAL_API_ERROR: true,
  JUDGE_MISTRAL_API_TIMEOUT: true,
  JUDGE_NAME_ALREADY_EXISTS: true,
  JUDGE_NOT_FOUND: true,
  JUDGE_ALREADY_HAS_NEW_VERSION: true,
  JUDGE_USED_IN_CAMPAIGN_CANNOT_BE_UPDATED: true,
  JUDGE_DID_NOT_CHANGE: true,
  CAMPAIGN_NOT_FOUND: true,
  CAMPAIGN_NO_MATCHING_EVENTS: true,
  DATASET_NOT_FOUND: true,
  DATASET_TASK_NOT_FOUND: true,
  DATASET_RECORD_NOT_FOUND: true,
  DATASET_RECORD_FORMAT_ERROR: true,
  AGENT_NOT_FOUND: true,
  AGENT_MISTRAL_API_ERROR: true,
  EVALUATION_NOT_FOUND: true,
  EVALUATION_CURRENTLY_RUNNING: true,
  EVALUATION_RECORD_NOT_FOUND: true,
  EVALUATION_RUN_NOT_FOUND: true,
  EVALUATION_RUN_TRANSITION_IS_INVALID: true,
  EVALUATION_RUN_TRANSITION_IS_RUNNING_ALREADY: true,
  EVALUATION_RUN_TRANSITION_ERROR: true,
  TEMPLATE_ERROR: true,
  TEMPLATE_SYNTAX_ERROR: true,
  PROJECT_NAME_ALREADY_EXISTS: true,
  EVALUATION_NAME_ALREADY_EXISTS: true,
  OPTIMIZATION_TRIAL_KEY_ALREADY_EXISTS: true,
  TRACES_FILTER_QUERY_PARSE_ERROR: true,
  TRACE_NOT_FOUND: true,
  SPAN_NOT_FOUND: true
}

/** The statuses of a task. */
export const taskStatuses: All<TaskStatus.Known> = {
  RUNNING: true,
  COMPLETED: true,
  FAILED: true,
  CANCELED: true,
  TERMINATED: true,
  CONTINUED_AS_NEW: true,
  TIMED_OUT: true,
  UNKNOWN: true
}

/** The operators of a telemetry search. */
export const telemetryOperators: All<TelemetrySearch.Operator> = {
  eq: true,
  neq: true,
  lt: true,
  lte: true,
  gt: true,
  gte: true,
  like: true,
  ilike: true,
  not_like: true,
  not_ilike: true,
  between: true,
  not_between: true,
  in: true,
  not_in: true,
  exists: true,
  not_exists: true,
  regexp: true,
  not_regexp: true,
  contains: true,
  not_contains: true,
  has: true,
  hasAny: true,
  hasAll: true,
  hasToken: true
}

/** The reasons why a completion ended. */
export const finishReasons: All<Named<Completion.FinishReason>> = {
  stop: true,
  length: true,
  model_length: true,
  error: true,
  tool_calls: true
}

/** The orders of a list of batch jobs. */
export const jobOrders: All<Named<NonNullable<BatchJob.ListQuery["order_by"]>>> = { created: true, "-created": true }

/** The origins of a record of a dataset. */
export const recordSources: All<Named<DatasetRecord.Source>> = {
  EXPLORER: true,
  UPLOADED_FILE: true,
  DIRECT_INPUT: true,
  PLAYGROUND: true
}

/** The types of a field. */
export const fieldTypes: All<Named<Field.Type>> = {
  ENUM: true,
  TEXT: true,
  INT: true,
  FLOAT: true,
  BOOL: true,
  TIMESTAMP: true,
  ARRAY: true,
  MAP: true
}

/** The statuses of a span. */
export const spanStatuses: All<Named<Span.StatusCode>> = { Error: true, Ok: true, Unset: true }

/** The statuses of a trace. */
export const traceStatuses: All<Named<Trace.StatusCode>> = { Error: true, Unset: true }
