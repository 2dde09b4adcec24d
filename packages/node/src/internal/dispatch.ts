import type * as Undici from "@effect/platform-node/Undici"
import { Body } from "./body.ts"
import { Head, type RawHeaders } from "./head.ts"

type Handler = Undici.Dispatcher.DispatchHandler
type Controller = Undici.Dispatcher.DispatchController

/** Who is told of an answer. */
interface Receiver {
  onResponse(head: Head): void
  onError(error: unknown): void
}

/** One request on its way through undici's dispatcher: what is told of it, and how it is given up. */
export class Dispatch implements Handler {
  readonly #receiver: Receiver
  readonly #body = new Body(highWaterMark)
  #controller: Controller | undefined
  #state: "asked" | "answered" | "over" = "asked"
  #abandoned = false

  constructor(receiver: Receiver) {
    this.#receiver = receiver
  }

  send(
    dispatcher: Undici.Dispatcher,
    request: Omit<Undici.Dispatcher.DispatchOptions, "headersTimeout" | "bodyTimeout">
  ): void {
    try {
      // Time limits are Effect's.
      dispatcher.dispatch({ ...request, headersTimeout: 0, bodyTimeout: 0 }, this)
    } catch (error) {
      this.#fail(error)
    }
  }

  /** Gives the request up, and with it what is left of its answer. */
  readonly abandon = (): void => {
    if (this.#state === "over" || this.#abandoned) return
    this.#abandoned = true
    this.#controller?.abort(new Error("The request was interrupted"))
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller
    if (this.#abandoned) controller.abort(new Error("The request was interrupted"))
  }

  onResponseStart(controller: Controller, status: number, headers: RawHeaders): void {
    // Answers below 200 announce the one to come.
    if (status < 200) return
    this.#state = "answered"
    // As long as the answer lasts, they would hold on to the first piece that was read of it.
    controller.rawHeaders = null
    this.#body.start(controller, () => this.#receiver.onResponse(new Head(status, headers, this.#body)))
  }

  onResponseData(_controller: Controller, chunk: Uint8Array): void {
    this.#body.push(chunk)
  }

  onResponseEnd(): void {
    this.#state = "over"
    this.#body.end()
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.#fail(error)
  }

  #fail(error: unknown): void {
    const answered = this.#state === "answered"
    this.#state = "over"
    if (answered) this.#body.fail(error)
    else this.#receiver.onError(error)
  }
}

/** How many bytes wait for a slow reader before its socket is paused. */
const highWaterMark = 128 * 1024
