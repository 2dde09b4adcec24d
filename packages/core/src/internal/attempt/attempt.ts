import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Pull from "effect/Pull"
import * as Tracer from "effect/Tracer"
import type { MistralError } from "../../MistralError.ts"
import * as Reason from "../../MistralErrorReason.ts"
import { type Call, timeoutError } from "../request/call.ts"
import type { Authenticate } from "../request/headers.ts"
import { BodyReader, type OpenResponse, type ReadErrors } from "../response/bodyReader.ts"
import { reasonFromResponse } from "../response/errorBody.ts"
import { requestId } from "../response/responseHeaders.ts"
import { AttemptTimeouts, type Deadline, type ExpiredLimit } from "../timeout/attemptTimeouts.ts"
import type { Request, ResponseHandler, Transport, TransportResponse } from "../transport/transport.ts"
import {
  describeFailedConnection,
  describeForeignError,
  describeTransportError,
  rejectionOf
} from "../transport/transportError.ts"
import { watchUpload } from "./watchUpload.ts"

/**
 * The parts of a client that send its calls. `transport` was made by `chooseTransport`: over `UndiciHttpClient` it ends in
 * `dispatch.ts` of `@effect-mistral/node`, over `fetch` in `fetchTransport.ts`.
 */
export interface Sender {
  readonly transport: Transport
  readonly authenticate: Authenticate
}

type Resume = (result: Effect.Effect<OpenResponse, MistralError>) => void

/**
 * One attempt at a call: from the request to the first bytes of its response, within the time limits. Afterwards it owns the
 * open response until that is closed.
 *
 * The waiting fiber is resumed once, with the response or a failure. Everything in between runs in callbacks.
 */
export class Attempt implements ResponseHandler, ReadErrors<MistralError> {
  /** The services of the waiting fiber. */
  readonly context: Context.Context<never>
  readonly #sender: Sender
  readonly #call: Call
  readonly #span: Tracer.Span
  readonly #timeouts: AttemptTimeouts
  #requestId: string | undefined
  #body: BodyReader<MistralError> | undefined
  #cancelRequest: Effect.Effect<void> = Effect.void
  #resume: Resume | undefined
  /** Whether a body that is a stream has not been sent to its end. */
  #uploading = false

  constructor(
    sender: Sender,
    call: Call,
    deadline: Deadline,
    span: Tracer.Span,
    fiber: Fiber.Fiber<unknown, unknown>
  ) {
    const { firstByte, idle, nextEvent } = call.options.timeout
    this.context = fiber.context
    this.#sender = sender
    this.#call = call
    this.#span = span
    this.#timeouts = new AttemptTimeouts(
      // The limit to the next event is for streams. A whole response has no events.
      { firstByte, idle, nextEvent: call.accept === "text/event-stream" ? nextEvent : Duration.infinity, deadline },
      fiber.getRef(Clock.Clock)
    )
  }

  /** Sends the request and waits for the response. Runs once; `close` must run after a failure or after the response. */
  open(): Effect.Effect<OpenResponse, MistralError> {
    const opened = Effect.flatMap(
      this.#sender.authenticate(this.#call, this.#span),
      (request) => Effect.callback<OpenResponse, MistralError>((resume) => this.#send(request, resume))
    )
    return Effect.catchDefect(opened, (defect) => Effect.die(this.onDefect(defect)))
  }

  /** Sends the request. The attempt continues in `onResponse` or `onError`. */
  #send(request: Request, resume: Resume): void {
    this.#resume = resume
    this.#timeouts.waitForFirstByte((expired) => this.#settle(Effect.fail(this.onTimeout(expired))))
    // The time may already be over.
    if (this.#resume !== undefined) this.#cancelRequest = this.#sender.transport.send(this.#watched(request), this)
  }

  /**
   * Watches the body if it is a stream: the limit to the first byte does not run while the stream makes its next part, and
   * starts anew with each part that it has made.
   */
  #watched(request: Request): Request {
    const { body } = request
    if (typeof body !== "object" || body._tag !== "Stream") return request
    this.#uploading = true
    return { ...request, body: watchUpload(body, this.#onPull) }
  }

  readonly #onPull = (exit?: Exit.Exit<unknown, unknown>): void => {
    if (this.#isSending) {
      if (exit === undefined) this.#timeouts.pause()
      else this.#timeouts.restartFirstByte()
    }
    if (exit?._tag !== "Failure") return
    const { cause } = exit
    this.#uploading = false
    // A stream that is interrupted is one whose request has ended for another reason.
    if (Pull.isDoneCause(cause) || Cause.hasInterruptsOnly(cause)) return
    const error = Cause.squash(cause)
    this.onFailure(Cause.hasDies(cause) ? Effect.die(this.onDefect(error)) : Effect.fail(this.#invalidBody(error)))
  }

  /** Whether the request is being sent, and no response has come. */
  get #isSending(): boolean {
    return this.#uploading && this.#resume !== undefined && this.#body === undefined
  }

  #invalidBody(error: unknown): MistralError {
    return this.#call.error(
      error instanceof Reason.InvalidRequest
        ? error
        : new Reason.InvalidRequest({ issues: [{ path: [], message: describeForeignError(error) }], incomplete: true })
    )
  }

  /** Finalizer: stops the time limits, and cancels the request unless it was sent and its response read to the end. */
  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.#resume = undefined
    this.#timeouts.stop()
    if (this.#body?.released === true && !this.#uploading) return Effect.void
    this.#body?.cancel()
    const cancelRequest = this.#cancelRequest
    this.#cancelRequest = Effect.void
    return cancelRequest
  })

  get contextWithSpan(): Context.Context<never> {
    return Context.add(this.context, Tracer.ParentSpan, this.#span)
  }

  onResponse(response: TransportResponse): void {
    try {
      this.#receive(response)
    } catch (defect) {
      // A response has come, so this is not a failed connection, which would be retried.
      this.#settle(Effect.die(defect))
    }
  }

  #receive(response: TransportResponse): void {
    if (this.#resume === undefined) return
    this.#requestId = requestId((name) => response.header(name))
    // The server may respond before it has the whole request.
    if (this.#isSending) this.#timeouts.restartFirstByte()
    const source = response.body
    const body = this.#body = new BodyReader(source, this.#timeouts, this)
    if (response.status < 200 || response.status > 299) return this.#settle(this.#readError(response, body))
    const open: OpenResponse = {
      status: response.status,
      contentType: response.header("content-type"),
      requestId: this.#requestId,
      header: (name) => response.header(name),
      headers: () => response.headers(),
      body,
      unstreamed: source.unstreamed,
      close: this.close
    }
    body.waitForFirst((first) => this.#settle(Effect.flatMap(first, (hasBytes) => this.#begin(open, hasBytes))))
  }

  /** An empty stream can be requested again. An empty body that is not a stream may be the whole response. */
  #begin(open: OpenResponse, hasBytes: boolean): Effect.Effect<OpenResponse, MistralError> {
    if (hasBytes || this.#call.accept !== "text/event-stream") return Effect.succeed(open)
    return Effect.fail(this.#call.error(new Reason.StreamEndedEarly({ chunks: 0, requestId: open.requestId })))
  }

  onError(error: unknown): void {
    this.onFailure(Effect.fail(this.toMistralError(error)))
  }

  onFailure(failure: Effect.Effect<never, MistralError>): void {
    this.#settle(failure)
  }

  toMistralError(error: unknown): MistralError {
    const invalid = HttpClientError.isHttpClientError(error) &&
      (error.reason._tag === "InvalidUrlError" || error.reason._tag === "EncodeError")
    return this.#call.error(
      invalid
        ? new Reason.InvalidRequest({ issues: [{ path: [], message: describeTransportError(error) }] })
        : new Reason.ConnectionFailed({ description: describeFailedConnection(error), ...rejectionOf(error) })
    )
  }

  onLost(error: unknown): MistralError {
    return this.#call.error(
      new Reason.ConnectionLost({
        description: describeTransportError(error),
        chunks: this.#call.progress.chunks,
        requestId: this.#requestId
      })
    )
  }

  onDefect(defect: unknown): unknown {
    return this.#call.defect(defect)
  }

  onTimeout(expired: ExpiredLimit): MistralError {
    return timeoutError(this.#call, expired, this.#requestId)
  }

  #settle(result: Effect.Effect<OpenResponse, MistralError>): void {
    const resume = this.#resume
    this.#resume = undefined
    resume?.(result)
  }

  /** Reads the body of an error response, as far as it arrives within the limits, and fails with its reason. */
  #readError(response: TransportResponse, reader: BodyReader<MistralError>): Effect.Effect<never, MistralError> {
    const decoder = new TextDecoder()
    let body = ""
    let size = 0
    const read = reader.readFor(errorBodyLimits.millis, (bytes) => {
      for (const part of bytes) {
        const kept = part.subarray(0, errorBodyLimits.bytes - size)
        size += kept.length
        body += decoder.decode(kept, { stream: true })
      }
      return size >= errorBodyLimits.bytes
    })
    return Effect.flatMap(Effect.andThen(read, Clock.currentTimeMillis), (now) => {
      const { status } = response
      return Effect.fail(this.#call.error(reasonFromResponse({ status, headers: response.headers(), body, now })))
    })
  }
}

/** The most that is read of an error body: some servers never end it. */
const errorBodyLimits = { bytes: 64 * 1024, millis: 2000 }
