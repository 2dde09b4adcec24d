import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Ref from "effect/Ref"

const limits = { tokens: 5_000_000, requests: 720 }

/** The header in which a response says how many tokens it cost. */
export const costHeader = "x-ratelimit-tokens-query-cost"

/** Counts requests and tokens by the minute. Nothing is refused: the numbers are for the headers. */
export interface RateMeter {
  /** Counts a request that cost some tokens and gives the headers to answer with. */
  readonly spend: (tokens: number) => Effect.Effect<Readonly<Record<string, string>>>
}

/** A meter that has counted nothing yet. */
export const makeRateMeter: Effect.Effect<RateMeter> = Effect.map(
  Ref.make({ minute: 0, tokens: 0, requests: 0 }),
  (used) => ({
    spend: Effect.fnUntraced(function*(tokens) {
      const minute = Math.floor((yield* Clock.currentTimeMillis) / 60_000)
      const now = yield* Ref.updateAndGet(used, (before) => {
        const base = before.minute === minute ? before : { minute, tokens: 0, requests: 0 }
        return { minute, tokens: base.tokens + tokens, requests: base.requests + 1 }
      })
      return {
        "x-ratelimit-limit-tokens-minute": String(limits.tokens),
        "x-ratelimit-remaining-tokens-minute": String(Math.max(0, limits.tokens - now.tokens)),
        [costHeader]: String(tokens),
        "x-ratelimit-limit-req-minute": String(limits.requests),
        "x-ratelimit-remaining-req-minute": String(Math.max(0, limits.requests - now.requests))
      }
    })
  })
)
