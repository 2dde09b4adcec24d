/**
 * Error codes of the observability API.
 *
 * ```ts
 * import { ErrorCode, Judges } from "@effect-mistral/observability"
 * import { Effect } from "effect"
 *
 * export const removed = Judges.delete("019b2bd7-96e7-7219-8c0b-45a73da50088").pipe(
 *   Effect.catchIf((error) => ErrorCode.of(error) === "JUDGE_NOT_FOUND", () => Effect.void)
 * )
 * ```
 *
 * @since 0.1.0
 */
import type { MistralError } from "@effect-mistral/core/MistralError"

/**
 * The error codes that the API documents.
 *
 * @category models
 * @since 0.1.0
 */
export type Known =
  | "UNKNOWN_ERROR"
  | "VALIDATION_ERROR"
  | "AUTH_FORBIDDEN"
  | "AUTH_FORBIDDEN_NOT_WORKSPACE_ADMIN"
  | "AUTH_FORBIDDEN_WORKSPACE_NOT_FOUND"
  | "AUTH_FORBIDDEN_ROLE_NOT_FOUND"
  | "AUTH_UNAUTHORIZED"
  | "FEATURE_NOT_SUPPORTED"
  | "FIELDS_BAD_REQUEST"
  | "FIELDS_NOT_FOUND"
  | "SEARCH_NOT_FOUND"
  | "SEARCH_BAD_REQUEST"
  | "SEARCH_SERVICE_UNAVAILABLE"
  | "DATABASE_ERROR"
  | "DATABASE_TIMEOUT"
  | "DATABASE_UNAVAILABLE"
  | "DATABASE_QUERY_ERROR"
  | "SEARCH_FILTER_TO_SQL_CONVERSION_ERROR"
  | "JUDGE_CONVERSATION_FORMAT_ERROR"
  | "JUDGE_MISTRAL_API_ERROR"
  | "JUDGE_MISTRAL_API_TIMEOUT"
  | "JUDGE_NAME_ALREADY_EXISTS"
  | "JUDGE_NOT_FOUND"
  | "JUDGE_ALREADY_HAS_NEW_VERSION"
  | "JUDGE_USED_IN_CAMPAIGN_CANNOT_BE_UPDATED"
  | "JUDGE_DID_NOT_CHANGE"
  | "CAMPAIGN_NOT_FOUND"
  | "CAMPAIGN_NO_MATCHING_EVENTS"
  | "DATASET_NOT_FOUND"
  | "DATASET_TASK_NOT_FOUND"
  | "DATASET_RECORD_NOT_FOUND"
  | "DATASET_RECORD_FORMAT_ERROR"
  | "AGENT_NOT_FOUND"
  | "AGENT_MISTRAL_API_ERROR"
  | "EVALUATION_NOT_FOUND"
  | "EVALUATION_CURRENTLY_RUNNING"
  | "EVALUATION_RECORD_NOT_FOUND"
  | "EVALUATION_RUN_NOT_FOUND"
  | "EVALUATION_RUN_TRANSITION_IS_INVALID"
  | "EVALUATION_RUN_TRANSITION_IS_RUNNING_ALREADY"
  | "EVALUATION_RUN_TRANSITION_ERROR"
  | "TEMPLATE_ERROR"
  | "TEMPLATE_SYNTAX_ERROR"
  | "PROJECT_NAME_ALREADY_EXISTS"
  | "EVALUATION_NAME_ALREADY_EXISTS"
  | "OPTIMIZATION_TRIAL_KEY_ALREADY_EXISTS"
  | "TRACES_FILTER_QUERY_PARSE_ERROR"
  | "TRACE_NOT_FOUND"
  | "SPAN_NOT_FOUND"

/**
 * An error code, which may be one that this version does not know.
 *
 * @category models
 * @since 0.1.0
 */
export type ErrorCode = Known | (string & {})

/**
 * The error code of an error response, whatever the `reason` of the error. It is `undefined` if the server gave no code, or if
 * there was no response.
 *
 * @category accessors
 * @since 0.1.0
 */
export const of = (error: MistralError): ErrorCode | undefined => "code" in error.reason ? error.reason.code : undefined
