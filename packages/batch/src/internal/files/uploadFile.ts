import type * as MistralClient from "@effect-mistral/core/MistralClient"
import type { Issue, MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import * as Cause from "effect/Cause"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as BatchEndpoint from "../../BatchEndpoint.ts"
import type * as File from "../../File.ts"
import { contentTypeOf } from "./contentType.ts"
import { brokenOff, invalidUpload, type Source, uploadSource } from "./uploadSource.ts"

/** Uploads a file. The errors and the requirements of its content are those of the effect. */
export const uploadFile = <E, R>(
  client: MistralClient.Service,
  upload: File.Upload<E, R>,
  maxBytes: number,
  options: RequestOptions.RequestOptions | undefined
): Effect.Effect<File.File, MistralError | E, R> =>
  Effect.contextWith((context: Context.Context<R>) => {
    const source = uploadSource(upload)
    const issues = "bytes" in source ? issuesOf(upload, source, maxBytes) : source
    if (!("bytes" in source) || issues.length > 0) return Effect.fail(invalidUpload(issues))
    const sent = sentContent(source, contentKey(upload), maxBytes)
    const request: File.UploadRequest = {
      file: {
        name: upload.name,
        content: Stream.provideContext(sent.content, context),
        size: source.size,
        contentType: upload.contentType ?? (source.contentType || contentTypeOf(upload.name))
      },
      expiry: upload.expiry,
      purpose: upload.purpose,
      visibility: upload.visibility
    }
    const response = client.request(
      BatchEndpoint.uploadFile,
      request,
      source.once === true ? { ...options, retry: RetryPolicy.none } : options
    )
    return Effect.matchCauseEffect(response, {
      // A server may respond before it has read everything.
      onSuccess: (file) => sent.failure() ?? Effect.succeed(file),
      onFailure: (cause) =>
        Cause.hasInterruptsOnly(cause) ? Effect.failCause(cause) : sent.failure() ?? Effect.failCause(cause)
    })
  })

/** 512 MB, as the API counts it at most. */
export const defaultMaxBytes = 512 * 1024 * 1024

const contentKey = ({ lines }: File.Upload<unknown, unknown>) => lines === undefined ? "content" : "lines"

/** What can be found wrong before anything is sent. */
const issuesOf = (
  upload: File.Upload<unknown, unknown>,
  { size }: Source<unknown, unknown>,
  maxBytes: number
): ReadonlyArray<Issue> => {
  const { contentType, name, size: announced } = upload
  const issues: Array<Issue> = []
  const check = (holds: boolean, key: string, message: string) => void (holds || issues.push({ path: [key], message }))
  check(
    typeof name === "string" && name !== "" && !/\p{Cs}/u.test(name),
    "name",
    "Expected well-formed text that is not empty"
  )
  check(contentType === undefined || /^[!-~][\t -~]*$/.test(contentType), "contentType", "Expected a media type")
  check(
    announced === undefined || Number.isSafeInteger(announced) && announced >= 0,
    "size",
    "Expected a number of bytes"
  )
  if (issues.length > 0 || size === undefined) return issues
  check(announced === undefined || announced === size, "size", `Expected ${size}, which is the number of bytes`)
  check(size > 0, contentKey(upload), emptyFile)
  check(size <= maxBytes, contentKey(upload), tooLarge(maxBytes, `${size}`))
  return issues
}

const emptyFile = "Expected at least one byte"

const tooLarge = (maxBytes: number, got: string) => `Expected at most ${maxBytes} bytes, got ${got}`

/**
 * The content of an upload as it is sent, once for each attempt, and the failure of the last attempt's content: that of its
 * stream, or of a check that could not be made before.
 */
const sentContent = <E, R>({ bytes, once, size }: Source<E, R>, key: string, maxBytes: number) => {
  let failure: Effect.Effect<never, MistralError | E> | undefined
  /** The number of bytes that the attempts so far have read at most, and whether that was all of them. */
  let most: number | undefined
  let wasWhole = false

  const attempt = (): Stream.Stream<Uint8Array, MistralError | E, R> => {
    const before = most
    if (before !== undefined && once === true) return Stream.fromEffect(brokenOff([key], readsOnce))
    let count = 0
    most = before ?? 0
    const sized = size === undefined ? "" : `${size} bytes, which is its size`
    const counted = Stream.mapArrayEffect(bytes, (pieces) => {
      for (const piece of pieces) count += piece.length
      most = Math.max(most ?? 0, count)
      if (size !== undefined && count > size) return brokenOff(["size"], `Expected ${sized}, got more`)
      return count > maxBytes ? brokenOff([key], tooLarge(maxBytes, "more")) : Effect.succeed(pieces)
    })
    const ended = Effect.suspend((): Effect.Effect<unknown, MistralError> => {
      if (before !== undefined && (wasWhole ? count !== before : count < before)) {
        return brokenOff([key], `${runsOnce}: ${count} bytes now, ${before} before`)
      }
      wasWhole = true
      if (size !== undefined && count < size) return brokenOff(["size"], `Expected ${sized}, got ${count}`)
      return count === 0 ? brokenOff([key], emptyFile) : Effect.void
    })
    return Stream.concat(counted, Stream.fromEffectDrain(ended))
  }

  const content = Stream.suspend(() => {
    failure = undefined
    return Stream.tapCause(attempt(), (cause) =>
      Effect.sync(() => {
        // A stream that is interrupted is one whose request has ended for another reason.
        if (!Cause.hasInterruptsOnly(cause)) failure = Effect.failCause(cause)
      }))
  })
  return { content, failure: () => failure }
}

const readsOnce = "The request must be sent again, but an iterator can be read only once. Give an array or a Stream"

const runsOnce = "The request was sent again, and its content was not the same. A Stream that runs only once needs " +
  "`retry: RetryPolicy.none`"
