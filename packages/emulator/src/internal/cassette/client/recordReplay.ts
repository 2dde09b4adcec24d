import * as Effect from "effect/Effect"
import type * as FileSystem from "effect/FileSystem"
import * as Headers from "effect/http/Headers"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { badRequest } from "../../http/errorResponse.ts"
import type { CassetteError } from "../format/cassetteError.ts"
import { makeExchangeMatcher } from "../matching/exchangeMatcher.ts"
import { recordedRequest } from "../matching/recordedRequest.ts"
import { type EarlierRecordings, loadCassettes, makeCassetteWriter } from "../storage/cassetteStore.ts"
import { clientResponse } from "./clientResponse.ts"
import { type OpenExchange, recordResponse } from "./recorder.ts"
import { replayResponse } from "./replay.ts"

/** Replays recorded exchanges and records new ones. */
export interface RecordReplay {
  /** Gives the recorded response to a request, or `undefined` if there is no recording. */
  readonly replay: (
    request: HttpClientRequest.HttpClientRequest
  ) => Effect.Effect<HttpClientResponse.HttpClientResponse | undefined>
  /** Sends a request, and records the exchange while the response is read. */
  readonly record: <E, R>(
    request: HttpClientRequest.HttpClientRequest,
    send: Effect.Effect<HttpClientResponse.HttpClientResponse, E, R>
  ) => Effect.Effect<HttpClientResponse.HttpClientResponse, E, R>
  /** Builds the 404 response to a request that has no recording. */
  readonly miss: (request: HttpClientRequest.HttpClientRequest) => HttpClientResponse.HttpClientResponse
}

/** Where cassettes are read and written, and how requests are compared. */
export interface Options {
  /** The directory that recordings are read from. */
  readonly from?: string | undefined
  /** The directory that recordings are written to. */
  readonly into?: string | undefined
  readonly earlier?: EarlierRecordings | undefined
  readonly speed?: number | undefined
  readonly ignore?: ReadonlyArray<string> | undefined
  readonly secrets?: ReadonlyArray<string> | undefined
  readonly headers?: ReadonlyArray<string> | undefined
}

/**
 * Loads the cassettes of a directory. When the scope closes, exchanges that are still being recorded are written as
 * they are.
 */
export const makeRecordReplay = Effect.fnUntraced(function*(
  options: Options
): Effect.fn.Return<RecordReplay, CassetteError, FileSystem.FileSystem | Scope.Scope> {
  const { from, into, ignore = [], speed = 1 } = options
  const recorded = (request: HttpClientRequest.HttpClientRequest) =>
    recordedRequest(request, { secrets: options.secrets ?? [], headers: options.headers ?? [] })

  const writer = into === undefined ? undefined : yield* makeCassetteWriter(into, options.earlier ?? "replace")
  const matcher = makeExchangeMatcher(from === undefined ? [] : yield* loadCassettes(from), ignore)
  const open = new Set<OpenExchange>()
  yield* Effect.addFinalizer(() => Effect.forEach([...open], ({ close }) => close, { discard: true }))

  return {
    replay: (request) =>
      Effect.suspend(() => {
        const response = matcher.next(recorded(request).request)
        return response === undefined ? Effect.undefined : replayResponse(request, response, speed)
      }),
    record: (request, send) =>
      writer === undefined ? send : Effect.suspend(() =>
        recordResponse(
          {
            open,
            write: (cassette) =>
              writer.write(cassette).pipe(
                Effect.map(matcher.add),
                // The response has already been sent, so the failure can only be logged.
                Effect.catch((error) => Effect.logError(`The exchange was not recorded: ${error.message}`))
              )
          },
          request,
          recorded(request),
          send
        )
      ),
    miss: (request) => {
      const { body, status } = badRequest({
        status: 404,
        type: "cassette_not_found",
        message: matcher.explain(recorded(request).request)
      })
      const bytes = new TextEncoder().encode(JSON.stringify(body))
      return clientResponse(request, {
        status,
        headers: Headers.fromInput({ "content-type": "application/json", "content-length": String(bytes.length) })
      }, Stream.make(bytes))
    }
  }
})
