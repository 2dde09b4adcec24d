/**
 * Limits of requests and tokens a minute that all processes of a program share.
 *
 * @since 0.1.0
 */
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { LedgerError } from "./BatchError.ts"

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
  /** The `x-ratelimit-*` headers of the response. */
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
  /** Waits until a request with about so many tokens may be sent. */
  readonly acquire: (tokens: number) => Effect.Effect<Permit, LedgerError>
  /** Says what became of a request: corrects the tokens, learns the limits, and pauses all after a 429. */
  readonly settle: (permit: Permit, feedback: Feedback) => Effect.Effect<void, LedgerError>
}

/**
 * The limits that the live route obeys.
 *
 * @category services
 * @since 0.1.0
 */
export class Limits extends Context.Service<Limits, Service>()("@effect-mistral/batch/Limits") {}
