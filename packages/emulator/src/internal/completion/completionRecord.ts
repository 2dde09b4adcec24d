import type * as Completion from "@effect-mistral/core/Completion"
import type * as Effect from "effect/Effect"
import type { JsonObject } from "../json/jsonObject.ts"

/** What is recorded of a request, of whatever kind of completion. */
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

/** A completion that has an answer. */
export interface Completed {
  readonly operation: "chat" | "invoke_agent" | "text_completion" | (string & {}) | undefined
  readonly request: Recordable
  readonly response: Completion.Response
  /** Milliseconds since the epoch. */
  readonly started: number
  readonly correlationId: string
}

/** Records a completion. When it is done, the event is there to stay. */
export type RecordCompletion = (completed: Completed) => Effect.Effect<void>
