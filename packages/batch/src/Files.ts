/**
 * Files of the workspace: upload, list, read, download and delete them.
 *
 * ```ts
 * import { Files } from "@effect-mistral/batch"
 * import { Effect, Stream } from "effect"
 *
 * // Uploads one line for each question, in constant memory.
 * export const upload = (questions: Stream.Stream<string>) =>
 *   Files.upload({
 *     name: "questions.jsonl",
 *     purpose: "batch",
 *     lines: Stream.zipWithIndex(questions).pipe(Stream.map(([content, index]) =>
 *       JSON.stringify({ custom_id: `${index}`, body: { messages: [{ role: "user", content }] } })
 *     ))
 *   })
 *
 * // Downloads a file, and goes on where the connection was lost.
 * export const size = (fileId: string) =>
 *   Files.content(fileId).pipe(Stream.runFold(() => 0, (size, bytes) => size + bytes.length))
 *
 * export const text = (fileId: string) => Files.content(fileId).pipe(Stream.decodeText, Stream.mkString)
 *
 * export const deleteResults = Effect.gen(function*() {
 *   const files = yield* Stream.runCollect(Files.listAll({ source: ["mistral"] }))
 *   yield* Effect.forEach(files, ({ id }) => Files.delete(id), { concurrency: 4 })
 * })
 * ```
 *
 * *Gotchas*: some programs got a 404 for a file just after its upload. `Effect.retry` waits for it:
 *
 * ```ts
 * import { Files } from "@effect-mistral/batch"
 * import { Effect, Schedule } from "effect"
 *
 * export const untilFound = (fileId: string) =>
 *   Files.fetch(fileId).pipe(Effect.retry({
 *     while: (error) => error.reason._tag === "NotFound",
 *     schedule: Schedule.spaced("1 second").pipe(Schedule.upTo({ duration: "30 seconds" }))
 *   }))
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/files
 * @since 0.1.0
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as BatchEndpoint from "./BatchEndpoint.ts"
import type * as File from "./File.ts"
import { defaultMaxBytes, uploadFile } from "./internal/files/uploadFile.ts"
import { paginate } from "./internal/pages/paginate.ts"

/**
 * The options of an upload.
 *
 * @category models
 * @since 0.1.0
 */
export interface UploadOptions extends RequestOptions.RequestOptions {
  /** The largest file in bytes. Default: 512 Mi, the API's limit, which Mistral raises on request. */
  readonly maxBytes?: number | undefined
}

/**
 * The options of a download.
 *
 * @category models
 * @since 0.1.0
 */
export interface ContentOptions extends RequestOptions.RequestOptions {
  /**
   * Whether a download that breaks off is requested again, without the bytes that were delivered before. Default: true.
   */
  readonly resume?: boolean | undefined
}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Uploads a file out of a text, bytes, a `Blob`, a `Stream` of bytes, or lines. */
  readonly upload: <E = never, R = never>(
    file: File.Upload<E, R>,
    options?: UploadOptions
  ) => Effect.Effect<File.File, MistralError | E, R>
  /** Lists one page of files. */
  readonly list: (
    query?: File.ListQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<File.ListResponse, MistralError>
  /** Paginates all files from a page on. A page is requested when the files before it have been consumed. */
  readonly listAll: (
    query?: File.ListQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<File.File, MistralError>
  /** Fetches what the API says about a file. */
  readonly fetch: (
    fileId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<File.File, MistralError>
  /** Deletes a file. */
  readonly delete: (
    fileId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<File.DeleteResponse, MistralError>
  /** Streams the content of a file. */
  readonly content: (fileId: string, options?: ContentOptions) => Stream.Stream<Uint8Array, MistralError>
  /** Makes a signed URL, under which the content is found without a key until it expires. */
  readonly url: (
    fileId: string,
    query?: File.UrlQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<File.UrlResponse, MistralError>
}

/**
 * The `Files` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Files.Files)({ content: () => Stream.succeed(new TextEncoder().encode("...")) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Files extends Context.Service<Files, Service>()("@effect-mistral/batch/Files") {}

/**
 * Makes the service. All its calls use `options` (retry policy, timeouts, headers, base URL).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => {
    const byId = (fileId: string, callOptions: RequestOptions.RequestOptions | undefined) => ({
      ...RequestOptions.merge(options, callOptions),
      params: { file_id: fileId }
    })
    const list: Service["list"] = (query, callOptions) =>
      client.request(BatchEndpoint.listFiles, undefined, {
        ...RequestOptions.merge(options, callOptions),
        query: { ...query }
      })
    return Files.of({
      upload: (file, { maxBytes = defaultMaxBytes, ...callOptions } = {}) =>
        uploadFile(client, file, maxBytes, RequestOptions.merge(options, callOptions)),
      list,
      listAll: (query, callOptions) => paginate((page) => list({ ...query, page }, callOptions), query),
      fetch: (fileId, callOptions) => client.request(BatchEndpoint.fetchFile, undefined, byId(fileId, callOptions)),
      delete: (fileId, callOptions) => client.request(BatchEndpoint.deleteFile, undefined, byId(fileId, callOptions)),
      content: (fileId, { resume = true, ...callOptions } = {}) =>
        client.bytes({ ...BatchEndpoint.fileContent, resumable: resume }, undefined, byId(fileId, callOptions)),
      url: (fileId, query, callOptions) =>
        client.request(BatchEndpoint.fileUrl, undefined, { ...byId(fileId, callOptions), query: { ...query } })
    })
  })

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Files, never, MistralClient.MistralClient> = Layer.fresh(Layer.effect(Files, make()))

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Files, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Files, make(options)))

/**
 * Uploads a file out of a text, bytes, a `Blob`, a `Stream` of bytes, or lines, in pieces of 64 KiB.
 *
 * *Details*:
 *
 * - The memory is constant: the connection takes a piece, then the content is read on.
 * - An error of a `Stream` is the error of the upload, as it is, and its requirements are those of the upload. Its defects
 *   stay defects, and an interruption of the upload interrupts it.
 * - Where the number of bytes is known (text, bytes, `Blob`, an array of lines, `size`), the request has a content length,
 *   and a file over `maxBytes` is refused before anything is sent. Otherwise the body is sent in chunks.
 * - What is found wrong is an `InvalidRequest`: no bytes at all, other than `size` bytes, more than `maxBytes`, a line with
 *   a line break inside. Its issue names the line. It is `incomplete` where a part was sent, of which the server makes no
 *   file.
 * - The limit to the first byte of the response counts from the last piece.
 * - Over a `fetch` that cannot send streams, as in some browsers, the content is read as a whole before it is sent.
 *
 * *Gotchas*:
 *
 * - A 429 is retried, and a 503 for want of capacity, because the server refused the file. The content is read again from
 *   its beginning. A `Stream` that can run only once, such as one over a queue or a socket, needs `retry: RetryPolicy.none`: run again, it
 *   would give other bytes. An upload that finds fewer bytes than before fails with an `InvalidRequest`. Lines out of an
 *   iterator are never retried.
 * - A lost response is not retried, because the file may exist. `list` with `search` finds it by its name.
 *
 * @category operations
 * @since 0.1.0
 */
export const upload = <E = never, R = never>(
  file: File.Upload<E, R>,
  options?: UploadOptions
): Effect.Effect<File.File, MistralError | E, Files | R> =>
  Effect.flatMap(Files, (service) => service.upload(file, options))

/**
 * Lists one page of files. Pages count from 0.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = (
  query?: File.ListQuery,
  options?: RequestOptions.RequestOptions
): Effect.Effect<File.ListResponse, MistralError, Files> =>
  Effect.flatMap(Files, (service) => service.list(query, options))

/**
 * Paginates all files from a page on. A page is requested when the files before it have been consumed.
 *
 * *Gotchas*: pages are numbers, so a file that is deleted meanwhile shifts the others to the front, and one at the border of
 * two pages is not listed. Collect the files first, then delete them.
 *
 * @category operations
 * @since 0.1.0
 */
export const listAll = (
  query?: File.ListQuery,
  options?: RequestOptions.RequestOptions
): Stream.Stream<File.File, MistralError, Files> =>
  Stream.unwrap(Effect.map(Files, (service) => service.listAll(query, options)))

/**
 * Fetches what the API says about a file.
 *
 * *Gotchas*: it may fail with `NotFound` just after the upload. The module shows how to wait for the file.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = (
  fileId: string,
  options?: RequestOptions.RequestOptions
): Effect.Effect<File.File, MistralError, Files> => Effect.flatMap(Files, (service) => service.fetch(fileId, options))

const delete_ = (
  fileId: string,
  options?: RequestOptions.RequestOptions
): Effect.Effect<File.DeleteResponse, MistralError, Files> =>
  Effect.flatMap(Files, (service) => service.delete(fileId, options))

export {
  /**
   * Deletes a file.
   *
   * *Gotchas*: a retry after a lost response may fail with `NotFound`, because the file is gone.
   *
   * @category operations
   * @since 0.1.0
   */
  delete_ as delete
}

/**
 * Streams the content of a file. A reader that falls behind pauses the connection, and ending the stream early closes it.
 *
 * *Details*: where the connection is lost in the middle or goes idle, the file is requested again under the retry policy of
 * the call, and the bytes that were delivered before are left out: the stream has no gap, and no byte twice. The policy limits
 * the failures in a row, and each new byte starts it anew. The time limit in `total` is that of the whole stream. If the file
 * has another length then, the stream fails with an `InvalidResponse` of the kind `changed`. `resume: false` switches this
 * off, and so does `RetryPolicy.none`.
 *
 * @category operations
 * @since 0.1.0
 */
export const content = (
  fileId: string,
  options?: ContentOptions
): Stream.Stream<Uint8Array, MistralError, Files> =>
  Stream.unwrap(Effect.map(Files, (service) => service.content(fileId, options)))

/**
 * Makes a signed URL, under which the content of a file is found without a key until it expires, after 24 hours unless set.
 *
 * *When to use*: to show a file to a browser, or to a server that has no key, such as one that reads a document.
 *
 * @category operations
 * @since 0.1.0
 */
export const url = (
  fileId: string,
  query?: File.UrlQuery,
  options?: RequestOptions.RequestOptions
): Effect.Effect<File.UrlResponse, MistralError, Files> =>
  Effect.flatMap(Files, (service) => service.url(fileId, query, options))
