/**
 * The client that every service is built on. It has the base URL, the key, the time limits and the retry policy, and sends
 * the requests of endpoints.
 *
 * ```ts
 * import { MistralClient } from "@effect-mistral/core"
 * import { Redacted } from "effect"
 *
 * const layer = MistralClient.layer({ apiKey: Redacted.make("my key"), timeout: { total: "1 minute" } })
 * ```
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import type * as Stream from "effect/Stream"
import * as Deployment from "./Deployment.ts"
import type { BytesEndpoint, Endpoint, StreamEndpoint } from "./Endpoint.ts"
import type { ClientConfig } from "./internal/client/clientConfig.ts"
import { sendRequest } from "./internal/client/sendRequest.ts"
import { streamBytes } from "./internal/client/streamBytes.ts"
import { streamEvents } from "./internal/client/streamEvents.ts"
import type { Target } from "./internal/request/call.ts"
import { makeAuthenticate } from "./internal/request/headers.ts"
import { makeServer } from "./internal/request/server.ts"
import { chooseTransport } from "./internal/transport/chooseTransport.ts"
import type { MistralError } from "./MistralError.ts"
import * as RequestOptions from "./RequestOptions.ts"

/**
 * An API key: a redacted value, or an effect that yields one and runs before every attempt, for tokens that expire.
 *
 * @category models
 * @since 0.1.0
 */
export type ApiKey = RequestOptions.ApiKey

export {
  /**
   * The key that the server has just rejected with a 401, while the effect runs that yields the key of a call; otherwise
   * `undefined`.
   *
   * @category references
   * @since 0.1.0
   */
  RejectedApiKey
} from "./RequestOptions.ts"

/**
 * The options of one call: options that win over those of the client, path parameters (`params`) and query parameters
 * (`query`).
 *
 * @category models
 * @since 0.1.0
 */
export interface CallOptions extends RequestOptions.RequestOptions, Target {}

/**
 * The operations of a client.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Sends a request and returns the whole response, validated by the endpoint's schema. */
  readonly request: <Request, Response>(
    endpoint: Endpoint<Request, Response>,
    request: Request,
    options?: CallOptions
  ) => Effect.Effect<Response, MistralError>
  /**
   * Sends a request and streams the events of the response, validated by the endpoint's schema. The stream ends normally
   * only after `[DONE]`, and otherwise fails with a typed error. Ending it early closes the connection.
   */
  readonly stream: <Request, Event>(
    endpoint: StreamEndpoint<Request, Event>,
    request: Request,
    options?: CallOptions
  ) => Stream.Stream<Event, MistralError>
  /**
   * Sends a request and streams the bytes of the response. A reader that falls behind pauses the connection, and ending the
   * stream early closes it.
   */
  readonly bytes: <Request>(
    endpoint: BytesEndpoint<Request>,
    request: Request,
    options?: CallOptions
  ) => Stream.Stream<Uint8Array, MistralError>
}

/**
 * The client that every service is built on.
 *
 * @category services
 * @since 0.1.0
 */
export class MistralClient extends Context.Service<MistralClient, Service>()("@effect-mistral/core/MistralClient") {}

/**
 * The options of a client. All of them are optional. Without `apiKey`, here or among the options of a call, no
 * `authorization` header is sent.
 *
 * *Details*: errors, spans and logs never hold the key, nor the values of headers and of query parameters of the base URL
 * whose names say that they are secret: `authorization`, `cookie`, and names with a word such as key, token, secret or
 * password. They are removed also where a server or a transport quotes them escaped or as base64. Values of fewer than 4
 * characters are not removed.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends RequestOptions.RequestOptions {
  /**
   * The header that carries the key, such as `api-key` or `x-api-key`. Default: `authorization`, where the key follows
   * `Bearer`. Any other header has the key alone.
   */
  readonly apiKeyHeader?: string | undefined
  /** The deployment that serves the API. Default: Mistral's platform. */
  readonly deployment?: Deployment.Deployment | undefined
  /**
   * The `user-agent` header, where the platform lets a program set it. `false` leaves it out, and then the platform may
   * send its own. Default: this library's name and version, and in browsers none, because some of them name the header
   * in the preflight of CORS and servers seldom allow it.
   */
  readonly userAgent?: string | false | undefined
  /**
   * Sends the trace context (`traceparent`, `b3`) to the API, and gives each attempt a span of the HTTP client. Default:
   * false, because the vendor does not need it and one span covers the operation.
   *
   * *Gotchas*: the span of an attempt ends with the HTTP client's own error, which quotes the URL with its query, and the
   * key if the transport does.
   */
  readonly propagateTrace?: boolean | undefined
  /**
   * Changes the HTTP client, for example to log, to limit rates or to route requests. It changes each attempt of a call,
   * below the retry policy.
   *
   * *Details*: the client may fail with errors of its own. They become a `ConnectionFailed` whose `description` has their
   * tag and message, and whose `retryAfter` is theirs. `HttpClient.withRateLimiter` and `HttpClient.withCircuitBreaker` fit.
   * An open circuit is not retried, because a circuit breaker is to make calls fail at once: `circuitOpen` is then true, and
   * `retryAfter` says when the circuit lets a request through again.
   *
   * Rate limiter and circuit breaker are services, which exist inside an Effect:
   *
   * ```ts
   * import { MistralClient } from "@effect-mistral/core"
   * import { Effect, Layer, Redacted } from "effect"
   * import { HttpClient } from "effect/http"
   * import { RateLimiter } from "effect/persistence"
   *
   * export const ClientLive = Layer.unwrap(Effect.gen(function*() {
   *   const limiter = yield* RateLimiter.RateLimiter
   *   return MistralClient.layer({
   *     apiKey: Redacted.make("..."),
   *     transformClient: HttpClient.withRateLimiter({ limiter, key: "mistral", limit: 6, window: "1 second", times: 0 })
   *   })
   * })).pipe(Layer.provide(RateLimiter.layer), Layer.provide(RateLimiter.layerStoreMemory))
   * ```
   *
   * *Gotchas*: `withRateLimiter` repeats a 429 without limit unless `times` is given. With `times: 0` the retry policy alone
   * decides. A changed client sends each request in a fiber of its own, which costs some time.
   */
  readonly transformClient?: ((client: HttpClient.HttpClient) => TransformedClient) | undefined
}

/**
 * An `HttpClient` that may fail with errors of its own.
 *
 * @category models
 * @since 0.1.0
 */
export interface TransformedClient extends Omit<HttpClient.HttpClient.With<unknown>, "preprocess" | "postprocess"> {}

/**
 * Makes a client over the `HttpClient` of the environment.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Service, never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (httpClient) => {
    const deployment = options.deployment ?? Deployment.mistral
    const config: ClientConfig = {
      deployment,
      server: makeServer(deployment, options.baseUrl),
      options: RequestOptions.resolve(RequestOptions.defaults, options),
      sender: {
        transport: chooseTransport(httpClient, options),
        authenticate: makeAuthenticate(options)
      }
    }
    return MistralClient.of({
      request: (endpoint, request, callOptions) => sendRequest(config, endpoint, request, callOptions),
      stream: (endpoint, request, callOptions) => streamEvents(config, endpoint, request, callOptions),
      bytes: (endpoint, request, callOptions) => streamBytes(config, endpoint, request, callOptions)
    })
  })

/**
 * A client over the `HttpClient` of the environment.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options): Layer.Layer<MistralClient, never, HttpClient.HttpClient> =>
  Layer.effect(MistralClient, make(options))

/**
 * A client whose key and base URL are read from the configuration: `MISTRAL_API_KEY` and, if set, `MISTRAL_BASE_URL`.
 *
 * *Details*: `overrides` win, as values or as other configs. Fails with a `ConfigError` if the key is missing.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerConfig = (
  overrides?: Omit<Options, "apiKey" | "baseUrl"> & {
    readonly apiKey?: Config.Config<Redacted.Redacted<string>> | undefined
    readonly baseUrl?: Config.Config<string> | undefined
  }
): Layer.Layer<MistralClient, Config.ConfigError, HttpClient.HttpClient> =>
  Layer.effect(
    MistralClient,
    Effect.gen(function*() {
      const apiKey = yield* overrides?.apiKey ?? Config.Redacted("MISTRAL_API_KEY")
      const baseUrl = yield* Config.option(overrides?.baseUrl ?? Config.String("MISTRAL_BASE_URL"))
      return yield* make({ ...overrides, apiKey, baseUrl: Option.getOrUndefined(baseUrl) })
    })
  )
