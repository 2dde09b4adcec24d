/** What each compared client does, by its own means. */
import type { Offers } from "./capabilities.ts"

/** A client with the options that its users have, and otherwise its defaults. */
export interface Peer {
  /** The pieces of a streamed text. */
  readonly stream: (model: string, options: StreamOptions) => AsyncIterable<string>
  /**
   * The result of a whole completion, as the client gives it. `extra` are further keys of the request. With `once`, a client
   * that retries whatever has failed is told not to.
   */
  readonly complete: (model: string, extra: Readonly<Record<string, unknown>>, once: boolean) => Promise<unknown>
}

/** The options of a stream. */
export interface StreamOptions {
  readonly signal: AbortSignal
  /** Milliseconds after which a stream that sends nothing fails, by the option that comes nearest to this. */
  readonly silence?: number
}

/** The program of a client. */
export interface Program {
  readonly make: MakePeer
  readonly offers: Offers
}

/** Makes a client of a server. `url` is without `/v1`. */
export type MakePeer = (url: string) => Peer

/** What a client did in a probe. */
export interface Observation {
  readonly pieces: ReadonlyArray<string>
  /** The result of a whole completion, as JSON. */
  readonly result?: string
  readonly error?: {
    /** The message, with those of its causes: what a log shows. */
    readonly message: string
    /** Every field of the error. */
    readonly text: string
  }
  /** The milliseconds until the end. */
  readonly took: number
}

/** A call of a client. */
export interface Call {
  readonly model: string
  readonly kind: "complete" | "stream" | "cancel"
  readonly extra?: Readonly<Record<string, unknown>>
  readonly silence?: number
  readonly once?: boolean
}
