import * as NodeStream from "@effect/platform-node/NodeStream"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type { HttpClientRequest } from "effect/http/HttpClientRequest"
import * as Stream from "effect/Stream"
import { Readable } from "node:stream"
import type { RequestBody } from "./dispatch.ts"

/** The body of a request in the form undici sends, and the headers that belong to it. */
export interface SentBody {
  readonly content: RequestBody | null
  readonly headers: Headers.Headers
  /** Why the request's own `Stream` has failed. It is `undefined` as long as it has not. */
  readonly failure: Cause.Cause<unknown> | undefined
}

/** Ends a stream that is not to be sent any more. Undici would do it only once the request had a connection. */
export const closeBody = ({ content }: SentBody): void => {
  if (content instanceof Readable) content.destroy()
}

/**
 * Makes the body of a request. A `Stream` is read as fast as the socket takes it, and interrupted when the request ends,
 * fails or is cancelled.
 */
export const makeRequestBody = ({ body, headers }: HttpClientRequest): Effect.Effect<SentBody> => {
  switch (body._tag) {
    case "Empty":
      return Effect.succeed({ content: null, headers, failure: undefined })
    case "Uint8Array":
      return Effect.succeed({ content: body.body, headers, failure: undefined })
    case "Raw":
      // Undici says which kinds it does not send.
      return Effect.succeed({ content: body.body as RequestBody, headers, failure: undefined })
    case "FormData":
      return Effect.map(loadUndici, (undici) => {
        const content = new undici.FormData()
        for (const [name, value] of body.formData) content.append(name, value)
        // Undici adds the content type, because it chooses the boundary.
        return { content, headers: Headers.remove(headers, "content-type"), failure: undefined }
      })
    case "Stream": {
      let failure: SentBody["failure"]
      const stream = Stream.tapCause(body.stream, (cause) =>
        Effect.sync(() => {
          // A stream that was interrupted is one whose request has ended for another reason.
          if (!Cause.hasInterruptsOnly(cause)) failure = cause
        }))
      return Effect.map(NodeStream.toReadable(stream), (content) => ({
        content,
        headers,
        get failure() {
          return failure
        }
      }))
    }
  }
}

// The class of a form must be that of the undici that sends it, which the dispatcher has loaded.
const loadUndici = Effect.promise(() => import("@effect/platform-node/Undici"))
