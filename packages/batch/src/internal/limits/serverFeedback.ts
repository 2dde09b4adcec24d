import type { MistralError } from "@effect-mistral/core/MistralError"
import * as Duration from "effect/Duration"
import type { Feedback } from "./service.ts"
import type { LearnedLimits } from "./sharedLimits.ts"

/** A pause is at most an hour long, whatever the server says. */
const longestPause = 3_600_000

/** A pause of which the server did not say how long it should be is at most a minute long. */
const longestBackoff = 60_000

/** What the `x-ratelimit-*` headers of a response say. */
export interface RateLimitHeaders extends LearnedLimits {
  /** Whether no request, or no token, is left in this minute. */
  readonly usedUp: boolean
}

const number = (value: string | undefined): number | undefined =>
  value === undefined || !/^\s*\d+(?:\.\d+)?\s*$/.test(value) ? undefined : Number(value)

const limit = (value: string | undefined): number | undefined => {
  const parsed = number(value)
  return parsed !== undefined && parsed > 0 && Number.isFinite(parsed) ? parsed : undefined
}

/** Reads the limits a minute. A value that is not a number counts as missing, as does a limit of zero. */
export const readHeaders = ({ error, rateLimits }: Feedback): RateLimitHeaders => {
  const headers = rateLimits ?? error?.rateLimits ?? {}
  return {
    requests: limit(headers["x-ratelimit-limit-req-minute"]),
    tokens: limit(headers["x-ratelimit-limit-tokens-minute"]),
    usedUp: number(headers["x-ratelimit-remaining-req-minute"]) === 0
      || number(headers["x-ratelimit-remaining-tokens-minute"]) === 0
  }
}

/** Whether a response says that nothing should be sent for a while: a 429, or a 503 with `Retry-After`. */
export const isRefusal = (error: MistralError | undefined): boolean =>
  error !== undefined && (error.status === 429 || (error.status === 503 && error.retryAfter !== undefined))

/**
 * For how many milliseconds all processes pause after a refusal.
 *
 * *Details*: without `Retry-After`, or with 0, it is one second, and twice as long after each further refusal, up to a minute.
 */
export const pauseMillis = (retryAfter: Duration.Duration | undefined, refusals: number): number => {
  const millis = retryAfter === undefined ? 0 : Duration.toMillis(retryAfter)
  return millis > 0 ? Math.min(longestPause, millis) : Math.min(longestBackoff, 1000 * 2 ** refusals)
}

/**
 * The tokens that a request used over its estimate.
 *
 * *Details*: a request that was not sent, or was refused with a status from 400 to 499, used none. Where nothing is known,
 * such as after a timeout, the estimate stands.
 */
export const tokensOverEstimate = (estimate: number, { error, tokens }: Feedback): number => {
  if (tokens !== undefined && tokens >= 0 && Number.isFinite(tokens)) return tokens - estimate
  if (error === undefined) return 0
  const { status } = error
  const refused = status !== undefined && status >= 400 && status < 500
  const notSent = status === undefined
    && (error.reason._tag === "InvalidRequest" || error.reason._tag === "ApiKeyUnavailable"
      || error.reason._tag === "ConnectionFailed")
  return refused || notSent ? -estimate : 0
}
