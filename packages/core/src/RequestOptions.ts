/**
 * Options of a client, of a service or of one call. Options of a call win over those of its service, which win over those
 * of the client. Headers and timeouts are merged key by key, and every `onResponse` runs.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Redacted from "effect/Redacted"
import type * as Tracer from "effect/Tracer"
import type { ResponseMetadata } from "./ResponseMetadata.ts"
import * as RetryPolicy from "./RetryPolicy.ts"

/**
 * An API key: a redacted value, or an effect that yields one and runs before every attempt, for tokens that expire.
 *
 * *Details*: after a 401 the effect runs anew, once for each call, and the request is sent again if the effect yields another
 * key than the rejected one, which it finds in `RejectedApiKey`. This is not a retry of the policy: it happens with
 * `RetryPolicy.none`, too, and for every operation, because a request that is not authenticated does nothing.
 *
 * An effect that fails is an `ApiKeyUnavailable`, which is retried, and which says why without quoting anything that looks
 * like a secret.
 *
 * @category models
 * @since 0.1.0
 */
export type ApiKey = Redacted.Redacted<string> | Effect.Effect<Redacted.Redacted<string>, unknown>

/**
 * The key that the server has just rejected with a 401, while the effect runs that yields the key of a call; otherwise
 * `undefined`.
 *
 * *When to use*: in an effect that caches keys, to fetch another one in place of the rejected one, as `VertexAi.untilExpired`
 * does.
 *
 * @category references
 * @since 0.1.0
 */
export const RejectedApiKey: Context.Reference<Redacted.Redacted<string> | undefined> = /* @__PURE__ */ Context
  .Reference<Redacted.Redacted<string> | undefined>("@effect-mistral/core/RequestOptions/RejectedApiKey", {
    defaultValue: () => undefined
  })

/**
 * Receives the head of a good response. The effect runs in the fiber of the call, inside its span.
 *
 * @category models
 * @since 0.1.0
 */
export type OnResponse = (metadata: ResponseMetadata) => Effect.Effect<unknown>

/**
 * Time limits of a call.
 *
 * *Details*:
 *
 * - `firstByte`: the wait for the first byte of the response body, in each attempt.
 * - `idle`: the wait for each further read of the body. The time that the caller spends between reads does not count.
 * - `nextEvent`: the wait for each event of a stream, from the first byte of the response or from the last event, for
 *   servers that send comments (`: keep-alive`) while nothing happens. Comments and empty events restart `idle`, but not this
 *   limit. The time that the caller spends between reads does not count. Whole responses have no such limit.
 * - `total`: the whole call, including retries and any time the caller spends between reads.
 *
 * @category models
 * @since 0.1.0
 */
export interface Timeouts {
  readonly firstByte?: Duration.Input | undefined
  readonly idle?: Duration.Input | undefined
  readonly nextEvent?: Duration.Input | undefined
  readonly total?: Duration.Input | undefined
}

/**
 * Options of a client, a service or a call.
 *
 * @category models
 * @since 0.1.0
 */
export interface RequestOptions {
  /** The base URL of the API, with or without a trailing slash and `/v1`. It must not have a user and a password. */
  readonly baseUrl?: string | undefined
  /**
   * Further headers. They win over the headers that the client sets, except `content-type`. A header that cannot be sent,
   * because its name is not a token or its value has a line break or is not Latin-1, is an `InvalidRequest` that names it.
   */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * The API key, for programs with several tenants: a redacted value, or an effect that yields one. The key of a call wins
   * over that of its service, which wins over that of the client, and every attempt of the call uses it. A header of the
   * options that is named like the key's wins over the key.
   */
  readonly apiKey?: ApiKey | undefined
  readonly timeout?: Timeouts | undefined
  readonly retry?: RetryPolicy.RetryPolicy | undefined
  /** The longest event of a stream and the longest whole response, in characters. Default: 64 Mi. */
  readonly maxSize?: number | undefined
  /** Whether events of a stream that differ from an earlier one in a single string may take the fast path. Default: true. */
  readonly fastPath?: boolean | undefined
  /** Keys that are added to the body after validation, for servers that take more than Mistral's reference. */
  readonly extraBody?: Readonly<Record<string, unknown>> | undefined
  /** Checks of a request before it is sent. All on by default, unless the deployment says otherwise. */
  readonly checks?: Checks | undefined
  /**
   * Receives status, request id, rate limits and headers of the response, once for each call that gets a good one: before
   * a whole response is returned, and before the first chunk of a stream is delivered. The errors of other responses have
   * `status`, `requestId` and `rateLimits`.
   *
   * All that are set run, one after the other: the client's, the service's, then the call's. The call waits for them, no
   * time limit ends them, and a defect or an interruption ends the call.
   */
  readonly onResponse?: OnResponse | undefined
  /**
   * Whether the span of the call has the `gen_ai.*` attributes. Default: true. `false` where a span around it has them, so
   * that the tokens count once in a trace: the span is then named after the operation (`Chat.complete`). Metrics are
   * recorded all the same.
   */
  readonly genAiAttributes?: boolean | undefined
  /**
   * The span that has the `gen_ai.*` attributes in place of the call's own, so that the tokens count once in a trace. It
   * gets `server.*` and `error.type`, too, and is the parent of the call's own span, which is then as with
   * `genAiAttributes: false`.
   *
   * *When to use*: where a framework opens a span for each call of a model.
   *
   * *Gotchas*: the attributes of a call are set while it runs, so the span must end after it, and every call needs a span of
   * its own: it is an option of one call, not of a client.
   */
  readonly genAiSpan?: Tracer.Span | undefined
}

/**
 * Checks of a request before it is sent. Each can be switched off; the message of an issue ends with the name of its check.
 *
 * *Details*:
 *
 * - `order`: no user or system message directly follows a tool result.
 * - `toolCalls`: tool calls and tool results match.
 * - `toolCallIds`: each tool call and each tool result has an id, and no two calls of a message have the same. `""` and
 *   `"null"` count as none.
 * - `tools`: the names of functions, of tools and in calls, are 1 to 64 letters, digits, underscores and dashes. Each
 *   `$schema` in the parameters of a tool and in the schema of a `response_format` names a draft.
 * - `emptyMessage`: no assistant message lacks both content and tool calls.
 * - `lastMessage`: an assistant message at the end has `prefix: true`.
 * - `schemas`: each `$ref` in the parameters of a tool and in the schema of a `response_format` leads to a definition in
 *   the same schema.
 *
 * Mistral answers 400 to requests that do not pass. Servers that are compatible with OpenAI take some of them: there
 * `order`, `toolCallIds`, `tools`, `emptyMessage` and `lastMessage` are off by default.
 *
 * @category models
 * @since 0.1.0
 */
export interface Checks {
  readonly order?: boolean | undefined
  readonly toolCalls?: boolean | undefined
  readonly toolCallIds?: boolean | undefined
  readonly tools?: boolean | undefined
  readonly emptyMessage?: boolean | undefined
  readonly lastMessage?: boolean | undefined
  readonly schemas?: boolean | undefined
}

/**
 * Options with every default in place, and durations parsed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Resolved {
  readonly baseUrl: string | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly apiKey?: ApiKey | undefined
  readonly timeout: {
    readonly firstByte: Duration.Duration
    readonly idle: Duration.Duration
    readonly nextEvent: Duration.Duration
    readonly total: Duration.Duration
  }
  readonly retry: RetryPolicy.RetryPolicy
  readonly maxSize: number
  readonly fastPath: boolean
  readonly extraBody: Readonly<Record<string, unknown>> | undefined
  /** The checks that were switched on or off. The deployment decides about the others. */
  readonly checks: Checks
  readonly onResponse?: OnResponse | undefined
  readonly genAiAttributes?: boolean | undefined
  readonly genAiSpan?: Tracer.Span | undefined
}

/**
 * The default options: the base URL of the deployment, 5 minutes to the first byte, 2 minutes of idle time, no limit to the
 * next event or in total, the default retry policy.
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
    nextEvent: Duration.infinity,
    total: Duration.infinity
  },
  retry: RetryPolicy.defaultPolicy,
  maxSize: 64 * 1024 * 1024,
  fastPath: true,
  extraBody: undefined,
  checks: {}
}

/**
 * Merges options over those of a client, and parses the durations.
 *
 * @category combinators
 * @since 0.1.0
 */
export const resolve = (base: Resolved, over: RequestOptions | undefined): Resolved => {
  if (over === undefined) return base
  // The cast is safe: `base` has every key, so the merged options have every key.
  const { timeout, ...merged } = mergeOver(base, over) as Merged
  return {
    ...merged,
    timeout: {
      firstByte: Duration.fromInputUnsafe(timeout.firstByte),
      idle: Duration.fromInputUnsafe(timeout.idle),
      nextEvent: Duration.fromInputUnsafe(timeout.nextEvent),
      total: Duration.fromInputUnsafe(timeout.total)
    }
  }
}

/**
 * Merges the options of a call over those of its service. A key that is `undefined` keeps the option of the service.
 *
 * @category combinators
 * @since 0.1.0
 */
export const merge = (
  base: RequestOptions | undefined,
  over: RequestOptions | undefined
): RequestOptions | undefined => base === undefined || over === undefined ? over ?? base : mergeOver(base, over)

/** Options with every default in place, before the durations are parsed. */
type Merged = Omit<Resolved, "timeout"> & {
  readonly timeout: { readonly [Limit in keyof Resolved["timeout"]]: Duration.Input }
}

const mergeOver = (base: RequestOptions, over: RequestOptions): RequestOptions => ({
  ...base,
  ...defined(over),
  headers: { ...base.headers, ...over.headers },
  timeout: { ...base.timeout, ...defined(over.timeout) },
  extraBody: over.extraBody === undefined ? base.extraBody : { ...base.extraBody, ...over.extraBody },
  checks: { ...base.checks, ...defined(over.checks) },
  ...(base.onResponse && over.onResponse ? { onResponse: inTurn(base.onResponse, over.onResponse) } : undefined)
})

const inTurn = (first: OnResponse, second: OnResponse): OnResponse => (metadata) =>
  Effect.flatMap(first(metadata), () => second(metadata))

/** The options that have a value: one without keeps what it was. */
const defined = <Options extends object>(options: Options | undefined): Partial<Options> =>
  // The cast is safe: its keys are some of the options.
  Object.fromEntries(
    Object.entries(options ?? {}).filter(([, value]) => value !== undefined && value !== null)
  ) as Partial<
    Options
  >
