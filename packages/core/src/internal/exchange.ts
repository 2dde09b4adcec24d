import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as HttpClient from "effect/http/HttpClient"
import type * as HttpClientError from "effect/http/HttpClientError"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type { HttpClientResponse } from "effect/http/HttpClientResponse"
import * as Scope from "effect/Scope"
import type { MistralError } from "../MistralError.ts"
import * as Reason from "../MistralErrorReason.ts"
import * as RetryPolicy from "../RetryPolicy.ts"
import { BodyReader } from "./bodyReader.ts"
import { headerOf, sourceOf } from "./byteSource.ts"
import type { Call } from "./call.ts"
import type { Connections } from "./connections.ts"
import { type Deadline, withinTotal } from "./deadline.ts"
import { reasonFromAnswer, requestId } from "./errorBody.ts"
import { describe } from "./transportError.ts"
import { Watch } from "./watch.ts"

/** An answer with a good status, of which the first bytes have come. */
export interface Opened {
  readonly status: number
  readonly header: (name: string) => string | undefined
  readonly requestId: string | undefined
  readonly body: BodyReader<MistralError>
  /** Gives the connection up; if the answer was read to its end, leaves it to be used again. */
  readonly close: Effect.Effect<void>
  readonly scrub: (text: string) => string
}

/** A request ready to be sent, and a way to take out of a text what must not be seen. */
export interface Prepared {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly scrub: (text: string) => string
}

/** What an exchange needs of the client. The request is prepared anew for each attempt: the key may change. */
export interface Exchange {
  /** Ends its requests with the scope of the environment. */
  readonly http: HttpClient.HttpClient.With<HttpClientError.HttpClientError, Scope.Scope>
  readonly connections: Connections
  readonly prepare: (call: Call) => Effect.Effect<Prepared, MistralError>
}

/** Who must give up the connection that is open, however the call ends. */
export interface Held {
  release: Effect.Effect<void>
}

/**
 * Sends a call, again if its policy says so, until the first bytes of a good answer have come. What `held.release` says
 * then must run when the answer is over.
 */
export const open = (
  exchange: Exchange,
  call: Call,
  deadline: Deadline,
  held: Held
): Effect.Effect<Opened, MistralError> => repeat(attempt(exchange, call, deadline, held), exchange, call, deadline)

/** Sends a call, again if its policy says so, until its answer has been read. */
export const openAnd = <A>(
  read: (opened: Opened) => Effect.Effect<A, MistralError>,
  exchange: Exchange,
  call: Call,
  deadline: Deadline,
  held: Held
): Effect.Effect<A, MistralError> =>
  repeat(
    Effect.flatMap(
      attempt(exchange, call, deadline, held),
      (opened) => Effect.onError(read(opened), () => opened.close)
    ),
    exchange,
    call,
    deadline
  )

const repeat = <A>(
  attempt: Effect.Effect<A, MistralError>,
  { connections }: Exchange,
  call: Call,
  deadline: Deadline
): Effect.Effect<A, MistralError> => {
  const attempts = RetryPolicy.retry(
    Effect.suspend(() => connections.crowded() ? Effect.andThen(connections.giveWay, attempt) : attempt),
    call.options.retry,
    { repeatable: call.repeatable }
  )
  // Each attempt has its own limit to the first byte; the whole call's ends the pauses between them too.
  return withinTotal(attempts, deadline, (ranOut) => timeout(call, ranOut))
}

const attempt = (
  exchange: Exchange,
  call: Call,
  deadline: Deadline,
  held: Held
): Effect.Effect<Opened, MistralError> => {
  const { firstByte, idle } = call.options.timeout
  return Effect.withFiber((fiber) => {
    const answer: Answer = {}
    const watch = new Watch({
      firstByte,
      idle,
      deadline,
      onTimeout: (ranOut) => timeout(call, ranOut, answer.requestId)
    }, fiber)
    const scope = Scope.makeUnsafe()
    const countOff = exchange.connections.open()
    const close = Effect.suspend(() => {
      watch.stop()
      countOff()
      // Closing aborts the request. One that was answered to its end has nothing to abort, and an abort is not cheap.
      if (answer.body?.freed === true) return Effect.void
      answer.body?.stop()
      return Scope.close(scope, Exit.void)
    })
    held.release = close
    return Effect.onError(watch.toFirstByte(send(exchange, call, watch, scope, answer, close)), () => close)
  })
}

/** What is known of an answer while it comes. */
interface Answer {
  requestId?: string | undefined
  body?: BodyReader<MistralError>
}

const send = (
  exchange: Exchange,
  call: Call,
  watch: Watch<MistralError>,
  scope: Scope.Scope,
  answer: Answer,
  close: Effect.Effect<void>
): Effect.Effect<Opened, MistralError> =>
  Effect.gen(function*() {
    const { request, scrub } = yield* exchange.prepare(call)
    const response = yield* exchange.http.execute(request).pipe(
      Scope.provide(scope),
      Effect.catch((error) => {
        switch (error.reason._tag) {
          case "StatusCodeError":
            // A client told to fail on an error status: the answer is there all the same.
            return Effect.succeed(error.reason.response)
          case "InvalidUrlError":
          case "EncodeError":
            return Effect.fail(call.fail(
              new Reason.InvalidRequest({ issues: [{ path: [], message: scrub(describe(error)) }] })
            ))
          default:
            return Effect.fail(call.fail(new Reason.ConnectionFailed({ description: scrub(describe(error)) })))
        }
      })
    )
    const header = headerOf(response)
    answer.requestId = requestId(header)
    const body = answer.body = new BodyReader(yield* sourceOf(response, scope), watch, (error) =>
      call.fail(
        new Reason.ConnectionLost({
          description: scrub(describe(error)),
          chunks: call.progress.chunks,
          requestId: answer.requestId
        })
      ))
    if (response.status < 200 || response.status > 299) return yield* refusal(call, response, body, scrub)

    const first = yield* body.next
    if (first !== undefined) body.unread(first)
    else if (call.accept === "text/event-stream") {
      // A stream of which nothing came can be asked for again; a whole answer may well be empty.
      return yield* Effect.fail(call.fail(new Reason.StreamEndedEarly({ chunks: 0, requestId: answer.requestId })))
    }
    return { status: response.status, header, requestId: answer.requestId, body, close, scrub }
  })

/** How much of an error's body is read, and for how many milliseconds: some servers never finish it. */
const refusalLimits = { bytes: 64 * 1024, time: 2000 }

const refusal = (
  call: Call,
  response: HttpClientResponse,
  answer: BodyReader<MistralError>,
  scrub: Prepared["scrub"]
): Effect.Effect<never, MistralError> => {
  const decoder = new TextDecoder()
  let body = ""
  let size = 0
  const read = answer.readFor(refusalLimits.time, (bytes) => {
    for (const piece of bytes) {
      const kept = piece.subarray(0, refusalLimits.bytes - size)
      size += kept.length
      body += decoder.decode(kept, { stream: true })
    }
    return size >= refusalLimits.bytes
  })
  // What came before the end, a failure or a limit is what there is to read.
  return Effect.flatMap(Effect.andThen(read, Clock.currentTimeMillis), (now) => {
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(response.headers)) headers[name] = scrub(value)
    return Effect.fail(call.fail(reasonFromAnswer({ status: response.status, headers, body: scrub(body), now })))
  })
}

const timeout = (
  call: Call,
  ranOut: Pick<Reason.Timeout, "phase" | "duration">,
  requestId?: string
): MistralError => call.fail(new Reason.Timeout({ ...ranOut, chunks: call.progress.chunks, requestId }))
