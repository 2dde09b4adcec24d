/**
 * The endpoints of the observability API as values, one object for each resource.
 *
 * The services send by them, the emulator routes by them, and a test compares them with Mistral's OpenAPI file. Each names the
 * schemas of its body, its response and its query parameters: a new query parameter of an endpoint is a new key of the schema
 * that it names last, such as `Page.FeedQuery` or `Judge.ListQuery`.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/chat_completion_events
 * @since 0.1.0
 */
export {
  /**
   * `/v1/observability/campaigns`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  campaigns
} from "./internal/endpoints/campaignEndpoints.ts"
export {
  /**
   * `/v1/observability/chat-completion-events`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  chatCompletionEvents
} from "./internal/endpoints/chatCompletionEventEndpoints.ts"
export {
  /**
   * `/v1/observability/datasets`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  datasets
} from "./internal/endpoints/datasetEndpoints.ts"
export {
  /**
   * `/v1/observability/dataset-records`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  datasetRecords
} from "./internal/endpoints/datasetRecordEndpoints.ts"
export {
  /**
   * `/v1/observability/chat-completion-fields`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  fields
} from "./internal/endpoints/fieldEndpoints.ts"
export {
  /**
   * `/v1/observability/judges`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  judges
} from "./internal/endpoints/judgeEndpoints.ts"
export {
  /**
   * `/v1/observability/logs`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  logs,
  /**
   * `/v1/observability/spans/evaluations`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  spanEvaluations,
  /**
   * `/v1/observability/spans`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  spans,
  /**
   * `/v1/observability/traces`.
   *
   * @category endpoints
   * @since 0.1.0
   */
  traces
} from "./internal/endpoints/telemetryEndpoints.ts"
