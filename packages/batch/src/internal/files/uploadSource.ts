import * as MistralError from "@effect-mistral/core/MistralError"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as BatchEndpoint from "../../BatchEndpoint.ts"
import type { Upload } from "../../File.ts"
import { toPieces } from "./pieces.ts"

/** The bytes of an upload, in pieces. */
export interface Source<E, R> {
  readonly bytes: Stream.Stream<Uint8Array, E | MistralError.MistralError, R>
  /** The number of bytes, if it is known before they are read. */
  readonly size: number | undefined
  /** The media type that the content itself has. */
  readonly contentType?: string | undefined
  /** Whether the bytes can be read only once. */
  readonly once?: boolean
}

/** The source of an upload, or the places where it is none. */
export const uploadSource = <E, R>(upload: Upload<E, R>): Source<E, R> | ReadonlyArray<MistralError.Issue> => {
  const { content, lines } = upload
  if (content !== undefined && lines !== undefined) return issue([], "Expected either content or lines, got both")
  if (lines !== undefined) return sourceOfLines(lines)
  if (typeof content === "string") {
    return halfOfPair.test(content)
      ? issue(["content"], "Expected well-formed text")
      : sourceOfBytes(new TextEncoder().encode(content))
  }
  if (content instanceof Uint8Array) return sourceOfBytes(content)
  if (content instanceof Blob) {
    return { bytes: toPieces(streamOfBlob(content), (bytes) => bytes), size: content.size, contentType: content.type }
  }
  if (!Stream.isStream(content)) return issue(["content"], "Expected text, bytes, a Blob or a Stream of bytes")
  return { bytes: toPieces(content, toBytes), size: upload.size }
}

/** The error of an upload, which is `incomplete` where a part of it may have been sent. */
export const invalidUpload = (
  issues: ReadonlyArray<MistralError.Issue>,
  incomplete?: true
): MistralError.MistralError =>
  MistralError.make(BatchEndpoint.uploadFile, new MistralError.InvalidRequest({ issues, incomplete }))

/** The failure of an upload that was found wrong while it was sent. */
export const brokenOff = (
  path: MistralError.Issue["path"],
  message: string
): Effect.Effect<never, MistralError.MistralError> => Effect.fail(invalidUpload([{ path, message }], true))

const issue = (
  path: MistralError.Issue["path"],
  message: string
): ReadonlyArray<MistralError.Issue> => [{ path, message }]

const sourceOfBytes = (bytes: Uint8Array): Source<never, never> => ({
  bytes: toPieces(Stream.succeed(bytes), (bytes) => bytes),
  size: bytes.length
})

const toBytes = (bytes: unknown) =>
  bytes instanceof Uint8Array ? bytes : brokenOff(["content"], "Expected a Stream of bytes (Uint8Array)")

const streamOfBlob = (blob: Blob): Stream.Stream<Uint8Array, MistralError.MistralError> =>
  Stream.fromReadableStream({
    evaluate: () => blob.stream(),
    // Such as a Blob of a file that was changed since.
    onError: (error) =>
      invalidUpload([{
        path: ["content"],
        message: `The Blob could not be read: ${Object(error).name ?? "no details"}`
      }], true)
  })

const sourceOfLines = <E, R>(
  lines: NonNullable<Upload<E, R>["lines"]>
): Source<E, R> | ReadonlyArray<MistralError.Issue> => {
  if (Stream.isStream(lines)) return { bytes: bytesOfLines(lines), size: undefined }
  if (typeof lines === "string" || !Predicate.isIterable(lines)) {
    return issue(["lines"], "Expected a Stream or an Iterable of texts, one for each line")
  }
  // Few at a time, because lines may be long.
  const bytes = bytesOfLines(Stream.fromIterable(lines, { chunkSize: 16 }))
  if (!Array.isArray(lines)) return { bytes, size: undefined, once: Object.is(lines[Symbol.iterator](), lines) }
  let size = 0
  for (const [index, line] of lines.entries()) {
    const problem = problemOfLine(line)
    if (problem !== undefined) return issue(["lines", index], lineMessage(index + 1, problem))
    size += utf8Length(line) + 1
  }
  return { bytes, size }
}

const bytesOfLines = <E, R>(
  lines: Stream.Stream<string, E, R>
): Stream.Stream<Uint8Array, E | MistralError.MistralError, R> =>
  Stream.suspend(() => {
    const encoder = new TextEncoder()
    let index = -1
    return toPieces(lines, (line) => {
      index++
      const problem = problemOfLine(line)
      return problem === undefined
        ? encoder.encode(`${line}\n`)
        : brokenOff(["lines", index], lineMessage(index + 1, problem))
    })
  })

const lineMessage = (number: number, problem: string) => `Line ${number}: expected ${problem}`

const problemOfLine = (line: unknown): string | undefined =>
  typeof line !== "string"
    ? "text"
    : lineBreak.test(line)
    ? "text without a line break, which would make two lines of it"
    : halfOfPair.test(line)
    ? "well-formed text"
    : undefined

const lineBreak = /[\n\r]/

/** Half of a surrogate pair: UTF-8 cannot express it. */
const halfOfPair = /\p{Cs}/u

/** The number of bytes of well-formed text in UTF-8. */
const utf8Length = (text: string): number => {
  let length = text.length
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index)
    // Each half of a surrogate pair counts 2 of the 4 bytes.
    if (unit > 0x7f) length += unit > 0x7ff && (unit & 0xf800) !== 0xd800 ? 2 : 1
  }
  return length
}
