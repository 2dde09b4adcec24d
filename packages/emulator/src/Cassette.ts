/**
 * Recorded exchanges with the API, and `HttpClient`s that record them and answer from them: tests that once spoke to a
 * real server run again without it.
 *
 * A cassette is a readable JSON file that holds one exchange, with the times at which its answer came and without its
 * secrets.
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
 * // Answers from the directory, and records there what it lacks.
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
   * A directory or a file of cassettes that cannot be used: which, where in it, and what is wrong there.
   *
   * @category errors
   * @since 0.1.0
   */
  CassetteError
} from "./internal/cassette/format/cassetteError.ts"

/**
 * One exchange: the request without its secrets, and the answer with the milliseconds its parts took.
 *
 * A body is a JSON value (`json`) where writing that value gives the same bytes, else a `text`, else `base64`. The body of
 * an event stream is a list of `pieces`, one for each read of the network. `after` counts from what came before: the
 * request, the head, the piece. `end.how` is `lost` where the connection broke, `left` where the reader went away first;
 * both are replayed as a broken connection.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Cassette = Format.Cassette

/**
 * One exchange.
 *
 * @category models
 * @since 0.1.0
 */
export type Cassette = Format.Cassette

/**
 * Reads every cassette of a directory, with the name of its file, in the order of the names.
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
 * How requests are compared with the recorded ones, and in what time they are answered.
 *
 * @category models
 * @since 0.1.0
 */
export interface ReplayOptions {
  /**
   * How much faster than recorded: 1 unless set, and 0 for at once. The times pass on the clock of whoever reads, under a
   * `TestClock` too.
   */
  readonly speed?: number | undefined
  /**
   * What is not compared: `query`, `query.page`, `body.random_seed`, `body.messages.*.content`. Methods, paths and bodies
   * are compared otherwise, bodies as JSON values; headers are not.
   */
  readonly ignore?: ReadonlyArray<string> | undefined
}

/**
 * What is written into a directory.
 *
 * @category models
 * @since 0.1.0
 */
export interface RecordOptions {
  /**
   * What becomes of the recordings that the directory holds already: those of a request are replaced when it is recorded
   * again, unless this says to keep them, before the new ones.
   */
  readonly earlier?: "replace" | "keep" | undefined
  /** Headers of requests that are kept besides `accept` and `content-type`. */
  readonly headers?: ReadonlyArray<string> | undefined
  /**
   * What must not be in a cassette besides what the headers and the query of a request identify its sender with: keys,
   * cookies and tokens are found there, and taken out wherever they stand.
   */
  readonly secrets?: ReadonlyArray<Redacted.Redacted<string>> | undefined
}

/**
 * Where the cassettes are, and what is done with them: `replay` answers from them alone, `record` asks every time,
 * `auto` asks where there is no recording.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends ReplayOptions, RecordOptions {
  readonly directory: string
  readonly mode: "replay" | "record" | "auto"
}

/**
 * An `HttpClient` over the one of the environment, in the mode of the options. In `auto` an answer is replayed from the
 * moment it is recorded, and no recording is replaced.
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
 * An `HttpClient` that answers from a directory and asks nobody. Recordings of equal requests come in their order, the
 * last one again and again. A request without a recording is answered with status 404 and an error in Mistral's form that
 * names the nearest cassettes and where they differ.
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
 * An `HttpClient` that asks the one of the environment and writes what it answers into a directory, which is made if it
 * does not exist. Answers are asked for without compression. A cassette is written when its answer ends; what was not
 * read of an answer is not in it.
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

/** The client of the environment, with something done about each of its answers. */
const overClient = (
  answer: RecordReplay["record"]
): Effect.Effect<HttpClient.HttpClient, never, HttpClient.HttpClient> =>
  Effect.map(HttpClient.HttpClient, (client) =>
    client.pipe(
      // Before the request is bound to a scope: a changed request is another one.
      HttpClient.mapRequestEffect((request) =>
        Effect.map(
          bufferBody(request),
          (request) =>
            "accept-encoding" in request.headers
              ? request
              : HttpClientRequest.setHeader(request, "accept-encoding", "identity")
        )
      ),
      HttpClient.transform((send, request) => answer(request, send))
    ))
