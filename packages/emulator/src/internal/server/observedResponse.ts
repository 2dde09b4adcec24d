import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import type * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { lossOf } from "../http/connectionLoss.ts"
import { withBody } from "../http/responseBody.ts"
import { refusalOf, refusalText } from "../log/refusalText.ts"
import type { Known, RequestLog } from "../log/requestLog.ts"
import { ResponseFacts } from "../log/responseFacts.ts"
import { monotonicMillis } from "../timing/monotonicMillis.ts"
import { CurrentOutcome } from "./accessLog.ts"

/** The bytes of an error response that are kept until its end, to read from them why the request was refused. */
const keptRefusal = 16_384

/** The characters of a response that are published for those who watch it: in all, and in one piece. */
const published = { all: 1_048_576, piece: 16_384 }

/**
 * Begins to observe the response to a request, and gives the function that observes it: the log learns the status, the
 * reason of a refusal, the model, the tokens, the times, and whether the response was broken off.
 *
 * *Details*: the response begins when this effect runs, and ends with the scope of the request.
 */
export const observedResponse = (
  log: RequestLog["Service"],
  id: string
): Effect.Effect<
  (response: HttpServerResponse.HttpServerResponse) => HttpServerResponse.HttpServerResponse,
  never,
  HttpServerRequest.HttpServerRequest | Scope.Scope
> =>
  Effect.gen(function*() {
    const { method } = yield* HttpServerRequest.HttpServerRequest
    const outcome = yield* CurrentOutcome
    const clock = yield* Clock.Clock
    const began = monotonicMillis(clock)
    // A hundredth of a millisecond is as exact as a timer of the process.
    const elapsed = () => Math.round((monotonicMillis(clock) - began) * 100) / 100
    let observer: BodyObserver | undefined
    yield* Effect.addFinalizer((exit) =>
      Effect.sync(() => {
        const refusal = observer?.refusal()
        outcome.refusal ??= refusal
        log.completeNow(id, {
          took: elapsed(),
          ...(refusal === undefined ? undefined : { refusal }),
          ...(Exit.isFailure(exit) ? { interrupted: true } : undefined)
        })
      })
    )
    return (response) => {
      if (lossOf(response) !== undefined) return response
      const { body, status } = response
      const refusal = refusalOf(response)
      outcome.refusal ??= refusal
      const known = { status, ...(refusal === undefined ? undefined : { refusal }) }
      const found = observer = new BodyObserver(log, id, status, elapsed, factsOf(method, response))
      if (body._tag === "Uint8Array") found.read(body.body, known)
      else log.completeNow(id, known)
      return body._tag !== "Stream" ? response : withBody(
        response,
        Stream.mapArray(body.stream, (pieces) => {
          for (const piece of pieces) found.read(piece)
          return pieces
        }),
        body.contentLength
      )
    }
  })

/** Only operations that run a model have the model and the usage in their responses. */
const factsOf = (
  method: string,
  { headers, status }: HttpServerResponse.HttpServerResponse
): ResponseFacts | undefined =>
  method === "POST" && status === 200 && /^(?:application\/json|text\/event-stream)/.test(headers["content-type"] ?? "")
    ? new ResponseFacts()
    : undefined

/** Observes the pieces of a body as they are sent. */
class BodyObserver {
  readonly #log: RequestLog["Service"]
  readonly #id: string
  readonly #status: number
  readonly #elapsed: () => number
  readonly #facts: ResponseFacts | undefined
  #began = false
  #decoder: TextDecoder | undefined
  #published = 0
  #error: Buffer = Buffer.alloc(0)

  constructor(
    log: RequestLog["Service"],
    id: string,
    status: number,
    elapsed: () => number,
    facts: ResponseFacts | undefined
  ) {
    this.#log = log
    this.#id = id
    this.#status = status
    this.#elapsed = elapsed
    this.#facts = facts
  }

  /** Reads a piece. What it shows is logged together with what is known already. */
  read(piece: Uint8Array, known?: Known): void {
    // An empty piece only sends the headers.
    if (piece.length === 0) return known === undefined ? undefined : this.#log.completeNow(this.#id, known)
    const first = !this.#began
    this.#began = true
    const before = { model: this.#facts?.model, tokens: this.#facts?.tokens }
    this.#facts?.read(piece)
    const { model, tokens } = this.#facts ?? {}
    if (first || model !== before.model || tokens !== before.tokens) {
      this.#log.completeNow(this.#id, {
        ...known,
        ...(first ? { firstByte: this.#elapsed() } : undefined),
        ...(model === undefined ? undefined : { model }),
        ...(tokens === undefined ? undefined : { tokens })
      })
    }
    if (this.#status >= 400 && this.#error.length < keptRefusal) {
      this.#error = Buffer.concat([this.#error, piece]).subarray(0, keptRefusal)
    }
    if (this.#log.watched()) this.#publish(piece)
  }

  /** Why the request was refused, if the body that was read so far says so. */
  refusal(): string | undefined {
    return this.#status < 400 ? undefined : refusalText(this.#status, this.#error.toString())
  }

  #publish(piece: Uint8Array): void {
    if (this.#published >= published.all) return
    this.#decoder ??= new TextDecoder()
    const text = this.#decoder.decode(piece, { stream: true }).slice(0, published.all - this.#published)
    this.#published += text.length
    for (let at = 0; at < text.length; at += published.piece) {
      this.#log.sent(this.#id, text.slice(at, at + published.piece))
    }
  }
}
