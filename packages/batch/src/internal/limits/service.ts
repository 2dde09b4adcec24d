import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as Effect from "effect/Effect"
import type { LedgerError } from "../../BatchError.ts"

/**
 * A request that may be sent now. `tokens` is the estimate that was taken from the limit.
 *
 * @category models
 * @since 0.1.0
 */
export interface Permit {
  readonly tokens: number
  /** The state of the limits at which the request was allowed, by which what is learned from its response is placed. */
  readonly epoch: number
  /** The place of the request among those that the process has sent. */
  readonly number?: number | undefined
}

/**
 * What became of a request, from which limits learn.
 *
 * @category models
 * @since 0.1.0
 */
export interface Feedback {
  /** The tokens that the request used, where they are known. */
  readonly tokens?: number | undefined
  /** The `x-ratelimit-*` headers of the response. Default: those of `error`. */
  readonly rateLimits?: Readonly<Record<string, string>> | undefined
  readonly error?: MistralError | undefined
}

/**
 * The operations of limits.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /**
   * Waits until a request with about so many tokens may be sent.
   *
   * *Details*: it can be interrupted at any moment. A request that was not sent gives back what it had taken. Each permit is
   * to be settled once.
   */
  readonly acquire: (tokens: number) => Effect.Effect<Permit, LedgerError>
  /** Says what became of a request: corrects the tokens, learns the limits, and pauses all after a 429. */
  readonly settle: (permit: Permit, feedback: Feedback) => Effect.Effect<void, LedgerError>
}
