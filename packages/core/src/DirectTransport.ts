/**
 * A transport that sends requests and delivers responses by callback, without a fiber in between.
 *
 * A transport may be offered together with an `HttpClient`, as `FetchHttpClient` of this package and `UndiciHttpClient` of
 * `@effect-mistral/node` do. A client that is derived from such a client, by `HttpClient.mapRequest` or in any other way,
 * does not offer it and is called like every `HttpClient`, which only costs time.
 *
 * @since 0.1.0
 */
import type * as Context from "effect/Context"
import type { ByteSource } from "./ByteSource.ts"

/**
 * A request with all its headers. Their names are in lower case.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/**
 * The head of a response, and its body, which can be read once. Header names are in lower case, and the values of a header
 * that was sent several times are joined by `, `.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response {
  readonly status: number
  header(name: string): string | undefined
  /** All headers. They are only read from responses with an error status, and for `onResponse`. */
  headers(): Readonly<Record<string, string | undefined>>
  readonly body: ByteSource
}

/**
 * The callbacks of a request. Exactly one of them runs, once: a response has begun, or sending failed before one came.
 *
 * *Details*: the client reports an error that `onError` is given as a failed connection, and may retry. What a `Response`
 * throws when it is used is a defect.
 *
 * @category models
 * @since 0.1.0
 */
export interface Receiver {
  /** The services of the fiber that waits for the response. */
  readonly context: Context.Context<never>
  onResponse(response: Response): void
  onError(error: unknown): void
}

/**
 * A transport that delivers responses by callback.
 *
 * *Details*: `send` must not throw (that is a defect), and must not follow redirects. A callback of the receiver may run during `send` or later. The function that `send`
 * returns cancels the request and the rest of its response.
 *
 * @category models
 * @since 0.1.0
 */
export interface DirectTransport {
  readonly send: (request: Request, receiver: Receiver) => () => void
}

/**
 * Offers a transport together with an `HttpClient`, and returns that client. Copies of the client and objects that inherit
 * from it do not offer the transport.
 *
 * @category constructors
 * @since 0.1.0
 */
export const offer = <Client extends object>(client: Client, transport: DirectTransport): Client => {
  offers.set(client, transport)
  return client
}

// A second copy of this package in a process does not see these offers, and calls such a client as an `HttpClient`.
const offers = /* @__PURE__ */ new WeakMap<object, DirectTransport>()

/**
 * The `DirectTransport` that is offered together with a client, if there is one.
 *
 * @category getters
 * @since 0.1.0
 */
export const get = (client: object): DirectTransport | undefined => offers.get(client)
