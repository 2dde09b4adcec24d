/**
 * The state of what the server does in the background: campaigns and imports.
 *
 * @since 0.1.0
 */
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as WireSchema from "@effect-mistral/core/WireSchema"
import type * as Schedule from "effect/Schedule"

/**
 * The states the API documents.
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
 * A state, which may be one that this version does not know.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TaskStatus = WireSchema.openEnum<Known>()

/**
 * A state.
 *
 * @category models
 * @since 0.1.0
 */
export type TaskStatus = Known | (string & {})

/**
 * Whether nothing will change any more: the task is completed, failed, canceled, terminated or timed out. What was
 * continued as new still runs, and of what is unknown one must ask again.
 *
 * @category predicates
 * @since 0.1.0
 */
export const hasEnded = (status: TaskStatus): boolean =>
  status === "COMPLETED" || status === "FAILED" || status === "CANCELED" || status === "TERMINATED" ||
  status === "TIMED_OUT"

/**
 * How to wait for the end of a task: besides the options of each question, `schedule` says when the next one is asked
 * after an `Answer`, 2 seconds later unless set.
 *
 * @category models
 * @since 0.1.0
 */
export interface AwaitOptions<in Answer> extends RequestOptions.RequestOptions {
  readonly schedule?: Schedule.Schedule<unknown, Answer> | undefined
}
