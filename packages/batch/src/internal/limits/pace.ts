import * as Duration from "effect/Duration"
import type { AdaptiveConsumeResult } from "effect/persistence/RateLimiter"
import { Lease } from "./lease.ts"
import type { Permit } from "./service.ts"
import type { LearnedLimits, SharedView } from "./sharedLimits.ts"

/** What the other processes say is read anew after so many milliseconds. */
const freshMillis = 250

/** Pauses that end within so many milliseconds are told to the other processes once. */
const sameMillis = 50

/** A limit goes up only after the lower one was not seen for so long: models may have limits that differ. */
const raiseMillis = 60_000

/** A learned limit, and when a response named it last. */
interface Learned {
  readonly perMinute: number
  readonly seenAt: number
}

/** The limits that the program sets. They win over those that are learned. */
export interface FixedLimits {
  readonly requests: number | undefined
  readonly tokens: number | undefined
}

/**
 * What this process knows of the limits. All of it is synchronous, so that a request that needs nothing of the store costs
 * a few comparisons.
 */
export class Pace {
  requests: Lease | undefined
  tokens: Lease | undefined
  /** No request may be sent before. */
  pausedUntil = -Infinity
  /** Whether a limit is learned from refusals, or was. Each request is then counted in the store. */
  adapting = false
  readonly #fixed: FixedLimits
  #learned: { requests?: Learned | undefined; tokens?: Learned | undefined } = {}
  #freshUntil = -Infinity
  #readAt = -Infinity
  #epoch = 0
  #sent = 0
  #refusals = 0
  #toldUntil = -Infinity

  constructor(fixed: FixedLimits) {
    this.#fixed = fixed
    this.#follow()
  }

  /** Whether the shared state is to be read before a request is sent. It also is if the clock went back. */
  isStale(now: number): boolean {
    return now >= this.#freshUntil || now < this.#readAt
  }

  /** A permit for a request, if it needs nothing of the store. */
  take(tokens: number, now: number): Permit | undefined {
    if (
      this.isStale(now) || now < this.pausedUntil || this.adapting
      || (this.requests !== undefined && !this.requests.covers(1, now))
      || (this.tokens !== undefined && !this.tokens.covers(tokens, now))
    ) return undefined
    this.requests?.take(1)
    this.tokens?.take(tokens)
    return this.permit(tokens)
  }

  /** The permit of a request for which all was taken. */
  permit(tokens: number): Permit {
    return { tokens, epoch: this.#epoch, number: ++this.#sent }
  }

  /** How many requests were sent since a permit was given, with that request. */
  sentSince({ number = this.#sent }: Permit): number {
    return this.#sent - number + 1
  }

  /** Takes over what all processes know. */
  see({ pausedFor, requests, tokens }: SharedView, now: number): void {
    this.#readAt = now
    this.#freshUntil = now + freshMillis
    if (pausedFor > 0) {
      this.pausedUntil = Math.max(this.pausedUntil, now + pausedFor)
      this.#toldUntil = Math.max(this.#toldUntil, now + pausedFor)
    }
    const update = (known: Learned | undefined, perMinute: number | undefined): Learned | undefined =>
      perMinute === undefined || perMinute === known?.perMinute
        ? known
        : { perMinute, seenAt: known === undefined ? -Infinity : now }
    this.#learned = { requests: update(this.#learned.requests, requests), tokens: update(this.#learned.tokens, tokens) }
    this.#follow()
  }

  /** Takes over the state of the limit that refusals teach. */
  adapt({ delay, epoch, phase }: AdaptiveConsumeResult, now: number): void {
    this.#epoch = epoch
    this.adapting = phase === "learning" || phase === "learned"
    if (phase === "cooldown") this.pausedUntil = Math.max(this.pausedUntil, now + Duration.toMillis(delay))
  }

  /** Learns the limits of a response, and gives those that changed. */
  learn({ requests, tokens }: LearnedLimits, now: number): LearnedLimits | undefined {
    const { requests: knownRequests, tokens: knownTokens } = this.#learned
    const learnedRequests = this.#fixed.requests === undefined ? learn(knownRequests, requests, now) : knownRequests
    const learnedTokens = this.#fixed.tokens === undefined ? learn(knownTokens, tokens, now) : knownTokens
    this.#learned = { requests: learnedRequests, tokens: learnedTokens }
    const newRequests = learnedRequests?.perMinute !== knownRequests?.perMinute
    const newTokens = learnedTokens?.perMinute !== knownTokens?.perMinute
    if (!newRequests && !newTokens) return undefined
    this.#follow()
    return {
      requests: newRequests ? learnedRequests?.perMinute : undefined,
      tokens: newTokens ? learnedTokens?.perMinute : undefined
    }
  }

  /**
   * Pauses this process. `millis` is given the number of refusals in a row. The result is the length of the pause, unless the
   * others know of one that is about as long.
   */
  pause(millis: (refusals: number) => number, now: number): number | undefined {
    const paused = now < this.pausedUntil
    // Refusals of requests that were sent together count once.
    const pausedFor = millis(paused ? Math.max(0, this.#refusals - 1) : this.#refusals)
    if (!paused) this.#refusals++
    this.pausedUntil = Math.max(this.pausedUntil, now + pausedFor)
    if (paused && now + pausedFor <= this.#toldUntil + sameMillis) return undefined
    this.#toldUntil = now + pausedFor
    return pausedFor
  }

  /** Counts a response that was not refused, and after which more may be sent. */
  accepted(now: number): void {
    if (now >= this.pausedUntil) this.#refusals = 0
  }

  #follow(): void {
    this.requests = follow(this.requests, this.#fixed.requests ?? this.#learned.requests?.perMinute)
    this.tokens = follow(this.tokens, this.#fixed.tokens ?? this.#learned.tokens?.perMinute)
  }
}

const follow = (lease: Lease | undefined, perMinute: number | undefined): Lease | undefined =>
  perMinute === undefined ? undefined : lease?.perMinute === perMinute ? lease : new Lease(perMinute)

const learn = (known: Learned | undefined, perMinute: number | undefined, now: number): Learned | undefined => {
  if (perMinute === undefined) return known
  if (known === undefined || perMinute <= known.perMinute || now - known.seenAt > raiseMillis) {
    return { perMinute, seenAt: now }
  }
  return known
}
