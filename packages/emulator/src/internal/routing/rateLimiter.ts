import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"
import { badRequest, ErrorResponse } from "../http/errorResponse.ts"
import type { RateLimits } from "../settings/settings.ts"

/** What the headers say where no limit is set. */
const usual = { tokens: 5_000_000, requests: 720 }

const minute = 60_000

/** The header in which a response says how many tokens it cost. */
export const costHeader = "x-ratelimit-tokens-query-cost"

/** Counts requests and tokens by the minute of the clock. */
export interface RateLimiter {
  /** Counts a request, or refuses it with status 429 if this minute's requests or tokens are used up. */
  readonly admit: Effect.Effect<void, ErrorResponse>
  /** Counts the tokens that an answer cost, and gives the headers to answer with. */
  readonly spend: (tokens: number) => Effect.Effect<Readonly<Record<string, string>>>
}

/** The meter of the emulator that is answering. */
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

/** A meter that has counted nothing yet. */
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
          // A request that asks for nothing more is one that was let in before.
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
          return {
            "x-ratelimit-limit-tokens-minute": String(limit.tokens),
            "x-ratelimit-remaining-tokens-minute": String(Math.max(0, limit.tokens - tokens)),
            [costHeader]: String(cost),
            "x-ratelimit-limit-req-minute": String(limit.requests),
            "x-ratelimit-remaining-req-minute": String(Math.max(0, limit.requests - requests))
          }
        })
    }
  })
