import * as ByteSource from "@effect-mistral/core/ByteSource"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Cookies from "effect/http/Cookies"
import * as Headers from "effect/http/Headers"
import * as HttpClientError from "effect/http/HttpClientError"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as HttpIncomingMessage from "effect/http/HttpIncomingMessage"
import * as UrlParams from "effect/http/UrlParams"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import { pipeArguments } from "effect/Pipeable"
import type * as Schema from "effect/Schema"
import type * as Socket from "effect/socket/Socket"
import * as Stream from "effect/Stream"
import type { Head } from "./dispatch.ts"

/** Effect's response over the head and body that undici's dispatcher delivered. */
export class DispatchedResponse extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpIncomingMessage.TypeId]: typeof HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly [HttpClientResponse.TypeId]: typeof HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly request: HttpClientRequest
  readonly status: number
  readonly headers: Headers.Headers
  readonly remoteAddress: Option.Option<string> = Option.none()
  readonly #cookies: string | ReadonlyArray<string> | undefined
  readonly #body: ByteSource.ByteSource
  readonly #url: URL

  constructor(
    request: HttpClientRequest,
    url: URL,
    { body, rawHeaders, status }: Head
  ) {
    super()
    this.request = request
    this.#url = url
    this.status = status
    this.headers = Headers.fromInput(rawHeaders)
    this.#cookies = rawHeaders["set-cookie"]
    this.#body = body
  }

  get url(): string {
    return this.#url.href.split("#")[0] ?? ""
  }

  get [ByteSource.key](): ByteSource.ByteSource {
    return this.#body
  }

  get cookies(): Cookies.Cookies {
    return this.#cookies === undefined ? Cookies.empty : Cookies.fromSetCookie(this.#cookies)
  }

  get stream(): Stream.Stream<Uint8Array, HttpClientError.HttpClientError> {
    return Stream.fromPull(Effect.succeed(
      Effect.callback<ByteSource.Bytes, HttpClientError.HttpClientError | Cause.Done>((resume) =>
        Effect.sync(this.#body.read({
          onBytes: (bytes) => resume(Effect.succeed(bytes)),
          onEnd: () => resume(Cause.done()),
          onError: (cause) => resume(Effect.fail(this.#decodeError(cause)))
        }))
      )
    ))
  }

  #bytes: Effect.Effect<ArrayBuffer, HttpClientError.HttpClientError> | undefined
  get arrayBuffer(): Effect.Effect<ArrayBuffer, HttpClientError.HttpClientError> {
    // The body can be read only once, so its bytes are kept for the other accessors.
    return this.#bytes ??= Effect.runSync(Effect.cached(Stream.mkArrayBuffer(this.stream)))
  }

  get text(): Effect.Effect<string, HttpClientError.HttpClientError> {
    return Effect.map(this.arrayBuffer, (bytes) => new TextDecoder().decode(bytes))
  }

  get json(): Effect.Effect<Schema.Json, HttpClientError.HttpClientError> {
    return Effect.flatMap(this.text, (text) => this.#attempt(() => text === "" ? null : JSON.parse(text)))
  }

  get urlParamsBody(): Effect.Effect<UrlParams.UrlParams, HttpClientError.HttpClientError> {
    return Effect.flatMap(this.text, (text) => this.#attempt(() => UrlParams.fromInput(new URLSearchParams(text))))
  }

  get formData(): Effect.Effect<FormData, HttpClientError.HttpClientError> {
    return Effect.flatMap(this.arrayBuffer, (bytes) =>
      Effect.tryPromise({
        try: () => new Response(bytes, { headers: { "content-type": this.headers["content-type"] ?? "" } }).formData(),
        catch: (cause) => this.#decodeError(cause)
      }))
  }

  get upgrade(): Effect.Effect<Socket.Socket, HttpClientError.HttpClientError> {
    return Effect.fail(
      new HttpClientError.HttpClientError({
        reason: new HttpClientError.StatusCodeError({
          request: this.request,
          response: this,
          description: "UndiciHttpClient cannot upgrade a connection"
        })
      })
    )
  }

  toJSON(): unknown {
    return HttpIncomingMessage.inspect(this, {
      _id: "effect/http/HttpClientResponse",
      request: this.request.toJSON(),
      status: this.status
    })
  }

  pipe() {
    // oxlint-disable-next-line prefer-rest-params -- as Effect's own pipeable classes do
    return pipeArguments(this, arguments)
  }

  #attempt<A>(evaluate: () => A): Effect.Effect<A, HttpClientError.HttpClientError> {
    return Effect.try({ try: evaluate, catch: (cause) => this.#decodeError(cause) })
  }

  #decodeError(cause: unknown): HttpClientError.HttpClientError {
    return new HttpClientError.HttpClientError({
      reason: new HttpClientError.DecodeError({ request: this.request, response: this, cause })
    })
  }
}
