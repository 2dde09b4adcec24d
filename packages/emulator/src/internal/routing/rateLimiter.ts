import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { badRequest, ErrorResponse } from "../http/errorResponse.ts"
import type { RateLimits } from "../settings/settings.ts"

/** The limits that the headers show if none is set. */
const usual = { tokens: 5_000_000, requests: 720 }

const minute = 60_000

/** The response header with the tokens that the request cost. */
export const costHeader = "x-ratelimit-tokens-query-cost"

/** Counts requests and tokens per minute of the clock. */
export interface RateLimiter {
  /** Counts a request, or fails with 429 if the limit of this minute is reached. */
  readonly admit: Effect.Effect<void, ErrorResponse>
  /** Counts the tokens of a response, and gives its rate-limit headers. */
  readonly spend: (tokens: number) => Effect.Effect<Readonly<Record<string, string>>>
}

/** The rate limiter of the current emulator. */
export const CurrentRateLimiter: Context.Reference<RateLimiter> = Context.Reference(
  "@effect-mistral/emulator/internal/CurrentRateLimiter",
  {
    defaultValue: (): RateLimiter => ({ admit: Effect.void, spend: () => Effect.succeed({}) })
  }
)

const limited = (retryAfter: number): ErrorResponse => {
  const { body, status } = badRequest({
    message: "Rate limit exceeded",
    type: "rate_limited",
    code: "1300",
    raw: true,
    status: 429
  })
  return new ErrorResponse({ status, body, headers: { "retry-after": String(retryAfter) } })
}

/** Makes a rate limiter with empty counts. */
export const makeRateLimiter = (limits: RateLimits): Effect.Effect<RateLimiter> =>
  Effect.map(Ref.make({ minute: 0, tokens: 0, requests: 0 }), (used) => {
    const most = {
      requests: limits.requestsPerMinute ?? Infinity,
      tokens: limits.tokensPerMinute ?? Infinity
    }
    const add = (requests: number, tokens: number) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Ref.modify(used, (before) => {
          const current = Math.floor(now / minute)
          const base = before.minute === current ? before : { minute: current, tokens: 0, requests: 0 }
          // A call that counts no request belongs to a request that was admitted before.
          const admitted = requests === 0 || (base.requests < most.requests && base.tokens < most.tokens)
          const after = admitted ? { ...base, requests: base.requests + requests, tokens: base.tokens + tokens } : base
          return [{ ...after, admitted, next: (current + 1) * minute - now }, after]
        }))
    return {
      admit: Effect.flatMap(
        add(1, 0),
        ({ admitted, next }) => admitted ? Effect.void : Effect.fail(limited(Math.ceil(next / 1000)))
      ),
      spend: (cost) =>
        Effect.map(add(0, cost), ({ requests, tokens }) => {
          const limit = {
            requests: limits.requestsPerMinute ?? usual.requests,
            tokens: limits.tokensPerMinute ?? usual.tokens
          }
          // 0 would say that the next request is refused, which it is not where no limit is set.
          const remaining = (set: number | undefined, most: number, used: number) =>
            String(Math.max(set === undefined ? 1 : 0, most - used))
          return {
            "x-ratelimit-limit-tokens-minute": String(limit.tokens),
            "x-ratelimit-remaining-tokens-minute": remaining(limits.tokensPerMinute, limit.tokens, tokens),
            [costHeader]: String(cost),
            "x-ratelimit-limit-req-minute": String(limit.requests),
            "x-ratelimit-remaining-req-minute": remaining(limits.requestsPerMinute, limit.requests, requests)
          }
        })
    }
  })
