import type * as Completion from "@effect-mistral/core/Completion"
import type * as Effect from "effect/Effect"
import type { JsonObject } from "../json/jsonObject.ts"

/** The parts of a request that are recorded, for any kind of completion. */
export interface Recordable {
  readonly model?: string | undefined
  readonly agent_id?: string | undefined
  readonly messages?: ReadonlyArray<object> | undefined
  readonly prompt?: string | undefined
  readonly suffix?: string | null | undefined
  readonly tools?: ReadonlyArray<object> | null | undefined
  readonly metadata?: JsonObject | null | undefined
  readonly stream?: boolean | undefined
}

/** A request with the completion it received. */
export interface Completed {
  readonly operation: "chat" | "invoke_agent" | "text_completion" | (string & {}) | undefined
  readonly request: Recordable
  readonly response: Completion.Response
  /** Milliseconds since the epoch. */
  readonly started: number
  /** The same moment on the monotonic clock, from which the time that the completion took is counted. */
  readonly startedMonotonic: number
  readonly correlationId: string
}

/** Records a completion. The event is stored when the effect succeeds. */
export type RecordCompletion = (completed: Completed) => Effect.Effect<void>
