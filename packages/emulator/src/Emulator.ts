/**
 * A local Mistral API: an HTTP server on a real port that responds as `api.mistral.ai` does, without a model, a key or a
 * network.
 *
 * - *When to use*: development and tests.
 * - *Details*: it serves chat, agents and fill-in-the-middle completions, whole and streamed, embeddings, moderations,
 *   classifications, documents, files, batch jobs, its own list of models, and the observability API over the completions it
 *   has served. Faults make it fail in every way in which a server or a network fails.
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
import type * as MistralClient from "@effect-mistral/core/MistralClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
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
import type * as Files from "./internal/files/addedFile.ts"
import * as Log from "./internal/log/requestLog.ts"
import type * as Event from "./internal/observability/events/newEvent.ts"
import { layerObservability } from "./internal/observability/service/observabilityService.ts"
import type { Scoped } from "./internal/remote/scoped.ts"
import { makeService } from "./internal/server/emulatorService.ts"
import { memoryClient } from "./internal/server/memoryClient.ts"
import { socketDelivery } from "./internal/server/socketDelivery.ts"
import type { EmulatorOptions } from "./internal/settings/emulatorOptions.ts"
import { makeSettings, type Settings } from "./internal/settings/settings.ts"
import type * as Database from "./internal/storage/database.ts"
import { layerDatabase } from "./internal/storage/emulatorDatabase.ts"
import type * as Rules from "./Rules.ts"

export type {
  /**
   * A directory of cassettes, and what happens to requests without a recording.
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
 * A request that the emulator received.
 *
 * *Details*: headers have lower-case names, and those that may hold a key or a cookie are `<redacted>`. The body is the
 * value if it is JSON, otherwise the text; of an upload it is the fields, with the name, type and size of the file. Of a
 * request without a valid key, neither is kept. What becomes of the request (`status`, `refusal`, `model`, `tokens`,
 * `firstByte`, `took`, `interrupted`, `fault`) is added as it becomes known.
 *
 * @category models
 * @since 0.1.0
 */
export interface SeenRequest extends Log.SeenRequest {}

/**
 * An observability event to be added by a test or a demonstration.
 *
 * *Details*: every property is optional. `created_at` is now unless set; previews, the number of messages and the called
 * tools are derived from the messages.
 *
 * @category models
 * @since 0.1.0
 */
export interface NewEvent extends Event.NewEvent {}

/**
 * What a program may say about a file that it adds: its name, `records.jsonl` unless set, and its purpose, `fine-tune`
 * unless set.
 *
 * @category models
 * @since 0.1.0
 */
export interface AddedFile extends Files.AddedFile {}

/**
 * The database cannot be used: this Node.js is older than 22.16 and its SQLite lacks a feature, the file cannot be opened,
 * or it was not written by an emulator of this version or an earlier one.
 *
 * @category errors
 * @since 0.1.0
 */
export interface DatabaseError extends Database.DatabaseError {}

/**
 * The service of a running emulator.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** The URL that it listens on: the base URL for a client, without `/v1`. */
  readonly url: string
  readonly port: number
  /** The key that it accepts. */
  readonly apiKey: Redacted.Redacted<string>
  /** The key of its admin API, under `/_emulator/`. */
  readonly adminKey: Redacted.Redacted<string>
  /** The last 1,000 requests that it received, newest last. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
  /** The number of requests in progress: 0 when every client has its response or has disconnected. */
  readonly active: Effect.Effect<number>
  /**
   * Adds events as if their completions had been served, all or none, and gives their ids. 100,000 events take a few
   * seconds. An id that exists already, and a time that is not valid, are defects.
   */
  readonly addEvents: (events: Iterable<NewEvent>) => Effect.Effect<ReadonlyArray<string>>
  /**
   * Stores a text as a file, as if it had been uploaded, and gives its id. Datasets can import it if each of its lines is a
   * JSON object.
   */
  readonly addFile: (content: string, options?: AddedFile) => Effect.Effect<string>
  /** The faults that apply to future requests without a scope. */
  readonly faults: Faults.Faults
  /** The rules that decide responses, for requests of every scope. */
  readonly rules: Rules.Rules
  /** Replaces the rules of the option `script` by others, none of them used yet. Rules that were added stay. */
  readonly replaceScript: (script: ReadonlyArray<Rules.Rule>) => Effect.Effect<void, Rules.InvalidRule>
  /**
   * A scope: requests whose header `x-emulator-scope` names it have rules and faults of their own, and no part in those of
   * another. A name has 1 to 200 ASCII characters; another name is a mistake of the program and throws.
   */
  readonly scoped: (name: string) => Scoped
}

/**
 * A running emulator.
 *
 * @category services
 * @since 0.1.0
 */
export class Emulator extends Context.Service<Emulator, Service>()("@effect-mistral/emulator/Emulator") {}

/**
 * How an emulator responds, and where it listens.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends EmulatorOptions {}

/** The options of an emulator without an upstream server, cassettes or a database file, so that building it cannot fail. */
type OwnOptions = Options & {
  readonly upstream?: undefined
  readonly replay?: undefined
  readonly database?: undefined
}

/**
 * An emulator that listens on a port from when the layer is built until its scope closes.
 *
 * *Details*: it uses real time, so that it responds under a `TestClock` too, unless `clock` is set.
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
  // Each build of the layer has its own server and log.
  return Layer.unwrap(Effect.sync(() => {
    const settings = makeSettings(options)
    const node = createServer()
    const server = NodeHttpServer.layerServer(() => node, {
      port: options.port ?? 0,
      host,
      // Responses in progress are interrupted, so that the scope closes at once.
      gracefulShutdownTimeout: 0
    })
    return Layer.effect(
      Emulator,
      Effect.gen(function*() {
        const { address, serve } = yield* HttpServer.HttpServer
        const port = NetAddress.isInetAddress(address) ? address.port : 0
        const { app, service } = yield* makeService(settings, { url: `http://${reachable(host)}:${port}`, port })
        const deliver = yield* socketDelivery(node, { host, port })
        yield* serve(deliver(app))
        return Emulator.of(service)
      })
    ).pipe(
      Layer.provide([server, layerState(settings)]),
      options.clock === "context" ? identity : Layer.provide(realTime)
    )
  }))
}

/**
 * An emulator without a socket, and an `HttpClient` whose requests it handles, whatever their host.
 *
 * *Details*: requests are handled in the caller's fibers and on the caller's clock. Under a `TestClock`, responses are as
 * fast as the test adjusts the clock. Connections that are closed, reset or refused fail with the transport errors of
 * Node's `fetch`.
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
  return Layer.unwrap(Effect.sync(() => {
    const settings = makeSettings(options)
    return Layer.effectContext(
      Effect.gen(function*() {
        const { app, service } = yield* makeService(settings, { url: "http://emulator.invalid", port: 0 })
        return Context.make(Emulator, Emulator.of(service)).pipe(Context.add(HttpClient.HttpClient, memoryClient(app)))
      })
    ).pipe(Layer.provide(layerState(settings)))
  }))
}

/**
 * The options of an emulator for tests.
 *
 * @category models
 * @since 0.1.0
 */
export interface TestOptions extends Omit<OwnOptions, "clock" | "host" | "port"> {
  /** The options of the client. It does not retry unless `retry` is set. */
  readonly client?: Omit<MistralClient.Options, "apiKey" | "baseUrl"> | undefined
}

/**
 * An emulator for tests, without a socket, and the client that uses it. It responds at once, and refuses each request that no
 * rule fits, so that a test that passes has met nothing that it did not expect.
 *
 * *Details*: `strict`, `timeToFirstToken` and `tokensPerSecond` win over these defaults. The emulator's own rules about
 * requests apply as always. With `layer` of `@effect/vitest`, or provided to a single test, each build is an emulator of its
 * own.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { Completion } from "@effect-mistral/core"
 * import { Emulator } from "@effect-mistral/emulator"
 * import { assert, it } from "@effect/vitest"
 * import { Effect, Layer } from "effect"
 *
 * it.effect("answers with the capital", () =>
 *   Effect.gen(function*() {
 *     const { rules } = yield* Emulator.Emulator
 *     yield* rules.add([{ when: { text: "capital of France" }, answer: { text: "Paris." } }])
 *     const response = yield* Chat.complete({
 *       model: "mistral-small-latest",
 *       messages: [{ role: "user", content: "What is the capital of France?" }]
 *     })
 *     assert.strictEqual(Completion.text(response), "Paris.")
 *   }).pipe(Effect.provide(Chat.layer.pipe(Layer.provideMerge(Emulator.layerTest())))))
 * ```
 *
 * *Gotchas*: the pauses of a retry and the limits of `timeout` pass on the clock of the test. Under the `TestClock` of
 * `it.effect` they do not pass until the test adjusts the clock, so a client that retries seems to hang.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerTest = (
  { client, ...options }: TestOptions = {}
): Layer.Layer<Emulator | HttpClient.HttpClient | MistralClient.MistralClient> =>
  Layer.unwrap(Effect.map(
    // Loaded when it is used, so that the emulator as a program starts without a client.
    Effect.promise(() => import("./internal/server/testClient.ts")),
    ({ testClient }) =>
      Layer.provideMerge(
        Layer.unwrap(Effect.map(Emulator, (emulator) => testClient(emulator, client))),
        layerMemory({ timeToFirstToken: 0, tokensPerSecond: Infinity, strict: true, ...options })
      )
  ))

/** What an emulator keeps: the log of its requests, its database, and the work on it. Each build has its own. */
const layerState = (settings: Settings) =>
  Layer.fresh(Layer.mergeAll(
    Log.layerRequestLog(settings.requestLogBytes),
    layerObservability(settings).pipe(Layer.provideMerge(layerDatabase(settings.database)))
  ))

const realTime = Layer.sync(Clock.Clock, Clock.Clock.defaultValue)

/** The host for a URL: the loopback address of a server that listens on all addresses, and IPv6 in brackets. */
const reachable = (host: string): string =>
  host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host
