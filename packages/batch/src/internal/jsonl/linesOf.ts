import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { type Line, LineSplitter, maxPiece } from "./lineSplitter.ts"

/** A line is longer than `maxLength` characters. The lines before it were delivered. */
export class LineTooLong extends Data.TaggedError("LineTooLong")<{
  readonly line: number
  readonly maxLength: number
}> {}

/** The longest line unless set, in characters: as `maxSize` of the request options. */
export const defaultMaxLength = 64 * 1024 * 1024

/**
 * Splits a file of UTF-8 into its lines, with their numbers, as the bytes arrive. Lines end with `\n` or `\r\n`, and the last
 * one also at the end of the file. Blank lines are left out but counted. A byte order mark at the start of the file is removed.
 *
 * The lines of a piece of 64 KiB come as one array of the stream. The memory is that of the longest line.
 */
export const linesOf = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  { maxLength = defaultMaxLength }: { readonly maxLength?: number | undefined } = {}
): Stream.Stream<Line, E | LineTooLong, R> =>
  Stream.transformPull(bytes, (pull) => {
    const splitter = new LineSplitter(maxLength)
    let arrived: ReadonlyArray<Uint8Array> = []
    let index = 0
    let offset = 0
    let ended = false

    /** The lines of the bytes that have arrived, up to the first piece that has any. */
    const split = (): ReadonlyArray<Line> => {
      while (splitter.tooLong === undefined && index < arrived.length) {
        const part = arrived[index]!
        const lines = splitter.push(part.subarray(offset, offset + maxPiece))
        offset += maxPiece
        if (offset >= part.length) {
          index++
          offset = 0
        }
        if (lines.length > 0) return lines
      }
      return []
    }

    const next: Pull.Pull<Arr.NonEmptyReadonlyArray<Line>, E | LineTooLong> = Effect.suspend(() => {
      const lines = split()
      if (Arr.isReadonlyArrayNonEmpty(lines)) return Effect.succeed(lines)
      if (splitter.tooLong !== undefined) {
        return Effect.fail(new LineTooLong({ line: splitter.tooLong, maxLength }))
      }
      if (ended) return Cause.done()
      return Pull.matchEffect(pull, {
        onSuccess: (parts) => {
          arrived = parts
          index = 0
          return next
        },
        onFailure: Effect.failCause,
        onDone: () => {
          ended = true
          const last = splitter.end()
          return Arr.isReadonlyArrayNonEmpty(last) ? Effect.succeed(last) : next
        }
      })
    })
    return Effect.succeed(next)
  })
