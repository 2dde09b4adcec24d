import type { Issue } from "@effect-mistral/core/MistralError"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import type { Batch } from "../../Batch.ts"
import { makeJsonCodec } from "../definition/jsonCodec.ts"
import { linesOf, LineTooLong } from "../jsonl/linesOf.ts"
import type { Line } from "../jsonl/lineSplitter.ts"
import { decodePages } from "./decodePages.ts"
import { InvalidLine } from "./invalidLine.ts"

/**
 * Options of reading lines.
 *
 * @category models
 * @since 0.1.0
 */
export interface ItemsOptions {
  /** The longest line, in characters. A longer one is an error, so that memory is bounded. Default: 64 Mi. */
  readonly maxLength?: number | undefined
}

/** The items of a batch in a file of JSON Lines. */
export const itemLines = <Item, Answer, E, R>(
  { item }: Batch<Item, Answer>,
  bytes: Stream.Stream<Uint8Array, E, R>,
  options?: ItemsOptions
): Stream.Stream<Item, InvalidLine | E, R> => {
  const { decode } = makeJsonCodec(item)
  const invalid = (line: number, issues: ReadonlyArray<Issue>) => new InvalidLine({ line, issues })
  const readLine = ({ number, text }: Line) => Result.mapError(decode(text), (issues) => invalid(number, issues))
  const lines = Stream.mapError(linesOf(bytes, options), (error) =>
    error instanceof LineTooLong
      ? invalid(error.line, [{ path: [], message: `Expected a line of at most ${error.maxLength} characters` }])
      : error)
  return decodePages(lines, readLine)
}
