/**
 * How a transport takes a request and tells of its answer by callback, without a fiber in between.
 *
 * A transport may offer this with the `HttpClient` it makes; `FetchHttpClient` of this package and `UndiciHttpClient` of
 * `@effect-mistral/node` do. A client made from such a one, by `HttpClient.mapRequest` or any other change, does not have
 * it, and is asked like every `HttpClient`: nothing but speed is lost.
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
 * The head of an answer, and its body, to be read once. The names of headers are in lower case, and those that came more
 * than once are joined by `, `.
 *
 * @category models
 * @since 0.1.0
 */
export interface Response {
  readonly status: number
  header(name: string): string | undefined
  /** All of them, for an answer with an error status. */
  headers(): Readonly<Record<string, string | undefined>>
  readonly body: ByteSource
}

/**
 * Who waits for an answer: told once, that it has begun, or why none came.
 *
 * @category models
 * @since 0.1.0
 */
export interface Receiver {
  /** The services of who asked. */
  readonly context: Context.Context<never>
  onResponse(response: Response): void
  onError(error: unknown): void
}

/**
 * A transport that is asked by callback. `send` tells the receiver, now or later, and does not throw; what it returns
 * gives the request up, and with it what is left of its answer.
 *
 * @category models
 * @since 0.1.0
 */
export interface DirectTransport {
  readonly send: (request: Request, receiver: Receiver) => () => void
}

/**
 * Offers a transport with the client that sends by it, and gives that client. Whatever is made from it, a copy or an
 * object that inherits from it, does not have the offer.
 *
 * @category constructors
 * @since 0.1.0
 */
export const offer = <Client extends object>(client: Client, transport: DirectTransport): Client => {
  offers.set(client, transport)
  return client
}

const offers = /* @__PURE__ */ new WeakMap<object, DirectTransport>()

/**
 * The `DirectTransport` that is offered with a client, if one is.
 *
 * @category getters
 * @since 0.1.0
 */
export const get = (client: object): DirectTransport | undefined => offers.get(client)
