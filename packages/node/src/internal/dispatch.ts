import type { ByteSource } from "@effect-mistral/core/ByteSource"
import type { Request, Response } from "@effect-mistral/core/DirectTransport"
import type * as Undici from "@effect/platform-node/Undici"
import { decode, type DecodedBody } from "./decodedBody.ts"
import { Body } from "./undiciBody.ts"

type Handler = Undici.Dispatcher.DispatchHandler
type Controller = Undici.Dispatcher.DispatchController
type RawHeaders = Parameters<NonNullable<Handler["onResponseStart"]>>[2]

/** Receives the response to a request, or the reason why there is none. */
interface Receiver {
  onResponse(head: Head): void
  onError(error: unknown): void
}

/** A request body that undici sends: text, bytes, a stream of Node or a form. */
export type RequestBody = NonNullable<Undici.Dispatcher.DispatchOptions["body"]>

/**
 * Sends a request through undici's dispatcher, and returns a function that cancels it. Every failure, an invalid URL too,
 * goes to the receiver. Only a dispatcher that throws, which it is not to do, is a defect.
 */
export const dispatch = (
  dispatcher: Undici.Dispatcher,
  { body, headers, method, url }: {
    readonly method: Undici.Dispatcher.HttpMethod
    readonly url: string | URL
    readonly headers: Request["headers"]
    readonly body: RequestBody | null
  },
  receiver: Receiver
): () => void => {
  const handler = new DispatchHandler(receiver, method === "HEAD")
  let parsed: URL
  try {
    parsed = new URL(url)
  } catch (error) {
    handler.fail(error)
    return handler.cancel
  }
  dispatcher.dispatch({
    origin: parsed.origin,
    path: parsed.pathname + parsed.search,
    method,
    headers,
    body,
    // Effect limits the time: undici's own limits, 5 minutes each, would overrule longer ones.
    headersTimeout: 0,
    bodyTimeout: 0
  }, handler)
  return handler.cancel
}

class DispatchHandler implements Handler {
  readonly #receiver: Receiver
  readonly #toHead: boolean
  readonly #body = new Body(highWaterMark)
  #decoded: DecodedBody | undefined
  #controller: Controller | undefined
  #state: "sent" | "receiving" | "done" = "sent"
  #cancelled = false

  constructor(receiver: Receiver, toHead: boolean) {
    this.#receiver = receiver
    this.#toHead = toHead
  }

  readonly cancel = (): void => {
    this.#decoded?.close()
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
    this.#body.start(controller, () => this.#receiver.onResponse(this.#head(status, headers)))
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

  #head(status: number, headers: RawHeaders): Head {
    const encoding = headers["content-encoding"]
    // The headers of these responses describe a body that is not sent.
    if (encoding === undefined || this.#toHead || status === 204 || status === 304) {
      return new Head(status, headers, this.#body)
    }
    this.#decoded = decode(this.#body, encoding)
    if (this.#decoded === undefined) return new Head(status, headers, this.#body)
    const { "content-encoding": _, "content-length": __, ...others } = headers
    return new Head(status, others, this.#decoded)
  }

  #abort(): void {
    this.#controller?.abort(new Error("The request was interrupted"))
  }
}

/** How many unread bytes of a body pause its socket. */
const highWaterMark = 128 * 1024

/** The head of a response as undici delivers it, without the headers of codings that were decoded, and its body. */
export class Head implements Response {
  readonly status: number
  /** A header that came more than once is an array. */
  readonly rawHeaders: RawHeaders
  readonly body: ByteSource

  constructor(status: number, rawHeaders: RawHeaders, body: ByteSource) {
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
