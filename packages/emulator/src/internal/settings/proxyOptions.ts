import type * as Redacted from "effect/Redacted"

/** Sources of responses other than the emulator itself. */
export interface ProxyOptions {
  /** A server that requests are forwarded to. */
  readonly upstream?: Upstream | undefined
  /** Cassettes that are replayed. */
  readonly replay?: Replay | undefined
}

/** The server that requests are forwarded to. `onMiss` disables forwarding. */
export const upstreamFor = ({ replay, upstream }: ProxyOptions): Upstream | undefined =>
  replay?.onMiss === undefined ? upstream : undefined

/**
 * A Mistral or OpenAI-compatible server that the API's paths are forwarded to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Upstream {
  /** The base URL: with or without `/v1`, or with a version of its own in the path. */
  readonly url: string
  /**
   * The server's key. If it is set, clients must send the emulator's own key. Otherwise their `authorization` header is
   * forwarded.
   */
  readonly apiKey?: Redacted.Redacted<string> | undefined
  /** The directory to record exchanges in. If it is not set, exchanges are recorded only with `replay`. */
  readonly record?: string | undefined
}

/**
 * A directory of cassettes, and what happens to requests without a recording.
 *
 * @category models
 * @since 0.1.0
 */
export interface Replay {
  readonly directory: string
  /**
   * `refuse` responds with a 404 that names the nearest cassettes, `answer` with the emulator's own response. If it is
   * not set, the request is forwarded and recorded, or refused without an upstream server.
   */
  readonly onMiss?: "refuse" | "answer" | undefined
  /** How much faster than recorded: 1 unless set; 0 means at once. */
  readonly speed?: number | undefined
  /** The places of a request that are not compared, such as `query` or `body.messages.*.content`. */
  readonly ignore?: ReadonlyArray<string> | undefined
}
