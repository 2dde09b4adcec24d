import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Tracer from "effect/Tracer"
import type { Request } from "../DirectTransport.ts"
import type { MistralError } from "../MistralError.ts"
import * as Reason from "../MistralErrorReason.ts"
import { BodyReader } from "./bodyReader.ts"
import type { Call } from "./call.ts"
import type { Connections } from "./connections.ts"
import type { Deadline, RanOut } from "./deadline.ts"
import { reasonFromAnswer, requestId } from "./errorBody.ts"
import type { Answer, Recipient, Transport } from "./transport.ts"
import { describe } from "./transportError.ts"
import { type Limits, Watch } from "./watch.ts"

/** An answer with a good status, of which the first bytes have come. */
export interface Opened {
  readonly status: number
  readonly contentType: string | undefined
  readonly requestId: string | undefined
  readonly body: BodyReader<MistralError>
  /** Gives the connection up; if the answer was read to its end, leaves it to be used again. */
  readonly close: Effect.Effect<void>
  readonly scrub: (text: string) => string
}

/** A request ready to be sent, and a way to take out of a text what must not be seen. */
export interface Prepared {
  readonly request: Request
  readonly scrub: (text: string) => string
}

/** What an exchange needs of the client. The request is prepared anew for each attempt: the key may change. */
export interface Exchange {
  readonly transport: Transport
  readonly connections: Connections
  readonly prepare: (call: Call) => Effect.Effect<Prepared, MistralError>
}

/**
 * One attempt at a call: from the request to the first bytes of its answer, within the time limits.
 *
 * The fiber that waits is woken once, with the answer or a failure; what lies between is callbacks.
 */
export class Attempt implements Recipient, Limits<MistralError> {
  readonly firstByte: Duration.Duration
  readonly idle: Duration.Duration
  readonly deadline: Deadline
  /** The services of the fiber that waits. */
  readonly context: Context.Context<never>
  readonly #exchange: Exchange
  readonly #call: Call
  readonly #span: Tracer.Span
  readonly #watch: Watch<MistralError>
  #requestId: string | undefined
  #scrub: Prepared["scrub"] = unchanged
  #body: BodyReader<MistralError> | undefined
  /** Gives up what is under way: the preparation, the request, its answer. */
  #giveUp: Effect.Effect<void> = Effect.void
  #resume: ((result: Effect.Effect<Opened, MistralError>) => void) | undefined
  #closed = false

  constructor(
    exchange: Exchange,
    call: Call,
    deadline: Deadline,
    span: Tracer.Span,
    fiber: Fiber.Fiber<unknown, unknown>
  ) {
    const { firstByte, idle } = call.options.timeout
    this.firstByte = firstByte
    this.idle = idle
    this.deadline = deadline
    this.#exchange = exchange
    this.#call = call
    this.context = fiber.context
    this.#span = span
    this.#watch = new Watch(this, fiber)
    exchange.connections.count(1)
  }

  readonly close: Effect.Effect<void> = Effect.suspend(() => {
    this.#resume = undefined
    this.#watch.stop()
    if (!this.#closed) this.#exchange.connections.count(-1)
    this.#closed = true
    // Giving up aborts the request. One that was answered to its end has nothing to abort, and an abort is not cheap.
    if (this.#body?.freed === true) return Effect.void
    this.#body?.stop()
    const giveUp = this.#giveUp
    this.#giveUp = Effect.void
    return giveUp
  })

  get contextWithSpan(): Context.Context<never> {
    return Context.add(this.context, Tracer.ParentSpan, this.#span)
  }

  /** Sends the request and waits for its answer. To be run once; `close` must run when it failed or the answer is over. */
  open(): Effect.Effect<Opened, MistralError> {
    return Effect.callback((resume) => {
      this.#resume = resume
      this.#watch.waitForFirstByte((timedOut) => this.onFailure(timedOut))
      const prepared = this.#exchange.prepare(this.#call)
      // What an effect that is an exit gives is what it ended with.
      if (Exit.isExit(prepared)) return this.#send(prepared as Exit.Exit<Prepared, MistralError>)
      const fiber = Effect.runForkWith(this.contextWithSpan)(prepared)
      this.#giveUp = Effect.sync(() => fiber.interruptUnsafe())
      // Sent where the waiting fiber runs: an answer that comes at once finds it waiting, and what to give up is known.
      fiber.addObserver((exit) =>
        this.#done(Effect.callback((resume) => {
          this.#resume = resume
          this.#send(exit)
        }))
      )
    })
  }

  onResponse(answer: Answer): void {
    if (this.#resume === undefined) return
    const { body: source, status } = answer
    const requestIdOf = this.#requestId = requestId((name) => answer.header(name))
    const body = this.#body = new BodyReader(source, this.#watch, (error) => this.#lost(error))
    if (status < 200 || status > 299) return this.#done(this.#refusal(answer, body))
    const opened: Opened = {
      status,
      contentType: answer.header("content-type"),
      requestId: requestIdOf,
      body,
      close: this.close,
      scrub: this.#scrub
    }
    body.first((bytes) => {
      if (bytes !== undefined) body.unread(bytes)
      else if (this.#call.accept === "text/event-stream") {
        // A stream of which nothing came can be asked for again; a whole answer may well be empty.
        return Effect.fail(this.#call.fail(new Reason.StreamEndedEarly({ chunks: 0, requestId: requestIdOf })))
      }
      return Effect.succeed(opened)
    }, (result) => this.#done(result))
  }

  onError(error: unknown): void {
    this.onFailure(Effect.fail(this.explain(error)))
  }

  onFailure(failure: Effect.Effect<never, MistralError>): void {
    this.#done(failure)
  }

  explain(error: unknown): MistralError {
    const description = this.#scrub(describe(error))
    const unfit = HttpClientError.isHttpClientError(error) &&
      (error.reason._tag === "InvalidUrlError" || error.reason._tag === "EncodeError")
    return this.#call.fail(
      unfit
        ? new Reason.InvalidRequest({ issues: [{ path: [], message: description }] })
        : new Reason.ConnectionFailed({ description })
    )
  }

  onTimeout(ranOut: RanOut): MistralError {
    return timeout(this.#call, ranOut, this.#requestId)
  }

  #send(prepared: Exit.Exit<Prepared, MistralError>): void {
    // It may have run out of time, or been given up, while the key was waited for.
    if (this.#resume === undefined) return
    if (Exit.isFailure(prepared)) return this.onFailure(Exit.failCause(prepared.cause))
    const { request, scrub } = prepared.value
    this.#scrub = scrub
    this.#giveUp = this.#exchange.transport.send(request, this)
  }

  #done(result: Effect.Effect<Opened, MistralError>): void {
    const resume = this.#resume
    this.#resume = undefined
    resume?.(result)
  }

  #lost(error: unknown): MistralError {
    return this.#call.fail(
      new Reason.ConnectionLost({
        description: this.#scrub(describe(error)),
        chunks: this.#call.progress.chunks,
        requestId: this.#requestId
      })
    )
  }

  #refusal(answer: Answer, reader: BodyReader<MistralError>): Effect.Effect<never, MistralError> {
    const decoder = new TextDecoder()
    let body = ""
    let size = 0
    const read = reader.readFor(refusalLimits.time, (bytes) => {
      for (const piece of bytes) {
        const kept = piece.subarray(0, refusalLimits.bytes - size)
        size += kept.length
        body += decoder.decode(kept, { stream: true })
      }
      return size >= refusalLimits.bytes
    })
    // What came before the end, a failure or a limit is what there is to read.
    return Effect.flatMap(Effect.andThen(read, Clock.currentTimeMillis), (now) => {
      const scrubbed: Record<string, string> = {}
      for (const [name, value] of Object.entries(answer.headers())) {
        if (value !== undefined) scrubbed[name] = this.#scrub(value)
      }
      return Effect.fail(
        this.#call.fail(reasonFromAnswer({ status: answer.status, headers: scrubbed, body: this.#scrub(body), now }))
      )
    })
  }
}

const unchanged = (text: string): string => text

/** How much of an error's body is read, and for how many milliseconds: some servers never finish it. */
const refusalLimits = { bytes: 64 * 1024, time: 2000 }

export const timeout = (
  call: Call,
  ranOut: Pick<Reason.Timeout, "phase" | "duration">,
  requestId?: string
): MistralError => call.fail(new Reason.Timeout({ ...ranOut, chunks: call.progress.chunks, requestId }))
