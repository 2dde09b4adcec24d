import type * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { HttpBody } from "effect/http/HttpBody"
import type * as ByteSource from "../../ByteSource.ts"
import type * as DirectTransport from "../../DirectTransport.ts"
import type { MistralError } from "../../MistralError.ts"

/** A request with all its headers. A body that is no text is sent by the `HttpClient`, because it may be a `Stream`. */
export interface Request extends Omit<DirectTransport.Request, "body"> {
  readonly body: string | HttpBody | undefined
}

/** A response body that is read by callback. */
export interface ResponseBody extends ByteSource.ByteSource {
  /** Whether the scope of the request must be closed even after the body was read to its end. */
  readonly closesScope?: boolean
  /** Whether the body comes as a whole, because the platform's `fetch` cannot stream. An empty body is no stream either. */
  readonly unstreamed?: boolean
  /** Cancels a body that was not read to its end, where cancelling the request does not. */
  readonly cancel?: () => void
}

/** The head of a response, whatever its status, and its body. */
export interface TransportResponse extends DirectTransport.Response {
  readonly body: ResponseBody
}

/** Wraps a defect of a transport, which is given to a reader like an error but is not an error of the connection. */
export class TransportDefect {
  readonly cause: unknown

  constructor(cause: unknown) {
    this.cause = cause
  }
}

/** Waits for a response. Exactly one of `onResponse`, `onError` and `onFailure` runs, once. */
export interface ResponseHandler extends DirectTransport.Receiver {
  /** The services of the fiber that waits, and the span of the call. */
  readonly contextWithSpan: Context.Context<never>
  onResponse(response: TransportResponse): void
  onFailure(failure: Effect.Effect<never, MistralError>): void
  /** Converts an error of the transport. */
  toMistralError(error: unknown): MistralError
}

/** Sends requests. `send` returns the effect that cancels the request and closes all that is open of it. */
export interface Transport {
  readonly send: (request: Request, handler: ResponseHandler) => Effect.Effect<void>
}
