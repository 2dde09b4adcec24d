import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Tracer from "effect/Tracer"
import type { Bytes } from "../../ByteSource.ts"
import { InvalidResponse, type MistralError } from "../../MistralError.ts"
import * as RetryPolicy from "../../RetryPolicy.ts"
import type { Sender } from "../attempt/attempt.ts"
import { sendWithRetry } from "../attempt/sendWithRetry.ts"
import { timeoutError } from "../request/call.ts"
import type { OpenResponse } from "../response/bodyReader.ts"
import { withinDeadline } from "../timeout/attemptTimeouts.ts"
import type { OpenStream, StreamedCall } from "./streamResponse.ts"

/**
 * Reads the bytes of a response that is the same each time. If it breaks off, the request is sent again under the retry
 * policy, and the bytes that were delivered before are left out.
 *
 * The policy limits the failures in a row: each new byte starts it anew.
 */
export const resumeBytes = (
  sender: Sender,
  { call, resources }: StreamedCall,
  first: OpenResponse
): OpenStream<Uint8Array> => {
  const { retry } = call.options
  const length = first.header("content-length")
  const coding = first.header("content-encoding")
  /** It is `undefined` while the request is sent again. */
  let response: OpenResponse | undefined = first
  let delivered = 0
  /** The number of bytes of the current response that were delivered out of an earlier one. */
  let known = 0

  const unknownOf = (bytes: Bytes): ReadonlyArray<Uint8Array> => {
    const parts: Array<Uint8Array> = []
    for (const part of bytes) {
      const skipped = Math.min(known, part.length)
      known -= skipped
      if (skipped < part.length) parts.push(skipped === 0 ? part : part.subarray(skipped))
    }
    return parts
  }

  const changed = ({ requestId, status }: OpenResponse, description: string) =>
    Effect.fail(call.error(
      new InvalidResponse({
        kind: "changed",
        status,
        description: `the content has changed since the connection was lost: ${description}`,
        issues: [],
        chunks: call.progress.chunks,
        requestId
      })
    ))

  const readFrom = (current: OpenResponse): Pull.Pull<Bytes, MistralError> =>
    current.body.readUntil((bytes) => {
      if (bytes === undefined) {
        return known === 0 ? undefined : changed(current, `${delivered} bytes then, ${delivered - known} now`)
      }
      const parts = unknownOf(bytes)
      if (!Arr.isReadonlyArrayNonEmpty(parts)) return undefined
      for (const part of parts) delivered += part.length
      call.progress.chunks += parts.length
      return Effect.succeed(parts)
    })

  /** An interruption does not lose the new response, because it is assigned while it is opened. */
  const reopen = Effect.suspend(() => {
    const broken = response
    response = undefined
    const sent = sendWithRetry(sender, call, resources, (opened) => {
      const now = opened.header("content-length")
      if (length !== undefined && now !== undefined && now !== length && opened.header("content-encoding") === coding) {
        return changed(opened, `${length} bytes then, ${now} now`)
      }
      known = delivered
      response = opened
      return Effect.void
    })
    return broken === undefined ? sent : Effect.andThen(broken.close, sent)
  })

  const read = Effect.suspend(() => response === undefined ? reopened : readFrom(response))
  const reopened: Pull.Pull<Bytes, MistralError> = Effect.flatMap(reopen, () => readFrom(response!))
  /** The request that is sent again has been retried already when it fails. */
  const policy: RetryPolicy.RetryPolicy = {
    ...retry,
    while: (error) => response !== undefined && error.isRetryable && retry.while(error)
  }

  const resume = (error: MistralError): Pull.Pull<Bytes, MistralError> => {
    // The retry ends with the end of the bytes, too, which is no failure of it.
    const attempt = Pull.catchDone(reopened, () => Effect.succeed(undefined))
    const retried = Effect.provideService(
      RetryPolicy.retryFailed(error, attempt, policy, { onRetry: resources.onRetry }),
      Tracer.ParentSpan,
      resources.span
    )
    return Effect.flatMap(
      withinDeadline(retried, resources.deadline!, (expired) => timeoutError(call, expired)),
      (bytes) => bytes === undefined ? Cause.done() : Effect.succeed(bytes)
    )
  }

  return {
    next: Effect.catchIf(read, (error) => !Cause.isDone(error), resume),
    release: Effect.suspend(() => response?.close ?? Effect.void)
  }
}
