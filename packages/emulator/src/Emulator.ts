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
import * as Files from "./internal/files/addedFile.ts"
import * as Log from "./internal/log/requestLog.ts"
import type * as Event from "./internal/observability/events/newEvent.ts"
import { layerObservability, Observability } from "./internal/observability/service/observabilityService.ts"
import { makeRuleStore } from "./internal/script/ruleStore.ts"
import { scopeHeader } from "./internal/script/scopeName.ts"
import { makeApp } from "./internal/server/app.ts"
import { memoryClient } from "./internal/server/memoryClient.ts"
import { socketDelivery } from "./internal/server/socketDelivery.ts"
import type { ProxyOptions } from "./internal/settings/proxyOptions.ts"
import type { ThinkingForm, ToolCallForm, Verbosity } from "./internal/settings/settings.ts"
import { makeSettings, type Settings } from "./internal/settings/settings.ts"
import type * as Database from "./internal/storage/database.ts"
import { EmulatorDatabase, layerDatabase } from "./internal/storage/emulatorDatabase.ts"
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
 * value if it is JSON, otherwise the text; of an upload it is the fields, with the name, type and size of the file. The fault is the one that was applied to the response, if any.
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
 * A scope of a running emulator, so that tests that run at the same time do not meet.
 *
 * *Details*: rules without a scope apply in it, too, after its own, and are used up for it alone. Faults without a scope do
 * not apply in it.
 *
 * @category models
 * @since 0.1.0
 */
export interface Scoped {
  /** The header that puts a request into the scope: for `headers` of a client or of a call. */
  readonly headers: Readonly<Record<string, string>>
  readonly rules: Rules.Rules
  readonly faults: Faults.Faults
  /** The requests of the scope among the last 1,000 that the emulator received, newest last. */
  readonly requests: Effect.Effect<ReadonlyArray<SeenRequest>>
}

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
  /**
   * A scope: requests whose header `x-emulator-scope` names it have rules and faults of their own, and no part in those of
   * another. A name has 1 to 200 visible ASCII characters.
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
export interface Options extends ProxyOptions {
  /** The only key that is accepted. `emulator-key` unless set. */
  readonly apiKey?: Redacted.Redacted<string> | undefined
  /** The key of the admin API, under `/_emulator/`. A random one for each emulator unless set. */
  readonly adminKey?: Redacted.Redacted<string> | undefined
  /** The time before the first token of a completion. 30 milliseconds unless set. */
  readonly timeToFirstToken?: Duration.Input | undefined
  /** Tokens per second of each choice. 60 unless set; `Infinity` for no delay. */
  readonly tokensPerSecond?: number | undefined
  /**
   * The largest relative deviation of each wait, from 0 to 1. The same seed gives the same completion the same waits. 0
   * unless set.
   */
  readonly jitter?: number | undefined
  /** The seed: another one gives other completions for the same requests. 0 unless set. */
  readonly seed?: number | undefined
  /**
   * Whether streamed chunks have the padding key `p`, which hides the lengths of tokens, as the platform's do. Its lengths
   * follow from the seed. `true` unless set.
   */
  readonly padding?: boolean | undefined
  /**
   * Further models: names, and the models of the emulator that they are like. `{ "acme-chat": "mistral-small-latest" }`
   * makes `acme-chat` a model with the capabilities and the context of `mistral-small-latest`. A further model takes the
   * place of one with the same name. One that is like a model that the emulator does not have is a defect.
   */
  readonly models?: Readonly<Record<string, string>> | undefined
  /** Whether every name of a model is accepted, one that the emulator does not know for every capability. `false` unless set. */
  readonly anyModel?: boolean | undefined
  /**
   * The recorded form in which tool calls are sent: `mistral` (2026: an id and a function only), `index` (2025: with an
   * index), `type` (2024: with a type), `fragments` (streams of hosted models: in pieces, as OpenAI's), `object` (arguments
   * as an object, as the reference allows), or `mixed`, where the seed chooses one for each completion. `mistral` unless set.
   */
  readonly toolCalls?: ToolCallForm | undefined
  /**
   * The recorded form in which a stream goes on after thinking: `arrays` (the text is in arrays, too), `strings` (an array
   * with the end of the thinking and the beginning of the text, then strings), or `mixed`, where the seed chooses one for each
   * completion. `arrays` unless set.
   */
  readonly thinking?: ThinkingForm | undefined
  /** Whether `stream_options`, on which reports disagree, is refused or accepted. `refuse` unless set. */
  readonly streamOptions?: "refuse" | "accept" | undefined
  /** Whether a tool is called whatever the question is, but not after a tool's result. `false` unless set. */
  readonly callTools?: boolean | undefined
  /** The model of each agent, by agent id. `{ ag_emulator: "mistral-medium-latest" }` unless set. */
  readonly agents?: Readonly<Record<string, string>> | undefined
  /** The database file of events, judges, campaigns, datasets, files and batch jobs. They are held in memory unless set. */
  readonly database?: string | undefined
  /** The number of demonstration events, over the past year, that are generated for an empty database. 0 unless set. */
  readonly demoEvents?: number | undefined
  /** The time that a batch job is queued before it runs. 0 unless set. */
  readonly batchQueueTime?: Duration.Input | undefined
  /** The requests of a batch job that are processed per second. No delay unless set, and with 0 or `Infinity`. */
  readonly batchRequestsPerSecond?: number | undefined
  /** Scripted responses, which take precedence over generated ones. */
  readonly script?: ReadonlyArray<Rules.Rule> | undefined
  /** Whether a request that no rule of the script fits is refused. `false` unless set. */
  readonly strict?: boolean | undefined
  /** Requests per minute of the clock before the next response is 429. No limit unless set. */
  readonly requestsPerMinute?: number | undefined
  /** Tokens per minute of the clock before the next response is 429. No limit unless set. */
  readonly tokensPerMinute?: number | undefined
  /**
   * The log output: nothing (`quiet`), a line for each request when its response ends (`requests`), or its headers too
   * (`headers`); never a key or a body. `quiet` unless set.
   */
  readonly verbosity?: Verbosity | undefined
  /**
   * The clock: `real` time, or the `Clock` of the `context` that the layer is built in. With a `TestClock` in the context,
   * responses are as fast as the test adjusts the clock. `real` unless set.
   */
  readonly clock?: "real" | "context" | undefined
  /** The bytes of request bodies that the log of requests keeps. 16 MiB unless set. */
  readonly requestLogBytes?: number | undefined
  /**
   * The origins of web pages that may read responses, such as `http://localhost:3000`; `null` for those of local files,
   * `*` for all. None unless set. Building the layer dies with a text that is not an origin.
   */
  readonly cors?: ReadonlyArray<string> | undefined
  /**
   * Further host names that requests to a loopback address may have, such as that of a proxy, besides `localhost`, names
   * below it, loopback addresses and `host`. None unless set.
   */
  readonly allowedHosts?: ReadonlyArray<string> | undefined
  /** The port to listen on. A free port unless set. */
  readonly port?: number | undefined
  /** The address to listen on. `127.0.0.1` unless set, which no other machine can reach. */
  readonly host?: string | undefined
}

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
        const { app, service } = yield* makeEmulator(settings, { url: `http://${reachable(host)}:${port}`, port })
        const deliver = yield* socketDelivery(node, { host, port })
        yield* serve(deliver(app))
        return service
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
        const { app, service } = yield* makeEmulator(settings, { url: "http://emulator.invalid", port: 0 })
        return Context.make(Emulator, service).pipe(Context.add(HttpClient.HttpClient, memoryClient(app)))
      })
    ).pipe(Layer.provide(layerState(settings)))
  }))
}

/** What an emulator keeps: the log of its requests, its database, and the work on it. Each build has its own. */
const layerState = (settings: Settings) =>
  Layer.fresh(Layer.mergeAll(
    Log.layerRequestLog(settings.requestLogBytes),
    layerObservability(settings).pipe(Layer.provideMerge(layerDatabase(settings.database)))
  ))

const makeEmulator = Effect.fnUntraced(function*(settings: Settings, place: Pick<Service, "url" | "port">) {
  const log = yield* Log.RequestLog
  const { addEvents } = yield* Observability
  const database = yield* EmulatorDatabase
  const faults = makeFaultQueue(settings.seed)
  const rules = yield* makeRuleStore(settings.script, settings.strict)
  const app = yield* makeApp(settings, faults, rules)
  const service = Emulator.of({
    ...place,
    apiKey: settings.apiKey,
    adminKey: settings.adminKey,
    requests: log.requests,
    active: log.active,
    addEvents,
    addFile: (content, options) => Files.addUploadedFile(database, content, options),
    faults,
    rules: rules.rules,
    scoped: (name) => ({
      headers: { [scopeHeader]: name },
      rules: rules.scoped(name),
      faults: faults.scoped(name),
      requests: Effect.map(log.requests, (all) => all.filter(({ scope }) => scope === name))
    })
  })
  return { app, service }
})

const realTime = Layer.sync(Clock.Clock, Clock.Clock.defaultValue)

/** The host for a URL: the loopback address of a server that listens on all addresses, and IPv6 in brackets. */
const reachable = (host: string): string =>
  host === "0.0.0.0" ? "127.0.0.1" : host === "::" ? "[::1]" : host.includes(":") ? `[${host}]` : host
