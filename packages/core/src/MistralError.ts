/**
 * The one error of this library: `MistralError`, with the operation that failed and a tagged `reason`.
 *
 * *When to use*: catch one reason with `Effect.catchReason`, or read `isRetryable`, `retryAfter`, `status`, `requestId`,
 * `rateLimits` and `chunks`, which are the same for every reason.
 *
 * ```ts
 * import { Effect } from "effect"
 * import { Chat } from "@effect-mistral/chat"
 *
 * const response = Chat.complete({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] }).pipe(
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
 * The schema of the reasons for which a call can fail.
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
  Reason.ApiKeyUnavailable,
  Reason.ConnectionFailed,
  Reason.ConnectionLost,
  Reason.InvalidResponse,
  Reason.StreamEndedEarly,
  Reason.StreamError,
  Reason.GenerationFailed,
  Reason.InvalidOutput
])

/**
 * A reason for which a call can fail.
 *
 * @category models
 * @since 0.1.0
 */
export type MistralErrorReason = typeof MistralErrorReason.Type

/** The keys that some of the reasons have. */
interface Facts extends Pick<MistralErrorReason, "isRetryable"> {
  readonly retryAfter?: Duration.Duration | undefined
  readonly status?: number | undefined
  readonly requestId?: string | undefined
  readonly limits?: Readonly<Record<string, string>> | undefined
  readonly chunks?: number | undefined
}

/**
 * The error of a call that failed.
 *
 * *Details*: `operation` is the name of the operation (`Chat.complete`), `method` and `path` are those of its request, and
 * `reason` says why it failed.
 *
 * It can be logged and serialised as it is: it holds no API key, no request and no response body. It has the server's own
 * sentence, and the decisions of a guardrail. Only the reason `InvalidOutput` holds the model's output, in its `text` and
 * `response`, which are not part of the message.
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
   * Whether the same request may succeed later.
   *
   * *Gotchas*: it says nothing of the chunks of a stream that were delivered already: see `chunks`.
   *
   * @since 0.1.0
   */
  get isRetryable(): boolean {
    return this.reason.isRetryable
  }

  /**
   * The wait before a retry that the server gave in `Retry-After`, if it gave one.
   *
   * @since 0.1.0
   */
  get retryAfter(): Duration.Duration | undefined {
    const reason: Facts = this.reason
    return reason.retryAfter
  }

  /**
   * The HTTP status that the reason is about, if there is one.
   *
   * @since 0.1.0
   */
  get status(): number | undefined {
    const reason: Facts = this.reason
    return reason.status
  }

  /**
   * The id of the request on Mistral's side, if a response gave one.
   *
   * @since 0.1.0
   */
  get requestId(): string | undefined {
    const reason: Facts = this.reason
    return reason.requestId
  }

  /**
   * The `x-ratelimit-*` headers of the error response, if it had any: names in lower case, values as the server sent them.
   *
   * @since 0.1.0
   */
  get rateLimits(): Readonly<Record<string, string>> | undefined {
    const reason: Facts = this.reason
    return reason.limits
  }

  /**
   * The number of chunks that the caller was given before a stream failed. It is 0 for a stream that had not begun, and for
   * a whole response.
   *
   * *When to use*: before a stream is retried. A retry of a stream of which chunks came gives its text a second time.
   *
   * @since 0.1.0
   */
  get chunks(): number {
    const reason: Facts = this.reason
    return reason.chunks ?? 0
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

/**
 * The part of an endpoint that errors report.
 *
 * @category models
 * @since 0.1.0
 */
export interface Operation {
  readonly name: string
  readonly method: string
  readonly path: string
}

/**
 * Makes the error of an operation: for a mock, or for a layer around a service that refuses a call itself.
 *
 * ```ts
 * import { Endpoint, MistralError } from "@effect-mistral/core"
 *
 * const limited = MistralError.make(Endpoint.chat.complete, new MistralError.RateLimited({ status: 429 }))
 * ```
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = ({ method, name, path }: Operation, reason: MistralErrorReason): MistralError =>
  new MistralError({ operation: name, method, path, reason })
