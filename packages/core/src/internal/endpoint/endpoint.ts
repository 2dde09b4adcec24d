import type { HttpBody } from "effect/http/HttpBody"
import type * as Schema from "effect/Schema"
import type * as Completion from "../../Completion.ts"

/**
 * An operation of the API that takes a `Request` as JSON, or in the form that `encode` gives it, and returns a `Response` as
 * JSON.
 *
 * @category models
 * @since 0.1.0
 */
export interface Endpoint<in out Request, in out Response> {
  /** The name of the operation in errors, spans and logs, such as `Chat.complete`. */
  readonly name: string
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** The path from `/v1` on. `{name}` is a path parameter. */
  readonly path: `/v1/${string}`
  readonly request: Schema.Codec<Request, unknown>
  readonly response: Schema.Codec<Response, unknown>
  /**
   * Writes a valid request in another form than JSON, such as a form with a file (`MultipartBody.make`).
   *
   * *Details*: a body that is a `Stream` runs anew for each attempt. While it is sent, the limit to the first byte of the
   * response counts from its last piece. Where it fails, the call fails with `InvalidRequest` and is not retried.
   */
  readonly encode?: ((body: Readonly<Record<string, unknown>>) => HttpBody) | undefined
  /**
   * Reads JSON that does not fit the schema of the response, because the server left something out. The result is used
   * if it fits. Without this function such a response fails with `InvalidResponse`.
   */
  readonly repair?: ((json: unknown) => unknown) | undefined
  /** The choice whose generation failed, where a response reports such a failure. */
  readonly failedChoice?: ((response: unknown) => FailedChoice | undefined) | undefined
  /** The schema of the query parameters. Without it they are not validated. */
  readonly query?: Schema.Codec<object, unknown> | undefined
  /** Which failures may be retried. */
  readonly retryable: Retryable
  /** The `gen_ai.operation.name` of its span, where OpenTelemetry's conventions have one. */
  readonly operation?: "chat" | "text_completion" | "embeddings" | "invoke_agent" | undefined
}

/**
 * Which failures of an operation may be retried.
 *
 * *Details*:
 *
 * - `always`: the operation is idempotent and free. A retry changes nothing more on the server, so even a truncated
 *   response is requested again.
 * - `beforeFirstByte`: the operation is idempotent, but it runs a model and costs again. It is retried only as long as no
 *   byte of the response body was received.
 * - `ifRejected`: the operation is not idempotent, because it creates something. Only rate-limit and capacity errors are
 *   retried, because the server certainly did not act on them.
 *
 * @category models
 * @since 0.1.0
 */
export type Retryable = "always" | "beforeFirstByte" | "ifRejected"

/**
 * A choice whose generation failed: its index, and the `error` that the server put into it, if it did.
 *
 * @category models
 * @since 0.1.0
 */
export interface FailedChoice {
  readonly index: number
  readonly error?: unknown
}

/**
 * An operation that returns a stream of `Event`s.
 *
 * *Details*: `repair` and `failedChoice` are about an event here. `choices` returns the choices of an event. An operation
 * that has it fails with `StreamEndedEarly` where `[DONE]` comes before any choice.
 *
 * @category models
 * @since 0.1.0
 */
export interface StreamEndpoint<in out Request, in out Event> extends Omit<Endpoint<Request, Event>, "response"> {
  readonly event: Schema.Codec<Event, unknown>
  readonly choices?:
    | ((event: Event) => ReadonlyArray<Pick<Completion.ChunkChoice, "index" | "finish_reason">>)
    | undefined
}

/**
 * An operation that returns bytes, such as the content of a file.
 *
 * @category models
 * @since 0.1.0
 */
export interface BytesEndpoint<in out Request>
  extends Omit<Endpoint<Request, never>, "response" | "repair" | "failedChoice" | "operation">
{
  /**
   * Whether every response has the same bytes, so that one that broke off is requested again under the retry policy, and the
   * bytes that were delivered before are left out. Default: false.
   */
  readonly resumable?: boolean | undefined
}

/**
 * A completion endpoint: one path that returns a whole response or a stream, depending on the request's `stream`.
 *
 * @category models
 * @since 0.1.0
 */
export interface CompletionEndpoint<in out Request> {
  readonly complete: Endpoint<Request, Completion.Response>
  readonly stream: StreamEndpoint<Request, Completion.Chunk>
}
