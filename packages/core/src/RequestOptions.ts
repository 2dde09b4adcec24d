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
  /** Whether events of a stream that differ from an earlier one in a single string may take the fast path. Default: true. */
  readonly fastPath?: boolean | undefined
  /** Keys added to the body after it was checked, for servers that know more than Mistral's reference. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined
  /** Checks of a conversation before it is sent. All on by default. */
  readonly checks?: Checks | undefined
}

/**
 * Checks of a conversation before it is sent; each can be switched off. `order`: that no user or system message stands
 * directly after a tool result. `toolCalls`: that calls and results pair up.
 *
 * @category models
 * @since 0.1.0
 */
export interface Checks {
  readonly order?: boolean | undefined
  readonly toolCalls?: boolean | undefined
}

/**
 * Options with every default in place.
 *
 * @category models
 * @since 0.1.0
 */
export interface Resolved {
  readonly baseUrl: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly timeout: {
    readonly firstByte: Duration.Duration
    readonly idle: Duration.Duration
    readonly total: Duration.Duration
  }
  readonly retry: RetryPolicy.RetryPolicy
  readonly maxSize: number
  readonly fastPath: boolean
  readonly extraBody: Readonly<Record<string, unknown>> | undefined
  readonly checks: { readonly order: boolean; readonly toolCalls: boolean }
}

/**
 * The options of a client that is given none: the base URL of its deployment, 5 minutes to the first byte, 2 minutes
 * between two reads, no limit in total, the default retry policy.
 *
 * @category constants
 * @since 0.1.0
 */
export const defaults: Resolved = {
  baseUrl: undefined,
  headers: {},
  timeout: {
    firstByte: Duration.minutes(5),
    idle: Duration.minutes(2),
    total: Duration.infinity
  },
  retry: RetryPolicy.defaultPolicy,
  maxSize: 64 * 1024 * 1024,
  fastPath: true,
  extraBody: undefined,
  checks: { order: true, toolCalls: true }
}

/**
 * Lays options over those of a client, and reads the durations.
 *
 * @category combinators
 * @since 0.1.0
 */
export const resolve = (base: Resolved, over: RequestOptions | undefined): Resolved => {
  if (over === undefined) return base
  // `base` has every key, so what is laid over it has.
  const { timeout, ...laid } = laidOver(base, over) as Laid
  return {
    ...laid,
    timeout: {
      firstByte: Duration.fromInputUnsafe(timeout.firstByte),
      idle: Duration.fromInputUnsafe(timeout.idle),
      total: Duration.fromInputUnsafe(timeout.total)
    }
  }
}

/**
 * Lays the options of a call over those of its service. A key that is `undefined` leaves the service's setting.
 *
 * @category combinators
 * @since 0.1.0
 */
export const merge = (
  base: RequestOptions | undefined,
  over: RequestOptions | undefined
): RequestOptions | undefined => base === undefined || over === undefined ? over ?? base : laidOver(base, over)

/** Options with every default in place, before the durations are read. */
type Laid = Omit<Resolved, "timeout"> & {
  readonly timeout: { readonly [Limit in keyof Resolved["timeout"]]: Duration.Input }
}

const laidOver = (base: RequestOptions, over: RequestOptions): RequestOptions => ({
  baseUrl: over.baseUrl ?? base.baseUrl,
  headers: { ...base.headers, ...over.headers },
  timeout: {
    firstByte: over.timeout?.firstByte ?? base.timeout?.firstByte,
    idle: over.timeout?.idle ?? base.timeout?.idle,
    total: over.timeout?.total ?? base.timeout?.total
  },
  retry: over.retry ?? base.retry,
  maxSize: over.maxSize ?? base.maxSize,
  fastPath: over.fastPath ?? base.fastPath,
  extraBody: over.extraBody === undefined ? base.extraBody : { ...base.extraBody, ...over.extraBody },
  checks: {
    order: over.checks?.order ?? base.checks?.order,
    toolCalls: over.checks?.toolCalls ?? base.checks?.toolCalls
  }
})
