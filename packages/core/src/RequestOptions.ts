/**
 * What can be set for the whole client, for one service and for one call. The nearer setting wins; headers and timeouts
 * are merged key by key.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as RetryPolicy from "./RetryPolicy.ts"

/**
 * How long a call may wait. `firstByte`: for the first byte of an answer's body, in each attempt. `idle`: between two
 * reads of it. `total`: for the whole call, repetitions and the caller's own pauses included.
 *
 * @category models
 * @since 0.1.0
 */
export interface Timeouts {
  readonly firstByte?: Duration.Input | undefined
  readonly idle?: Duration.Input | undefined
  readonly total?: Duration.Input | undefined
}

/**
 * What can be set for a client, a service or a call.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestOptions {
  /** Where the API is, with or without a trailing slash and `/v1`. */
  readonly baseUrl?: string | undefined
  /** Further headers; they win over the ones the client sets. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly timeout?: Timeouts | undefined
  readonly retry?: RetryPolicy.RetryPolicy | undefined
  /** The longest event of a stream and the longest whole answer, in characters. Default: 64 Mi. */
  readonly maxSize?: number | undefined
}

/**
 * Options with every default in place.
 *
 * @category models
 * @since 0.1.0
 */
export interface Resolved {
  readonly baseUrl: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeout: {
    readonly firstByte: Duration.Duration
    readonly idle: Duration.Duration
    readonly total: Duration.Duration
  }
  readonly retry: RetryPolicy.RetryPolicy
  readonly maxSize: number
}

/**
 * The options of a client that is given none: Mistral's global host, 5 minutes to the first byte, 2 minutes between two
 * reads, no limit in total, the default retry policy.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaults: Resolved = {
  baseUrl: "https://api.mistral.ai",
  headers: {},
  timeout: {
    firstByte: Duration.minutes(5),
    idle: Duration.minutes(2),
    total: Duration.infinity
  },
  retry: RetryPolicy.defaultPolicy,
  maxSize: 64 * 1024 * 1024
}

/**
 * Lays options over others.
 *
 * @category combinators
 * @since 0.1.0
 */
export const resolve = (base: Resolved, over: RequestOptions | undefined): Resolved =>
  over === undefined ? base : {
    baseUrl: over.baseUrl ?? base.baseUrl,
    headers: over.headers === undefined ? base.headers : { ...base.headers, ...over.headers },
    timeout: over.timeout === undefined ? base.timeout : {
      firstByte: duration(over.timeout.firstByte, base.timeout.firstByte),
      idle: duration(over.timeout.idle, base.timeout.idle),
      total: duration(over.timeout.total, base.timeout.total)
    },
    retry: over.retry ?? base.retry,
    maxSize: over.maxSize ?? base.maxSize
  }

/**
 * Lays the options of a call over those of its service.
 *
 * @category combinators
 * @since 0.1.0
 */
export const merge = (
  base: RequestOptions | undefined,
  over: RequestOptions | undefined
): RequestOptions | undefined =>
  base === undefined || over === undefined ? over ?? base : {
    ...base,
    ...over,
    headers: { ...base.headers, ...over.headers },
    timeout: { ...base.timeout, ...over.timeout }
  }

const duration = (over: Duration.Input | undefined, base: Duration.Duration): Duration.Duration =>
  over === undefined ? base : Duration.fromInputUnsafe(over)
