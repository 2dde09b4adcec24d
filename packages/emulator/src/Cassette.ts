/**
 * Records exchanges with the API and replays them, as layers of `HttpClient`.
 *
 * - *When to use*: tests that were written against a real server run again without it.
 * - *Details*: a cassette is a readable JSON file of one exchange: the request, the response and its times, with secrets
 *   redacted.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
 * import { Cassette } from "@effect-mistral/emulator"
 * import { NodeFileSystem } from "@effect/platform-node"
 * import { Console, Effect, Layer } from "effect"
 *
 * const program = Chat.complete({
 *   model: "mistral-small-latest",
 *   messages: [{ role: "user", content: "Who is the best French painter?" }]
 * }).pipe(Effect.flatMap((response) => Console.log(Completion.text(response))))
 *
 * // Replays the directory's recordings, and records exchanges that it lacks.
 * const main = program.pipe(Effect.provide(Chat.layer.pipe(
 *   Layer.provide(MistralClient.layerConfig()),
 *   Layer.provide(Cassette.layer({ directory: "test/cassettes", mode: "auto" })),
 *   Layer.provide([FetchHttpClient.layer, NodeFileSystem.layer])
 * )))
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import { makeRecordReplay, type RecordReplay } from "./internal/cassette/client/recordReplay.ts"
import type { CassetteError } from "./internal/cassette/format/cassetteError.ts"
import * as Format from "./internal/cassette/format/cassetteFormat.ts"
import { bufferBody } from "./internal/cassette/matching/recordedRequest.ts"
import * as Store from "./internal/cassette/storage/cassetteStore.ts"

export {
  /**
   * A directory or a file of cassettes cannot be used. The error names the file, the place in it and the problem.
   *
   * @category errors
   * @since 0.1.0
   */
  CassetteError
} from "./internal/cassette/format/cassetteError.ts"

/**
 * One recorded exchange: the request without its secrets, and the response with the milliseconds its parts took.
 *
 * *Details*:
 *
 * - A body is a JSON value (`json`) if writing that value gives the same bytes, otherwise a `text`, otherwise `base64`.
 *   The body of an event stream is a list of `pieces`, one for each network read.
 * - `after` counts from the preceding part: the request, the head or the piece.
 * - `end.how` is `lost` if the connection broke, and `left` if the reader stopped first. Both are replayed as a broken
 *   connection.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Cassette = Format.Cassette

/**
 * One recorded exchange.
 *
 * @category models
 * @since 0.1.0
 */
export type Cassette = Format.Cassette

/**
 * Reads every cassette of a directory with its file name, in the order of the names.
 *
 * @category files
 * @since 0.1.0
 */
export const read: (
  directory: string
) => Effect.Effect<
  ReadonlyArray<{ readonly file: string; readonly cassette: Cassette }>,
  CassetteError,
  FileSystem.FileSystem
> = Store.loadCassettes

/**
 * How requests are matched with recordings, and how fast responses are replayed.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReplayOptions {
  /**
   * How much faster than recorded: 1 unless set; 0 means at once. The reader's clock applies, a `TestClock` too.
   */
  readonly speed?: number | undefined
  /**
   * The places that are not compared: `query`, `query.page`, `body.random_seed`, `body.messages.*.content`. Methods, paths,
   * queries and bodies are compared otherwise, bodies as JSON values; headers are never compared.
   */
  readonly ignore?: ReadonlyArray<string> | undefined
}

/**
 * How exchanges are recorded in a directory.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordOptions {
  /**
   * How earlier recordings in the directory are treated. Unless set to `keep`, those of a request are replaced when that
   * request is recorded again. With `keep`, new recordings come after them.
   */
  readonly earlier?: "replace" | "keep" | undefined
  /** Request headers to record besides `accept` and `content-type`. */
  readonly headers?: ReadonlyArray<string> | undefined
  /**
   * Further secrets to redact. Keys, cookies and tokens in a request's headers and query are found without this option,
   * and redacted everywhere in the exchange.
   */
  readonly secrets?: ReadonlyArray<Redacted.Redacted<string>> | undefined
}

/**
 * The directory of cassettes, and the mode: `replay` only replays, `record` sends and records every request, `auto` sends
 * and records requests without a recording.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends ReplayOptions, RecordOptions {
  readonly directory: string
  readonly mode: "replay" | "record" | "auto"
}

/**
 * An `HttpClient` that records or replays, over the `HttpClient` of the environment.
 *
 * *Details*: in the mode `auto`, a response is replayed as soon as it is recorded, and no recording is replaced.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  options: Options
): Layer.Layer<HttpClient.HttpClient, CassetteError, HttpClient.HttpClient | FileSystem.FileSystem> => {
  switch (options.mode) {
    case "replay":
      return layerReplay(options.directory, options)
    case "record":
      return layerRecord(options.directory, options)
    case "auto":
      return layerOf(
        { ...options, from: options.directory, into: options.directory, earlier: "keep" },
        (cassettes) => overClient((request, send) => replayOr(cassettes, request, cassettes.record(request, send)))
      )
  }
}

/**
 * An `HttpClient` that replays a directory's recordings and sends no request.
 *
 * *Details*: recordings of equal requests are replayed in their order, then the last one repeatedly. The response to a
 * request without a recording is a 404 with an error in Mistral's form, which names the nearest cassettes and the places
 * where they differ.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerReplay = (
  directory: string,
  options: ReplayOptions & Pick<RecordOptions, "secrets"> = {}
): Layer.Layer<HttpClient.HttpClient, CassetteError, FileSystem.FileSystem> =>
  layerOf({ ...options, from: directory }, (cassettes) =>
    Effect.succeed(HttpClient.mapRequestEffect(
      HttpClient.make((request) => replayOr(cassettes, request, Effect.sync(() => cassettes.miss(request)))),
      bufferBody
    )))

/**
 * An `HttpClient` that sends requests with the one of the environment, and records the exchanges in a directory.
 *
 * *Details*: the directory is created if it does not exist. Responses are requested without compression. A cassette is
 * written when its response ends; bytes that were not read are not recorded.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerRecord = (
  directory: string,
  options: RecordOptions = {}
): Layer.Layer<HttpClient.HttpClient, CassetteError, HttpClient.HttpClient | FileSystem.FileSystem> =>
  layerOf({ ...options, into: directory }, (cassettes) => overClient(cassettes.record))

const layerOf = <R>(
  options: Omit<Parameters<typeof makeRecordReplay>[0], "secrets"> & Pick<RecordOptions, "secrets">,
  client: (cassettes: RecordReplay) => Effect.Effect<HttpClient.HttpClient, never, R>
): Layer.Layer<HttpClient.HttpClient, CassetteError, FileSystem.FileSystem | Exclude<R, Scope.Scope>> =>
  Layer.effect(HttpClient.HttpClient)(Effect.flatMap(
    makeRecordReplay({ ...options, secrets: (options.secrets ?? []).map((secret) => Redacted.value(secret)) }),
    client
  ))

const replayOr = <E, R>(
  cassettes: RecordReplay,
  request: HttpClientRequest.HttpClientRequest,
  otherwise: Effect.Effect<HttpClientResponse.HttpClientResponse, E, R>
): Effect.Effect<HttpClientResponse.HttpClientResponse, E, R> =>
  Effect.flatMap(cassettes.replay(request), (found) => found === undefined ? otherwise : Effect.succeed(found))

/** The client of the environment, with a function around each request. */
const overClient = (
  around: RecordReplay["record"]
): Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (client) =>
    client.pipe(
      // Before the request is bound to a scope, because a changed request is a new object.
      HttpClient.mapRequestEffect((request) =>
        Effect.map(
          bufferBody(request),
          (request) =>
            "accept-encoding" in request.headers
              ? request
              : HttpClientRequest.setHeader(request, "accept-encoding", "identity")
        )
      ),
      HttpClient.transform((send, request) => around(request, send))
    ))
