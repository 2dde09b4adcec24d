import type { Request, Response } from "@effect-mistral/core/DirectTransport"
import type * as Undici from "@effect/platform-node/Undici"
import { Body } from "./undiciBody.ts"

type Handler = Undici.Dispatcher.DispatchHandler
type Controller = Undici.Dispatcher.DispatchController
type RawHeaders = Parameters<NonNullable<Handler["onResponseStart"]>>[2]

/** Receives the response to a request, or the reason why there is none. */
interface Receiver {
  onResponse(head: Head): void
  onError(error: unknown): void
}

/**
 * Sends a request through undici's dispatcher, and returns a function that cancels it. It does not throw: every failure,
 * an invalid URL too, goes to the receiver.
 */
export const dispatch = (
  dispatcher: Undici.Dispatcher,
  { body, headers, method, url }: {
    readonly method: Undici.Dispatcher.HttpMethod
    readonly url: string | URL
    readonly headers: Request["headers"]
    readonly body: string | Uint8Array | null
  },
  receiver: Receiver
): () => void => {
  const handler = new DispatchHandler(receiver)
  try {
    const { origin, pathname, search } = new URL(url)
    dispatcher.dispatch({
      origin,
      path: pathname + search,
      method,
      headers,
      body,
      // Effect limits the time: undici's own limits, 5 minutes each, would overrule longer ones.
      headersTimeout: 0,
      bodyTimeout: 0
    }, handler)
  } catch (error) {
    handler.fail(error)
  }
  return handler.cancel
}

class DispatchHandler implements Handler {
  readonly #receiver: Receiver
  readonly #body = new Body(highWaterMark)
  #controller: Controller | undefined
  #state: "sent" | "receiving" | "done" = "sent"
  #cancelled = false

  constructor(receiver: Receiver) {
    this.#receiver = receiver
  }

  readonly cancel = (): void => {
    if (this.#state === "done") return
    this.#cancelled = true
    this.#abort()
  }

  /** Undici calls this when the request gets a connection: a request that was cancelled in the queue is never sent. */
  onRequestStart(controller: Controller): void {
    this.#controller = controller
    if (this.#cancelled) this.#abort()
  }

  onResponseStart(controller: Controller, status: number, headers: RawHeaders): void {
    // Informational responses (102 Processing, 103 Early Hints) precede the response itself.
    if (status < 200) return
    this.#state = "receiving"
    // The raw headers are views of the first read of the socket and would keep its buffer alive as long as the response.
    controller.rawHeaders = null
    this.#body.start(controller, () => this.#receiver.onResponse(new Head(status, headers, this.#body)))
  }

  onResponseData(_controller: Controller, chunk: Uint8Array): void {
    this.#body.push(chunk)
  }

  onResponseEnd(): void {
    this.#state = "done"
    this.#body.end()
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.fail(error)
  }

  fail(error: unknown): void {
    const receiving = this.#state === "receiving"
    this.#state = "done"
    if (receiving) this.#body.fail(error)
    else this.#receiver.onError(error)
  }

  #abort(): void {
    this.#controller?.abort(new Error("The request was interrupted"))
  }
}

/** How many unread bytes of a body pause its socket. */
const highWaterMark = 128 * 1024

/** The head of a response as undici delivers it, and its body. */
export class Head implements Response {
  readonly status: number
  /** A header that came more than once is an array. */
  readonly rawHeaders: RawHeaders
  readonly body: Body

  constructor(status: number, rawHeaders: RawHeaders, body: Body) {
    this.status = status
    this.rawHeaders = rawHeaders
    this.body = body
  }

  header(name: string): string | undefined {
    const value = this.rawHeaders[name]
    return Array.isArray(value) ? value.join(", ") : value
  }

  headers(): Readonly<Record<string, string | undefined>> {
    return Object.fromEntries(Object.keys(this.rawHeaders).map((name) => [name, this.header(name)]))
  }
}
