import type * as Completion from "@effect-mistral/core/Completion"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type { ResponseMetadata } from "@effect-mistral/core/ResponseMetadata"
import type * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Pull from "effect/Pull"
import * as Stream from "effect/Stream"
import { aiError, fromMistralError, type Place } from "../error/aiError.ts"
import { type ResponseContext, ResponseParts } from "../response/responseParts.ts"

type PartsPull = Pull.Pull<Arr.NonEmptyReadonlyArray<Response.StreamPartEncoded>, AiError.AiError>

/**
 * Converts the chunks of a completion to parts, one array for each array of chunks. The last parts follow the end of the
 * chunks. Where the chunks fail, the open blocks end first, then the stream fails. `onFailure` is called with the error.
 *
 * One stage does all of it, because each stage of a `Stream` costs more than the conversion of a chunk.
 */
export const streamParts = (
  place: Place,
  chunks: Stream.Stream<Completion.Chunk, MistralError>,
  context: ResponseContext,
  head: () => ResponseMetadata | undefined,
  onFailure: (error: AiError.AiError) => void
): Stream.Stream<Response.StreamPartEncoded, AiError.AiError> =>
  Stream.transformPull(
    chunks,
    (pull) => Effect.sync(() => partsPull(place, pull, new ResponseParts(context), head, onFailure))
  )

const partsPull = (
  place: Place,
  pull: Pull.Pull<Arr.NonEmptyReadonlyArray<Completion.Chunk>, MistralError>,
  response: ResponseParts,
  head: () => ResponseMetadata | undefined,
  onFailure: (error: AiError.AiError) => void
): PartsPull => {
  /** The end of the stream after its last parts. */
  let end: PartsPull | undefined

  const emit = (parts: Array<Response.StreamPartEncoded>): PartsPull =>
    Arr.isArrayNonEmpty(parts) ? Effect.succeed(parts) : end ?? next

  const fail = (parts: Array<Response.StreamPartEncoded>, error: AiError.AiError): PartsPull => {
    onFailure(error)
    response.close(parts)
    end = Effect.fail(error)
    return emit(parts)
  }

  const next: PartsPull = Pull.matchEffect(pull, {
    onSuccess: (chunks) => {
      const parts: Array<Response.StreamPartEncoded> = []
      for (const chunk of chunks) response.add(chunk, parts)
      return emit(parts)
    },
    onDone: () => {
      const parts: Array<Response.StreamPartEncoded> = []
      const reason = response.end(parts, head())
      if (reason !== undefined) return fail(parts, aiError(place, reason))
      end = Cause.done()
      return emit(parts)
    },
    onFailure: (cause) => {
      const error = cause.reasons.find(Cause.isFailReason)?.error
      return error === undefined
        // The cast is safe: the cause has no typed error.
        ? Effect.failCause(cause as Cause.Cause<never>)
        : fail([], fromMistralError(place, error))
    }
  })

  return Effect.suspend(() => end ?? next)
}
