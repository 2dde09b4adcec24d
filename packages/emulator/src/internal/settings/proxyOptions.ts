import type * as Redacted from "effect/Redacted"

/** Answers that an emulator does not make itself. */
export interface ProxyOptions {
  /** A server that is asked instead. */
  readonly upstream?: Upstream | undefined
  /** Cassettes that are played instead. */
  readonly replay?: Replay | undefined
}

/** The server that requests are forwarded to; what to do with those that no cassette answers may leave it out. */
export const upstreamFor = ({ replay, upstream }: ProxyOptions): Upstream | undefined =>
  replay?.onMiss === undefined ? upstream : undefined

/**
 * A Mistral or OpenAI-compatible server that the API's paths are forwarded to.
 *
 * @category models
 * @since 0.1.0
 */
export interface Upstream {
  /** Where it is: with or without `/v1`, or with a version of its own in the path. */
  readonly url: string
  /**
   * Its key. Clients must then send the emulator's own. Unless it is set, what a client sends as its authorization goes
   * on to the server.
   */
  readonly apiKey?: Redacted.Redacted<string> | undefined
  /** The directory in which exchanges are recorded; none are unless it is set or cassettes are replayed. */
  readonly record?: string | undefined
}

/**
 * A directory of cassettes, and what happens to requests that are not in it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Replay {
  readonly directory: string
  /**
   * `refuse` with a 404 that names the nearest cassettes, or `answer` as the emulator does. Unless it is set, such a
   * request is forwarded upstream and recorded, and refused where there is no upstream.
   */
  readonly onMiss?: "refuse" | "answer" | undefined
  /** How much faster than recorded: 1 unless set, and 0 for at once. */
  readonly speed?: number | undefined
  /** What of a request is not compared, such as `query` or `body.messages.*.content`. */
  readonly ignore?: ReadonlyArray<string> | undefined
}
