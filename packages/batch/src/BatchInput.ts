/**
 * Builds the input of a batch job: JSON Lines from requests of one endpoint, each of which is checked before anything is
 * uploaded.
 *
 * ```ts
 * import { BatchInput, BatchJobs, Files } from "@effect-mistral/batch"
 * import { Endpoint } from "@effect-mistral/core"
 * import { Effect } from "effect"
 *
 * const endpoint = Endpoint.chat.complete
 * const model = "mistral-small-latest"
 *
 * export const start = (questions: ReadonlyArray<string>) =>
 *   Effect.gen(function*() {
 *     // One file, or several where one would be larger than 512 MB.
 *     const files = yield* BatchInput.files({
 *       endpoint,
 *       model,
 *       requests: questions.map((content, index) => ({
 *         custom_id: `question-${index}`,
 *         request: { messages: [{ role: "user" as const, content }] }
 *       }))
 *     })
 *     const uploaded = yield* Effect.forEach(files, ({ content, size }, index) =>
 *       Files.upload({ name: `questions-${index}.jsonl`, purpose: "batch", content, size }))
 *     return yield* BatchJobs.create({ endpoint: endpoint.path, model, input_files: uploaded.map(({ id }) => id) })
 *   }).pipe(
 *     // Such as: 1 of 100 requests is not valid; line 17 (custom_id "question-16"): messages.0.content: Expected ...
 *     Effect.tapErrorTag("InvalidInput", (error) => Effect.logError(error.message))
 *   )
 * ```
 *
 * @see https://docs.mistral.ai/capabilities/batch
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as FileSystem from "effect/FileSystem"
import type { PlatformError } from "effect/PlatformError"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as BatchJob from "./BatchJob.ts"
import type { FilesOptions, Line, Options } from "./internal/input/entry.ts"
import { contentOf, planFiles } from "./internal/input/files.ts"
import { writeFiles } from "./internal/input/filesOnDisk.ts"
import { inlineRequests } from "./internal/input/inline.ts"
import type { ChangedInput, EmptyInput, InvalidInput } from "./internal/input/inputError.ts"
import { readLines } from "./internal/input/readLine.ts"

export type { BatchRequest, Entry, FilesOptions, Line, Options, Target } from "./internal/input/entry.ts"

export { ChangedInput, EmptyInput, InvalidInput, Problem } from "./internal/input/inputError.ts"

/**
 * A file of requests in JSON Lines: the number of its requests, its size in bytes, the number of its first line among those of
 * all files, from 1, and its bytes.
 *
 * *When to use*: give `content` and `size` to `Files.upload`.
 *
 * @category models
 * @since 0.1.0
 */
export interface InputFile<out E = never, out R = never> {
  readonly requests: number
  readonly size: number
  readonly firstLine: number
  readonly content: Stream.Stream<Uint8Array, E, R>
}

/**
 * Checks all requests, and cuts them into files that are within the limits.
 *
 * *When to use*: where the requests can be read twice: an array, a file, a query. For a source that runs once, such as a cursor
 * or standard input, use `filesOnDisk`.
 *
 * *Details*: a line is `{"custom_id": ..., "body": ...}`. Each request must fit the schema of the endpoint strictly, and pass
 * the same checks as one that is sent alone. `stream: true` is refused. Each `custom_id` is a text that is not empty, and
 * differs from all others.
 *
 * The requests are read once to check them and to plan the files. The content of each file reads them anew, and skips those of
 * the files before it. Apart from the ids, nothing of a request is kept in memory.
 *
 * Fails with `InvalidInput` where requests are not valid, with `EmptyInput` where there are none, and with the error of the
 * source. The content of a file fails with `ChangedInput` where the source has other requests than before. It is then not
 * complete, so that an upload of it fails, too.
 *
 * *Gotchas*: a query without an order may give the same rows in another one, which is `ChangedInput`. A limit below 1 is a
 * defect.
 *
 * @category constructors
 * @since 0.1.0
 */
export const files = <Request extends object, E = never, R = never>(
  options: FilesOptions<Request, E, R>
): Effect.Effect<ReadonlyArray<InputFile<E | ChangedInput, R>>, InvalidInput | EmptyInput | E, R> =>
  Effect.map(planFiles(options), (plans) =>
    plans.map((plan, index) => ({
      ...inputFile(plan),
      content: contentOf(options, plan, index === plans.length - 1)
    })))

/**
 * Checks all requests while it writes them to temporary files that are within the limits.
 *
 * *When to use*: where the requests can be read only once: a cursor of a database, standard input, a queue. Otherwise `files`
 * needs no disk.
 *
 * *Details*: checks and fails as `files` does. The files are in a directory of their own, in `directory` or the system's
 * directory for temporary files. The scope removes them, and any failure removes them at once.
 *
 * @category constructors
 * @since 0.1.0
 */
export const filesOnDisk = <Request extends object, E = never, R = never>(
  options: FilesOptions<Request, E, R> & { readonly directory?: string | undefined }
): Effect.Effect<
  ReadonlyArray<InputFile<PlatformError>>,
  InvalidInput | EmptyInput | PlatformError | E,
  R | FileSystem.FileSystem | Scope.Scope
> =>
  Effect.gen(function*() {
    const fileSystem = yield* FileSystem.FileSystem
    const written = yield* writeFiles(options)
    return written.map((file) => ({ ...inputFile(file), content: fileSystem.stream(file.path) }))
  })

/**
 * Checks all requests, and collects them for `BatchJobs.create({ requests })`, at most 10,000.
 *
 * *When to use*: for a job without files, where all requests fit into memory and into one request.
 *
 * *Details*: checks and fails as `files` does. One request more than 10,000 is `InvalidInput`, too.
 *
 * @category constructors
 * @since 0.1.0
 */
export const inline = <Request extends object, E = never, R = never>(
  options: Options<Request, E, R>
): Effect.Effect<ReadonlyArray<BatchJob.InlineRequest>, InvalidInput | EmptyInput | E, R> => inlineRequests(options)

/**
 * The lines of a file of JSON Lines that exists already, to be checked and cut as any other requests.
 *
 * *When to use*: for a file that another program has written.
 *
 * ```ts
 * import { BatchInput } from "@effect-mistral/batch"
 * import { Endpoint } from "@effect-mistral/core"
 * import { Effect, FileSystem } from "effect"
 *
 * // Fails with `InvalidInput` where a line is not JSON, or its body is no chat request.
 * export const check = (path: string) =>
 *   Effect.flatMap(FileSystem.FileSystem, (fileSystem) =>
 *     BatchInput.files({
 *       endpoint: Endpoint.chat.complete,
 *       model: "mistral-small-latest",
 *       requests: BatchInput.fromLines(fileSystem.stream(path))
 *     }))
 * ```
 *
 * *Details*: `line` of a problem is the number in this file, in which blank lines count. They are left out of the files that
 * are made. A line has no other keys than `custom_id` and `body`. A line of more than 64 Mi characters ends the reading with
 * `InvalidInput`.
 *
 * @category constructors
 * @since 0.1.0
 */
export const fromLines = <E = never, R = never>(
  bytes: Stream.Stream<Uint8Array, E, R>
): Stream.Stream<Line, E | InvalidInput, R> => readLines(bytes)

const inputFile = ({ firstLine, requests, size }: Omit<InputFile, "content">): Omit<InputFile, "content"> => ({
  requests,
  size,
  firstLine
})
