/**
 * A local Mistral: an HTTP server on a real port that answers as `api.mistral.ai` does, without a model, a key or a
 * network. It serves chat, agents and fill-in-the-middle completions, whole and streamed, embeddings, moderations, the
 * list of its models and the observability API over the completions it has served, and can be told to fail in any way a
 * server or a network does.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
 * import { Emulator } from "@effect-mistral/emulator"
 * import { Console, Effect, Layer, Stream } from "effect"
 *
 * const program = Chat.stream({
 *   model: "mistral-small-latest",
 *   messages: [{ role: "user", content: "Who is the best French painter?" }]
 * }).pipe(Stream.runForEach((chunk) => Console.log(Completion.chunkText(chunk))))
 *
 * const MistralLocal = Layer.unwrap(Effect.gen(function*() {
 *   const { apiKey, url } = yield* Emulator.Emulator
 *   return MistralClient.layer({ apiKey, baseUrl: url })
 * }))
 *
 * const main = program.pipe(
 *   Effect.provide(Chat.layer.pipe(
 *     Layer.provide(MistralLocal),
 *     Layer.provide(Emulator.layer()),
 *     Layer.provide(FetchHttpClient.layer)
 *   ))
 * )
 * ```
 *
 * @since 0.1.0
 */
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { identity } from "effect/Function"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import type * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import type { CassetteError } from "./Cassette.ts"
import type * as Faults from "./Faults.ts"
import { makeFaultQueue } from "./internal/faults/faultQueue.ts"
import type * as Event from "./internal/observability/events/newEvent.ts"
import { layerObservability, Observability } from "./internal/observability/service/observabilityService.ts"
import type * as Database from "./internal/observability/storage/database.ts"
import { makeApp } from "./internal/server/app.ts"
import { memoryClient } from "./internal/server/memoryClient.ts"
import * as Log from "./internal/server/requestLog.ts"
import { socketDelivery } from "./internal/server/socketDelivery.ts"
import type { ProxyOptions } from "./internal/settings/proxyOptions.ts"
import type { Verbosity } from "./internal/settings/settings.ts"
import { makeSettings, type Settings } from "./internal/settings/settings.ts"
import type * as Script from "./Script.ts"

export type {
  /**
   * A directory of cassettes, and what happens to requests that are not in it.
   *
   * @category models
   * @since 0.1.0
   */
  Replay,
  /**
   * A Mistral or OpenAI-compatible server that the API's paths are forwarded to.
   *
   * @category models
   * @since 0.1.0
   */
  Upstream
} from "./internal/settings/proxyOptions.ts"

/**
 * A request as the emulator saw it: headers by their lower-case names, those that may hold a key or a cookie replaced by
 * `<redacted>`, the value of the body if it is JSON, its text if not, and the fault its answer had, if any.
 *
 * @category models
 * @since 0.1.0
 */
export interface SeenRequest extends Log.SeenRequest {}

/**
 * An event as a test or a demonstration adds it. Everything may be left out: an event without `created_at` is of now, and
 * previews, the number of messages and the tools called follow from the messages.
 *
 * @category models
 * @since 0.1.0
 */
export interface NewEvent extends Event.NewEvent {}

/**
 * There is no database: this Node.js is older than 22.16 and its SQLite is not enough, the file cannot be opened, or something else
 * than an emulator of this version or an earlier one has written it.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DatabaseError extends Database.DatabaseError {}

/**
 * What a running emulator offers.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Where it listens: the base URL of a client, without `/v1`. */
  readonly url: string
  readonly port: number
  /** The key it accepts. */
  readonly apiKey: Redacted.Redacted<string>
  /** The last 1,000 requests, newest last. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  /** How many requests are being answered right now: 0 once every client has its answer or has gone. */
  readonly active: Effect.Effect<number>
  /**
   * Adds events as if they had been served, all or none, and gives their ids. 100,000 take a few seconds. An id that is
   * taken already and a time that is none are defects.
   */
  readonly addEvents: (events: Iterable<NewEvent>) => Effect.Effect<ReadonlyArray<string>>
  /** Keeps a text, one line of JSON for each record, as a file that datasets can import; gives the file's id. */
  readonly addFile: (content: string) => Effect.Effect<string>
  /** What will go wrong with the requests to come. */
  readonly faults: Faults.Faults
}

/**
 * A running emulator.
 *
 * @category services
 * @since 0.1.0
 */
export class Emulator extends Context.Service<Emulator, Service>()("@effect-mistral/emulator/Emulator") {}

/**
 * How an emulator answers, and where it listens.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends ProxyOptions {
  /** The one key that is accepted. `emulator-key` unless set. */
  readonly apiKey?: Redacted.Redacted<string> | undefined
  /** How long an answer takes to begin. 30 milliseconds unless set. */
  readonly timeToFirstToken?: Duration.Input | undefined
  /** How fast each choice is written. 60 unless set; `Infinity` for no delay. */
  readonly tokensPerSecond?: number | undefined
  /**
   * How much longer or shorter each wait may be, as a part of it, from 0 to 1. The same answer has the same waits with the
   * same seed. 0 unless set.
   */
  readonly jitter?: number | undefined
  /** Another seed gives other answers to the same requests. 0 unless set. */
  readonly seed?: number | undefined
  /** The model of each agent, by the agent's id. `{ ag_emulator: "mistral-medium-latest" }` unless set. */
  readonly agents?: Readonly<Record<string, string>> | undefined
  /** The file that keeps events, judges, campaigns and datasets. They are kept in memory unless set. */
  readonly database?: string | undefined
  /** How many events of the past year are made up at the start if there are none: something to search. 0 unless set. */
  readonly demoEvents?: number | undefined
  /** What to answer to what, in place of what is made up. */
  readonly script?: Script.Script | undefined
  /** How many requests are answered in a minute of the clock before the next is refused with 429. No limit unless set. */
  readonly requestsPerMinute?: number | undefined
  /** How many tokens a minute of the clock may cost before the next request is refused with 429. No limit unless set. */
  readonly tokensPerMinute?: number | undefined
  /**
   * What is printed: nothing (`quiet`), a line for each request once its answer is over (`requests`), or its headers too
   * (`headers`); never a key or a body. `quiet` unless set.
   */
  readonly verbosity?: Verbosity | undefined
  /**
   * Whose time passes: `real` time, or that of the `Clock` in the `context` that the layer is built in. Under a `TestClock`
   * an answer then comes as fast as the test lets time pass. `real` unless set.
   */
  readonly clock?: "real" | "context" | undefined
  /** A free port unless set. */
  readonly port?: number | undefined
  /** `127.0.0.1` unless set: nobody else on the network can reach it. */
  readonly host?: string | undefined
}

/** The options of an emulator that needs nothing: no other server, no cassettes, no file. */
type OwnOptions = Options & {
  readonly upstream?: undefined
  readonly replay?: undefined
  readonly database?: undefined
}

/**
 * An emulator on a port of its own, from when the layer is built until its scope closes.
 *
 * It keeps real time, so that it answers under a `TestClock` too, unless `clock` says otherwise.
 *
 * @category layers
 * @since 0.1.0
 */
export function layer(options?: OwnOptions): Layer.Layer<Emulator, HttpServerError.ServeError>
export function layer(
  options: Options
): Layer.Layer<Emulator, HttpServerError.ServeError | CassetteError | DatabaseError>
export function layer(
  options: Options = {}
): Layer.Layer<Emulator, HttpServerError.ServeError | CassetteError | DatabaseError> {
  const host = options.host ?? "127.0.0.1"
  const settings = makeSettings(options)
  // Two emulators made of one layer share neither a server nor a log.
  return Layer.unwrap(Effect.sync(() => {
    const node = createServer()
    const server = NodeHttpServer.layerServer(() => node, {
      port: options.port ?? 0,
      host,
      // Answers in progress end with the emulator: whoever closes it is not kept waiting.
      gracefulShutdownTimeout: 0
    })
    return Layer.effect(
      Emulator,
      Effect.gen(function*() {
        const { address, serve } = yield* HttpServer.HttpServer
        const port = NetAddress.isInetAddress(address) ? address.port : 0
        const { app, service } = yield* makeEmulator(settings, { url: `http://${reachable(host)}:${port}`, port })
        const deliver = yield* socketDelivery(node, { host, port })
        yield* serve(deliver(app))
        return service
      })
    ).pipe(
      Layer.provide([server, Layer.fresh(Log.layerRequestLog), layerObservability(settings)]),
      options.clock === "context" ? identity : Layer.provide(realTime)
    )
  }))
}

/**
 * An emulator without a socket: the `HttpClient` of the environment is answered by it, whatever the host.
 *
 * Everything happens in the fibers of those who ask and by their clock: under a `TestClock` an answer comes as fast as
 * the test lets time pass. Connections that are closed, reset or refused are the transport errors that `fetch` would give.
 *
 * @category layers
 * @since 0.1.0
 */
export function layerMemory(
  options?: Omit<OwnOptions, "clock" | "host" | "port">
): Layer.Layer<Emulator | HttpClient.HttpClient>
export function layerMemory(
  options: Omit<Options, "clock" | "host" | "port">
): Layer.Layer<Emulator | HttpClient.HttpClient, CassetteError | DatabaseError>
export function layerMemory(
  options: Omit<Options, "clock" | "host" | "port"> = {}
): Layer.Layer<Emulator | HttpClient.HttpClient, CassetteError | DatabaseError> {
  const settings = makeSettings(options)
  return Layer.effectContext(
    Effect.gen(function*() {
      const { app, service } = yield* makeEmulator(settings, { url: "http://emulator.invalid", port: 0 })
      return Context.make(Emulator, service).pipe(Context.add(HttpClient.HttpClient, memoryClient(app)))
    })
  ).pipe(Layer.provide([Layer.fresh(Log.layerRequestLog), Layer.fresh(layerObservability(settings))]))
}

const makeEmulator = Effect.fnUntraced(function*(settings: Settings, place: Pick<Service, "url" | "port">) {
  const log = yield* Log.RequestLog
  const { addEvents, addFile } = yield* Observability
  const faults = makeFaultQueue(settings.seed)
  const app = yield* makeApp(settings, faults)
  const service = Emulator.of({
    ...place,
    apiKey: settings.apiKey,
    requests: log.requests,
    active: log.active,
    addEvents,
    addFile,
    faults
  })
  return { app, service }
})

const realTime = Layer.sync(Clock.Clock, Clock.Clock.defaultValue)

/** Where a server that listens on every address can be asked, and IPv6 as URLs want it. */
const reachable = (host: string): string =>
  host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host
