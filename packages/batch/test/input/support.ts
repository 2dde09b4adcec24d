import { BatchInput } from "@effect-mistral/batch"
import { type CompletionRequest, Endpoint } from "@effect-mistral/core"
import { assert } from "@effect/vitest"
import { Effect, Stream } from "effect"

export type ChatEntry = BatchInput.Entry<CompletionRequest.Chat>

/** A valid chat request of a user. */
export const entry = (custom_id: string, content = "Hi"): ChatEntry => ({
  custom_id,
  request: { model: "m", messages: [{ role: "user", content }] }
})

/** The line of `entry`. */
export const lineOf = (custom_id: string, content = "Hi"): string =>
  `${JSON.stringify({ custom_id, body: { model: "m", messages: [{ role: "user", content }] } })}\n`

/** Entries with the ids `1` to `count`. */
export const entries = (count: number): Array<ChatEntry> =>
  Array.from({ length: count }, (_, index) => entry(`${index + 1}`))

/** What `entries` is not typed to hold, as a program in JavaScript may give it. */
export const untyped = (values: Iterable<unknown>): Iterable<ChatEntry> => values as Iterable<ChatEntry>

/** The files of chat requests. */
export const chatFiles = <E = never, R = never>(
  requests: Stream.Stream<ChatEntry, E, R> | Iterable<ChatEntry>,
  options: Partial<BatchInput.FilesOptions<CompletionRequest.Chat, E, R>> = {}
) => BatchInput.files({ endpoint: Endpoint.chat.complete, ...options, requests })

/** The bytes of a file. */
export const bytesOf = <E, R>({ content }: BatchInput.InputFile<E, R>): Effect.Effect<Uint8Array, E, R> =>
  Effect.map(Stream.runCollect(content), (pieces) => Buffer.concat(pieces))

/** The text of a file. */
export const textOf = <E, R>(file: BatchInput.InputFile<E, R>): Effect.Effect<string, E, R> =>
  Effect.map(bytesOf(file), (bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes))

/** The texts of all files, which have the sizes that they say. */
export const textsOf = <E, R>(
  files: ReadonlyArray<BatchInput.InputFile<E, R>>
): Effect.Effect<ReadonlyArray<string>, E, R> =>
  Effect.forEach(files, (file) =>
    Effect.map(textOf(file), (text) => {
      assert.strictEqual(Buffer.byteLength(text), file.size)
      assert.strictEqual(text.split("\n").length - 1, file.requests)
      return text
    }))

/** The `InvalidInput` of requests that are not valid. */
export const invalidInput = <A, E, R>(effect: Effect.Effect<A, E | BatchInput.InvalidInput, R>) =>
  Effect.map(Effect.flip(effect), (error) => {
    if (!(error instanceof BatchInput.InvalidInput)) throw error
    return error
  })
