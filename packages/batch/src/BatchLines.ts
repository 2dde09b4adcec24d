/**
 * Items and outcomes of durable batches as JSON Lines: a JSON value on each line, UTF-8.
 *
 * ```ts
 * import { Batch, BatchLines } from "@effect-mistral/batch"
 * import { Effect, FileSystem, Schema, Stream } from "effect"
 *
 * const Titles = Batch.make({
 *   name: "titles",
 *   item: Schema.Struct({ text: Schema.String }),
 *   request: ({ text }) => ({
 *     model: "mistral-small-latest",
 *     messages: [{ role: "user", content: `A title for this text: ${text}` }]
 *   }),
 *   answer: Schema.Struct({ title: Schema.String })
 * })
 *
 * // The items of a file, for `Batches.start`.
 * export const items = Effect.map(FileSystem.FileSystem, (files) => BatchLines.items(Titles, files.stream("texts.jsonl")))
 * ```
 *
 * @since 0.1.0
 */
import type { Stream } from "effect/Stream"
import type { Batch } from "./Batch.ts"
import type { ItemOutcome } from "./BatchOutcome.ts"
import type { InvalidLine } from "./internal/reading/invalidLine.ts"
import { itemLines, type ItemsOptions } from "./internal/reading/itemLines.ts"
import { outcomeLines } from "./internal/reading/outcomeLines.ts"

export { InvalidLine } from "./internal/reading/invalidLine.ts"

export type { ItemsOptions } from "./internal/reading/itemLines.ts"

/**
 * Reads the items of a batch out of a file of JSON Lines: each line is the JSON of an item by the item schema.
 *
 * *Details*: blank lines are left out, and a byte order mark at the start is removed. The stream fails at the first line that
 * is no item, after the items before it. The memory is that of the longest line.
 *
 * @category decoding
 * @since 0.1.0
 */
export const items: <Item, Answer, E, R>(
  batch: Batch<Item, Answer>,
  bytes: Stream<Uint8Array, E, R>,
  options?: ItemsOptions
) => Stream<Item, InvalidLine | E, R> = itemLines

/**
 * Writes outcomes as JSON Lines, each with its line break: `{"index", "item", "answer"}`, or `{"index", "item", "error"}` for an
 * item that failed.
 *
 * *Details*: `item` and `answer` are JSON by the schemas of the batch. `error` has the `tag` of the error, the `reason` of a
 * `MistralError`, the `status` if a response had one, a `message` and whether it is `retryable`.
 *
 * *Gotchas*: a stream in the order of completion names items by `index`, and is not in their order.
 *
 * @category encoding
 * @since 0.1.0
 */
export const results: <Item, Answer, E, R>(
  batch: Batch<Item, Answer>,
  outcomes: Stream<ItemOutcome<Item, Answer>, E, R>
) => Stream<string, E, R> = outcomeLines
