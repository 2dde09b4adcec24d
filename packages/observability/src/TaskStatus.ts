/**
 * The status of a background task: a campaign or an import.
 *
 * @since 0.1.0
 */
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as WireSchema from "@effect-mistral/core/WireSchema"
import type * as Schedule from "effect/Schedule"

/**
 * The statuses that the API documents.
 *
 * @category models
 * @since 0.1.0
 */
export type Known =
  | "RUNNING"
  | "COMPLETED"
  | "FAILED"
  | "CANCELED"
  | "TERMINATED"
  | "CONTINUED_AS_NEW"
  | "TIMED_OUT"
  | "UNKNOWN"

/**
 * The status of a task, which may be one that this version does not know.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TaskStatus = WireSchema.openEnum<Known>()

/**
 * The status of a task, which may be one that this version does not know.
 *
 * @category models
 * @since 0.1.0
 */
export type TaskStatus = Known | (string & {})

/**
 * Whether a status is final: the task is completed, failed, canceled, terminated or timed out.
 *
 * *Details*: a task that was continued as new still runs, and an unknown status may still change.
 *
 * @category predicates
 * @since 0.1.0
 */
export const hasEnded = (status: TaskStatus): boolean =>
  status === "COMPLETED" || status === "FAILED" || status === "CANCELED" || status === "TERMINATED" ||
  status === "TIMED_OUT"

/**
 * The options of polling a task until its status is final. Each poll uses the request options.
 *
 * *Details*: `schedule` takes each response, and says when to send the next request: every 2 seconds by default.
 *
 * @category models
 * @since 0.1.0
 */
export interface AwaitOptions<in Response> extends RequestOptions.RequestOptions {
  readonly schedule?: Schedule.Schedule<unknown, Response> | undefined
}
