/**
 * The one error of this library: which operation failed, and a tagged `reason`.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Chat } from "@effect-mistral/chat"
 *
 * const answer = Chat.complete({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] }).pipe(
 *   Effect.catchReason("MistralError", "RateLimited", (reason) => Effect.logWarning(reason.message))
 * )
 * ```
 *
 * @since 0.1.0
 */
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as Reason from "./MistralErrorReason.ts"

export * from "./MistralErrorReason.ts"

/**
 * Every reason a call can fail for.
 *
 * @category schemas
 * @since 0.1.0
 */
export const MistralErrorReason = Schema.Union([
  Reason.InvalidRequest,
  Reason.Authentication,
  Reason.PermissionDenied,
  Reason.GuardrailViolation,
  Reason.NotFound,
  Reason.Conflict,
  Reason.Validation,
  Reason.BadRequest,
  Reason.RateLimited,
  Reason.CapacityExceeded,
  Reason.ServerError,
  Reason.ObservabilityError,
  Reason.Timeout,
  Reason.ConnectionFailed,
  Reason.ConnectionLost,
  Reason.InvalidResponse,
  Reason.StreamEndedEarly,
  Reason.StreamError,
  Reason.GenerationFailed,
  Reason.InvalidOutput
])

/**
 * Every reason a call can fail for.
 *
 * @category models
 * @since 0.1.0
 */
export type MistralErrorReason = typeof MistralErrorReason.Type

/**
 * A call that failed. `operation` is what was called (`Chat.complete`), `method` and `path` where it was sent, `reason`
 * why it failed.
 *
 * It can be logged and serialised as it is: it holds no key, no prompt and no body. Only `InvalidOutput` holds what the
 * model wrote, in its `text`, which its message leaves out.
 *
 * @category errors
 * @since 0.1.0
 */
export class MistralError
  extends Schema.TaggedError<MistralError>("@effect-mistral/core/MistralError")("MistralError", {
    operation: Schema.String,
    method: Schema.String,
    path: Schema.String,
    reason: MistralErrorReason
  })
{
  /**
   * Whether the same request may well succeed later.
   *
   * @since 0.1.0
   */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }

  /**
   * How long the server asks to wait before the next attempt, where it says so.
   *
   * @since 0.1.0
   */
  get retryAfter(): Duration.Duration | undefined {
    return "retryAfter" in this.reason ? this.reason.retryAfter : undefined
  }

  /**
   * The HTTP status of the answer, where there was one that the reason is about.
   *
   * @since 0.1.0
   */
  get status(): number | undefined {
    return "status" in this.reason ? this.reason.status : undefined
  }

  /**
   * The id under which Mistral knows the request, where an answer carried one.
   *
   * @since 0.1.0
   */
  get requestId(): string | undefined {
    return "requestId" in this.reason ? this.reason.requestId : undefined
  }

  override get message(): string {
    return `${this.operation} (${this.method} ${this.path}): ${this.reason.message}`
  }
}

/**
 * Whether a value is a `MistralError`.
 *
 * @category guards
 * @since 0.1.0
 */
export const isMistralError: (u: unknown) => u is MistralError = /* @__PURE__ */ Schema.is(MistralError)
