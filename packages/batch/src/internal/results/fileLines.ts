import type { MistralError } from "@effect-mistral/core/MistralError"
import type { RequestOptions } from "@effect-mistral/core/RequestOptions"
import * as Stream from "effect/Stream"
import { linesOf } from "../jsonl/linesOf.ts"
import type { Line } from "../jsonl/lineSplitter.ts"
import { type Operation, unreadable } from "./failures.ts"

/** Gives the content of a file, as `Files.content` does. */
export type FileContent = (fileId: string, options?: RequestOptions) => Stream.Stream<Uint8Array, MistralError>

/** The lines of a file of a job. One that is longer than `maxSize` of the options fails the stream, and is named. */
export const fileLines = (
  content: FileContent,
  endpoint: Operation,
  fileId: string,
  options: RequestOptions
): Stream.Stream<Line, MistralError> =>
  linesOf(content(fileId, options), { maxLength: options.maxSize }).pipe(
    Stream.catchTag("LineTooLong", ({ line, maxLength }) =>
      Stream.fail(
        unreadable(endpoint, placeOf(fileId, line), `has more than ${maxLength} characters`, "tooLarge")
      ))
  )

/** The place of a line in errors. */
export const placeOf = (fileId: string, line: number): string => `line ${line} of file ${fileId}`
