/**
 * A local Mistral: an HTTP server on a real port that answers as `api.mistral.ai` does, without a model, a key or a
 * network. It serves chat, agents and fill-in-the-middle completions, whole and streamed, the list of its models, and the
 * observability API over every completion it has served.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { Completion, MistralClient } from "@effect-mistral/core"
 * import { Emulator } from "@effect-mistral/emulator"
 * import { Console, Effect, Layer, Stream } from "effect"
 * import { FetchHttpClient } from "effect/http"
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
import * as HttpServer from "effect/http/HttpServer"
import type * as HttpServerError from "effect/http/HttpServerError"
import * as Layer from "effect/Layer"
import * as NetAddress from "effect/net/NetAddress"
import type * as Redacted from "effect/Redacted"
import { createServer } from "node:http"
import { makeApp } from "./internal/app.ts"
import type * as Database from "./internal/observability/database.ts"
import type * as Event from "./internal/observability/newEvent.ts"
import { layerObservability, Observability } from "./internal/observability/observability.ts"
import * as Log from "./internal/requestLog.ts"
import { makeSettings } from "./internal/settings.ts"

/**
 * A request as the emulator saw it: headers by their lower-case names, `authorization` and cookies replaced by
 * `<redacted>`, and the value of the body if it is JSON, its text if not.
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
export interface Options {
  /** The one key that is accepted. `emulator-key` unless set. */
  readonly apiKey?: Redacted.Redacted<string> | undefined
  /** How long an answer takes to begin. 30 milliseconds unless set. */
  readonly timeToFirstToken?: Duration.Input | undefined
  /** How fast each choice is written. 60 unless set; `Infinity` for no delay. */
  readonly tokensPerSecond?: number | undefined
  /** Another seed gives other answers to the same requests. 0 unless set. */
  readonly seed?: number | undefined
  /** The model of each agent, by the agent's id. `{ ag_emulator: "mistral-medium-latest" }` unless set. */
  readonly agents?: Readonly<Record<string, string>> | undefined
  /** The file that keeps events, judges, campaigns and datasets. They are kept in memory unless set. */
  readonly database?: string | undefined
  /** How many events of the past year are made up at the start if there are none: something to search. 0 unless set. */
  readonly demoEvents?: number | undefined
  /** A free port unless set. */
  readonly port?: number | undefined
  /** `127.0.0.1` unless set: nobody else on the network can reach it. */
  readonly host?: string | undefined
}

/**
 * An emulator on a port of its own, from when the layer is built until its scope closes.
 *
 * It keeps real time, so that it answers under a `TestClock` too.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (options: Options = {}): Layer.Layer<Emulator, HttpServerError.ServeError | DatabaseError> => {
  const host = options.host ?? "127.0.0.1"
  const server = NodeHttpServer.layerServer(createServer, {
    port: options.port ?? 0,
    host,
    // Answers in progress end with the emulator: whoever closes it is not kept waiting.
    gracefulShutdownTimeout: 0
  })
  const settings = makeSettings(options)
  return Layer.effect(
    Emulator,
    Effect.gen(function*() {
      const { address, serve } = yield* HttpServer.HttpServer
      const log = yield* Log.RequestLog
      const { addEvents, addFile } = yield* Observability
      yield* serve(yield* makeApp(settings))
      const port = NetAddress.isInetAddress(address) ? address.port : 0
      return Emulator.of({
        url: `http://${reachable(host)}:${port}`,
        port,
        apiKey: settings.apiKey,
        requests: log.requests,
        active: log.active,
        addEvents,
        addFile
      })
    })
  ).pipe(
    // Two emulators of one program do not share a log.
    Layer.provide([server, Layer.fresh(Log.layerRequestLog), layerObservability(settings), realTime])
  )
}

const realTime = Layer.sync(Clock.Clock, Clock.Clock.defaultValue)

/** Where a server that listens on every address can be asked, and IPv6 as URLs want it. */
const reachable = (host: string): string =>
  host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host
