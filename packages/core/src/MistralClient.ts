/**
 * The client every service is built on: it knows where the API is, the key, the time limits and the retry policy, and
 * sends endpoints.
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
import type * as Cause from "effect/Cause"
import * as Channel from "effect/Channel"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as HttpClient from "effect/http/HttpClient"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Pull from "effect/Pull"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import * as Deployment from "./Deployment.ts"
import * as DirectTransport from "./DirectTransport.ts"
import type { Endpoint, StreamEndpoint } from "./Endpoint.ts"
import type { Exchange, Opened, Prepared } from "./internal/attempt.ts"
import { type Call, makeCall, type Target } from "./internal/call.ts"
import { clientTransport } from "./internal/clientTransport.ts"
import { makeConnections } from "./internal/connections.ts"
import { startDeadline } from "./internal/deadline.ts"
import { directTransport } from "./internal/directTransport.ts"
import { type EventStream, makeEventStream } from "./internal/eventStream.ts"
import { type Held, open, openAnd } from "./internal/exchange.ts"
import { schemaDecoder } from "./internal/schemaDecoder.ts"
import type { Transport } from "./internal/transport.ts"
import { readWhole } from "./internal/wholeAnswer.ts"
import { MistralError } from "./MistralError.ts"
import * as Reason from "./MistralErrorReason.ts"
import * as RequestOptions from "./RequestOptions.ts"
import * as Telemetry from "./Telemetry.ts"
import { version } from "./version.ts"

/**
 * A key of the API: redacted, or an effect that yields one, asked before every attempt, for tokens that expire.
 *
 * @category models
 * @since 0.1.0
 */
export type ApiKey = Redacted.Redacted<string> | Effect.Effect<Redacted.Redacted<string>, unknown>

/**
 * The options of one call: those of the client, laid over them, and where the call goes.
 *
 * @category models
 * @since 0.1.0
 */
export interface CallOptions extends RequestOptions.RequestOptions, Target {}

/**
 * What a client can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Sends a request and gives the whole answer, checked against the endpoint's schema. */
  readonly request: <Request, Response>(
    endpoint: Endpoint<Request, Response>,
    request: Request,
    options?: CallOptions
  ) => Effect.Effect<Response, MistralError>
  /**
   * Sends a request and gives the events of the answer as they come, checked against the endpoint's schema. It ends well
   * only after `[DONE]`. Whoever stops reading closes the connection.
   */
  readonly stream: <Request, Event>(
    endpoint: StreamEndpoint<Request, Event>,
    request: Request,
    options?: CallOptions
  ) => Stream.Stream<Event, MistralError>
}

/**
 * The client every service is built on.
 *
 * @category services
 * @since 0.1.0
 */
export class MistralClient extends Context.Service<MistralClient, Service>()("@effect-mistral/core/MistralClient") {}

/**
 * How a client is made. Everything may be left out; without `apiKey` no `authorization` header is sent.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends RequestOptions.RequestOptions {
  readonly apiKey?: ApiKey | undefined
  /** The place that serves the API. Mistral's platform unless set. */
  readonly deployment?: Deployment.Deployment | undefined
  /** Sent as `user-agent`, where the platform lets a program set it. */
  readonly userAgent?: string | undefined
  /**
   * Sends the trace's context (`traceparent`, `b3`) to the API, and gives each attempt a span of the HTTP client. Off by
   * default: a vendor need not know it, and one span covers the operation. An attempt's span ends with the transport's
   * own error, which quotes the key if the transport's message does.
   */
  readonly propagateTrace?: boolean | undefined
  /** Changes the HTTP client, last of all: to log, to limit, to route. */
  readonly transformClient?: ((client: HttpClient.HttpClient) => HttpClient.HttpClient) | undefined
}

/**
 * Makes a client over the `HttpClient` of the environment.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (options: Options): Effect.Effect<Service, never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (environment) => {
    const exchange: Exchange = {
      transport: transportOf(environment, options),
      connections: makeConnections(),
      prepare: prepareWith(options.apiKey, options.userAgent)
    }
    const base = RequestOptions.resolve(RequestOptions.defaults, options)
    const deployment = options.deployment ?? Deployment.mistral
    const spanOptions = (endpoint: Telemetry.Operation, body: unknown, { baseUrl }: RequestOptions.Resolved) => ({
      kind: "client" as const,
      attributes: Telemetry.requestAttributes(endpoint, body, {
        provider: deployment.provider,
        baseUrl: baseUrl ?? deployment.baseUrl
      })
    })

    // Made once, as `start` below: a generator function that is made for each call makes a class of objects each time.
    const answer = Effect.fnUntraced(function*<Request, Response>(
      endpoint: Endpoint<Request, Response>,
      body: Request,
      resolved: RequestOptions.Resolved,
      target: Target | undefined,
      span: Tracer.Span
    ) {
      const call = yield* makeCall(endpoint, body, "application/json", deployment, resolved, target)
      const deadline = yield* startDeadline(resolved.timeout.total)
      const held: Held = { release: Effect.void, span }
      const read = (opened: Opened) => readWhole(call, opened, schemaDecoder(endpoint.response))
      const attempts = endpoint.retryable === "always"
        ? openAnd(read, exchange, call, deadline, held)
        : Effect.flatMap(open(exchange, call, deadline, held), read)
      const answered = yield* Effect.ensuring(attempts, Effect.suspend(() => held.release))
      annotate(span, Telemetry.responseAttributes(answered))
      return answered
    })

    const request = <Request, Response>(
      endpoint: Endpoint<Request, Response>,
      body: Request,
      callOptions?: CallOptions
    ): Effect.Effect<Response, MistralError> => {
      const resolved = RequestOptions.resolve(base, callOptions)
      return Effect.useSpan(
        Telemetry.spanName(endpoint, body),
        spanOptions(endpoint, body, resolved),
        (span) =>
          Effect.tapError(
            answer(endpoint, body, resolved, callOptions, span),
            (error) => Effect.sync(() => annotate(span, Telemetry.errorAttributes(error)))
          )
      )
    }

    const start = Effect.fnUntraced(function*<Request, Event>(
      endpoint: StreamEndpoint<Request, Event>,
      body: Request,
      resolved: RequestOptions.Resolved,
      target: Target | undefined,
      scope: Scope.Scope,
      begun: (events: EventStream<Event>) => void
    ) {
      const span = yield* Effect.makeSpanScoped(
        Telemetry.spanName(endpoint, body),
        spanOptions(endpoint, body, resolved)
      )
      const held: Held = { release: Effect.void, span }
      yield* Scope.addFinalizerExit(scope, (exit) => {
        // It may be the reader's own failure that ends the stream.
        const error: Option.Option<unknown> = Exit.findErrorOption(exit)
        if (Option.isSome(error) && error.value instanceof MistralError) {
          annotate(span, Telemetry.errorAttributes(error.value))
        }
        return held.release
      })
      const call = yield* makeCall(endpoint, body, "text/event-stream", deployment, resolved, target)
      const deadline = yield* startDeadline(resolved.timeout.total)
      const opened = yield* open(exchange, call, deadline, held)
      const events = yield* makeEventStream(call, opened, schemaDecoder(endpoint.event), exchange.connections, {
        failedChoice: endpoint.failedChoice,
        repeated: resolved.fastPath ? endpoint.repeated?.() : undefined,
        // The chunk that has the usage is the last one.
        onValue: (value) => {
          if (span.sampled && hasUsage(value)) annotate(span, Telemetry.responseAttributes(value))
        }
      })
      held.release = events.release
      begun(events)
    })

    const stream = <Request, Event>(
      endpoint: StreamEndpoint<Request, Event>,
      body: Request,
      callOptions?: CallOptions
    ): Stream.Stream<Event, MistralError> => {
      const resolved = RequestOptions.resolve(base, callOptions)
      return Stream.fromChannel(Channel.fromTransform((_upstream, outer) => {
        const scope = Scope.forkUnsafe(outer)
        let events: Pick<EventStream<Event>, "next"> | undefined
        const end = (cause: Cause.Cause<MistralError | Cause.Done>) => {
          events = { next: Effect.failCause(cause) }
          return Scope.close(scope, Pull.doneExitFromCause(cause))
        }
        // A request that was interrupted is not sent again, for its model may have run. A read can be begun again. What
        // comes next is known before `start` is over: a fiber may be interrupted between any two effects.
        const first = () => {
          const begin = start(endpoint, body, resolved, callOptions, scope, (begun) => events = begun)
          return Effect.flatMap(Effect.onError(Scope.provide(begin, scope), end), () => events!.next)
        }
        // `fromTransformBracket` would look at how every read ends; only failures matter here.
        return Effect.succeed(Effect.catchCause(
          Effect.suspend(() => events === undefined ? first() : events.next),
          (cause) => Effect.andThen(Effect.uninterruptible(end(cause)), Effect.failCause(cause))
        ))
      }))
    }

    return MistralClient.of({ request, stream })
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
 * A client whose key and address come from the configuration: `MISTRAL_API_KEY` and, if set, `MISTRAL_BASE_URL`. What
 * `overrides` gives, as values or as other configs, comes first. Fails with a `ConfigError` if the key is missing.
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

const transportOf = (
  environment: HttpClient.HttpClient,
  { propagateTrace, transformClient }: Options
): Transport => {
  const direct = DirectTransport.get(environment)
  if (direct !== undefined && propagateTrace !== true && transformClient === undefined) return directTransport(direct)
  // The client's own span would end with the transport's error as it is, and that may quote the key.
  const client = propagateTrace === true ? environment : HttpClient.transformResponse(
    environment,
    Effect.provideService(HttpClient.TracerDisabledWhen, () => true)
  )
  return clientTransport(transformClient === undefined ? client : transformClient(client))
}

const hasUsage = (event: unknown): boolean => {
  const usage = (event as { readonly usage?: unknown }).usage
  return usage !== undefined && usage !== null
}

const annotate = (span: Tracer.Span, attributes: Telemetry.Attributes): void => {
  for (const name in attributes) span.attribute(name, attributes[name])
}

const prepareWith = (
  apiKey: ApiKey | undefined,
  userAgent: string | undefined
): Exchange["prepare"] =>
(call) => {
  if (apiKey === undefined) return Effect.succeed(prepare(call, undefined, userAgent))
  const invalid = (message: string) => call.fail(new Reason.InvalidRequest({ issues: [{ path: ["apiKey"], message }] }))
  const withKey = (redacted: Redacted.Redacted<string>) => {
    // A key from a file or a secret store often ends with a line break, which no header may hold.
    const key = Redacted.value(redacted).trim()
    return /^[\x21-\x7e]+( [\x21-\x7e]+)?$/.test(key)
      ? Effect.succeed(prepare(call, key, userAgent))
      : Effect.fail(invalid(key === "" ? "The key is empty" : "The key holds characters that no header may hold"))
  }
  return Redacted.isRedacted(apiKey)
    ? withKey(apiKey)
    : Effect.flatMap(Effect.mapError(apiKey, () => invalid("The effect that yields the key failed")), withKey)
}

const prepare = (call: Call, key: string | undefined, userAgent: string | undefined): Prepared => {
  const headers: Record<string, string> = {
    accept: call.accept,
    "user-agent": userAgent ?? `effect-mistral/${version}`
  }
  if (key !== undefined) headers["authorization"] = key.startsWith("Bearer ") ? key : `Bearer ${key}`
  for (const [name, value] of Object.entries(call.options.headers)) headers[name.toLowerCase()] = value
  if (call.body !== undefined) headers["content-type"] = "application/json"
  const secret = key?.replace(/^Bearer /, "")
  return {
    request: { method: call.method, url: call.url, headers, body: call.body },
    scrub: secret === undefined ? (text) => text : (text) => text.replaceAll(secret, "<redacted>")
  }
}
