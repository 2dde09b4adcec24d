import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type * as DirectTransport from "../DirectTransport.ts"
import type { MistralError } from "../MistralError.ts"
import type { Source } from "./byteSource.ts"

/** The head of an answer, whatever its status, and its body. */
export interface Answer extends DirectTransport.Response {
  readonly body: Source
}

/** Who waits for an answer: told once, of the answer or why none comes. */
export interface Recipient extends DirectTransport.Receiver {
  /** The services of who asked, and the call's span. */
  readonly contextWithSpan: Context.Context<never>
  onResponse(answer: Answer): void
  onFailure(failure: Effect.Effect<never, MistralError>): void
  /** What an error of the transport is called. */
  explain(error: unknown): MistralError
}

/** A way to send requests. What `send` returns gives up all that is still open of one. */
export interface Transport {
  readonly send: (request: DirectTransport.Request, recipient: Recipient) => Effect.Effect<void>
}
