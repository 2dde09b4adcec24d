import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import { endToEndHeaders } from "../../http/hopByHopHeaders.ts"
import { monotonicTime } from "../../timing/monotonicMillis.ts"
import { exact, textOrBytes } from "../format/bodyEncoding.ts"
import { type Cassette, type CassetteResponse, type How, version } from "../format/cassetteFormat.ts"
import type { RecordedRequest } from "../matching/recordedRequest.ts"
import { clientResponse } from "./clientResponse.ts"

/** The bytes of one network read, and when they arrived. */
interface Read {
  readonly at: number
  readonly bytes: Uint8Array
}

/** An exchange whose response is still being read. */
export interface OpenExchange {
  /** Writes the exchange as it is; later bytes are not recorded. */
  readonly close: Effect.Effect<void>
}

/** Writes recorded exchanges, and keeps track of those that are still open. */
export interface Recorder {
  readonly open: Set<OpenExchange>
  readonly write: (cassette: Cassette) => Effect.Effect<void>
}

/** The largest body that is recorded, in bytes, so that an endless response does not fill the memory. */
const maximumSize = 64 * 1024 * 1024

/**
 * Records the response of `send` while the client reads it.
 *
 * *Details*: bytes that the client does not read are not recorded, and a request that fails without a response leaves
 * no cassette.
 */
export const recordResponse = <E, R>(
  recorder: Recorder,
  request: HttpClientRequest.HttpClientRequest,
  recorded: RecordedRequest,
  send: Effect.Effect<HttpClientResponse.HttpClientResponse, E, R>
): Effect.Effect<HttpClientResponse.HttpClientResponse, E, R> =>
  Effect.gen(function*() {
    const start = yield* monotonicTime
    const response = yield* send
    const head = yield* monotonicTime
    // The length follows from the body. Without the header, a client sees the end of the body only after the cassette
    // is written.
    const { "content-length": _length, ...headers } = endToEndHeaders(response)
    const isStream = isEventStream(headers)
    const reads: Array<Read> = []
    let size = 0
    let how: How = "left"
    let over = false
    const finish = Effect.suspend(() => {
      if (over) return Effect.void
      over = true
      recorder.open.delete(exchange)
      // An interruption during the write must not lose a response that was already given.
      return Effect.uninterruptible(Effect.flatMap(monotonicTime, (end) =>
        recorder.write({
          version,
          request: recorded.request,
          response: {
            status: response.status,
            headers: recorded.redaction.headers(headers),
            after: elapsed(start, head),
            ...bodyAndEnd(reads, recorded, { head, end, how, isStream })
          }
        })))
    })
    const exchange: OpenExchange = { close: finish }
    recorder.open.add(exchange)
    const body = response.stream.pipe(
      Stream.catchIf((error) => error.reason._tag === "EmptyBodyError", () => Stream.empty),
      Stream.tap((bytes) =>
        Effect.flatMap(monotonicTime, (at) => {
          size += bytes.length
          if (over || size > maximumSize) return Effect.void
          reads.push({ at, bytes })
          if (!isStream || !isDone(reads)) return Effect.void
          how = "complete"
          return finish
        })
      ),
      Stream.onEnd(Effect.sync(() => {
        if (size <= maximumSize) how = "complete"
      })),
      Stream.tapError(() =>
        Effect.sync(() => {
          how = "lost"
        })
      ),
      Stream.ensuring(finish)
    )
    if (hasNoBody(response)) {
      how = "complete"
      yield* finish
    }
    return clientResponse(request, {
      status: response.status,
      headers: Headers.fromInput(headers),
      cookies: response.cookies
    }, body)
  })

const hasNoBody = ({ request, status }: HttpClientResponse.HttpClientResponse): boolean =>
  request.method === "HEAD" || status === 204 || status === 304

const isEventStream = (headers: Readonly<Record<string, string>>): boolean =>
  /^(?:text\/event-stream|application\/(?:x-)?(?:ndjson|jsonl))\b/i.test(headers["content-type"] ?? "")

/**
 * Whether the `[DONE]` event has arrived. Many clients stop reading there and send the next request at once, so the
 * cassette is written before they see the event.
 */
const isDone = (reads: ReadonlyArray<Read>): boolean => {
  const tail = reads.slice(-3).map(({ bytes }) => new TextDecoder("latin1").decode(bytes.subarray(-20))).join("")
  return /(?:^|[\r\n])data: ?\[DONE\](?:\r\n\r\n|\n\n|\r\r)$/.test(tail)
}

const bodyAndEnd = (
  reads: ReadonlyArray<Read>,
  { redaction }: RecordedRequest,
  { end, head, how, isStream }: {
    readonly head: number
    readonly end: number
    readonly how: How
    readonly isStream: boolean
  }
): Pick<CassetteResponse, "body" | "end"> => {
  const pieces = redaction.pieces(reads.map(({ bytes }) => bytes))
  if (!isStream) {
    const body = exact(joined(pieces))
    return { ...(body === undefined ? undefined : { body }), end: { after: elapsed(head, end), how } }
  }
  const times = [head, ...reads.map(({ at }) => at)]
  return {
    body: {
      pieces: pieces.map((bytes, index) => ({
        after: elapsed(times[index] ?? head, times[index + 1] ?? head),
        ...textOrBytes(bytes)
      }))
    },
    end: { after: elapsed(times.at(-1) ?? head, end), how }
  }
}

/** Whole milliseconds. */
const elapsed = (from: number, to: number): number => Math.round(to) - Math.round(from)

const joined = (pieces: ReadonlyArray<Uint8Array>): Uint8Array => {
  const all = new Uint8Array(pieces.reduce((size, { length }) => size + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}
