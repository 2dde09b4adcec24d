import * as Effect from "effect/Effect"
import * as Headers from "effect/http/Headers"
import type * as HttpClientRequest from "effect/http/HttpClientRequest"
import type * as HttpClientResponse from "effect/http/HttpClientResponse"
import * as Stream from "effect/Stream"
import { scheduled } from "../../timing/schedule.ts"
import { bytesOf } from "../format/bodyEncoding.ts"
import { type CassetteResponse, redacted } from "../format/cassetteFormat.ts"
import { clientResponse } from "./clientResponse.ts"

/**
 * Replays the response of a cassette: head, pieces and end at their recorded times, divided by `speed`, or at once if
 * `speed` is 0.
 */
export const replayResponse = Effect.fnUntraced(function*(
  request: HttpClientRequest.HttpClientRequest,
  response: CassetteResponse,
  speed: number
): Effect.fn.Return<HttpClientResponse.HttpClientResponse> {
  const scaled = (millis: number) => speed > 0 ? millis / speed : 0
  const wait = scaled(response.after)
  if (wait > 0) yield* Effect.sleep(wait)
  const whole = response.body !== undefined && !("pieces" in response.body) ? bytesOf(response.body) : undefined
  const headers = Object.fromEntries(Object.entries(response.headers).filter(([, value]) => value !== redacted))
  if (whole !== undefined && response.end.how === "complete") headers["content-length"] = String(whole.length)
  return clientResponse(
    request,
    { status: response.status, headers: Headers.fromInput(headers) },
    bodyOf(response, whole, scaled)
  )
})

const bodyOf = (
  { body, end }: CassetteResponse,
  whole: Uint8Array | undefined,
  scaled: (millis: number) => number
): Stream.Stream<Uint8Array, Error> => {
  let due = 0
  const at = (after: number, bytes: Uint8Array) => ({ due: scaled(due += after), bytes })
  const pieces = body !== undefined && "pieces" in body
    ? body.pieces.map((piece) => at(piece.after, bytesOf(piece)))
    : []
  const last = at(end.after, whole ?? new Uint8Array())
  return scheduled([...pieces, last], (item) => item.due).pipe(
    Stream.map(({ bytes }) => bytes),
    Stream.filter((bytes) => bytes.length > 0),
    end.how === "complete" ? (all) => all : Stream.concat(Stream.fail(new Error("The connection was lost")))
  )
}
