import * as Effect from "effect/Effect"
import * as HttpBody from "effect/http/HttpBody"
import * as HttpClientError from "effect/http/HttpClientError"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { comparable } from "../format/bodyEncoding.ts"
import type { CassetteRequest } from "../format/cassetteFormat.ts"
import { makeRedaction, type Redaction, secretsOf } from "./redaction.ts"

/** A request as a cassette stores it, and the redaction of its secrets for the response. */
export interface RecordedRequest {
  readonly request: CassetteRequest
  readonly redaction: Redaction
}

/** The request headers that are stored. Others describe the caller, not the request. */
const kept = ["accept", "content-type"]

/** Makes the stored form of a request: relevant headers, the body as a value, secrets redacted. */
export const recordedRequest = (
  request: HttpClientRequest.HttpClientRequest,
  options: { readonly secrets: ReadonlyArray<string>; readonly headers: ReadonlyArray<string> }
): RecordedRequest => {
  const url = Option.getOrUndefined(HttpClientRequest.toUrl(request)) ?? new URL(request.url, "http://localhost")
  const redaction = makeRedaction([...options.secrets, ...secretsOf(request.headers, url)])
  const names = new Set([...kept, ...options.headers.map((name) => name.toLowerCase())])
  const headers = Object.fromEntries(
    Object.entries(request.headers).filter(([name]) => names.has(name)).sort(([a], [b]) => a < b ? -1 : 1)
  )
  // The boundary of a form is random, so it is replaced by a constant.
  const [, drawn] = /;\s*boundary="?([^";]+)/i.exec(headers["content-type"] ?? "") ?? []
  const boundary = makeRedaction(drawn === undefined ? [] : [drawn], "boundary")
  const [bytes = empty] = boundary.pieces(redaction.pieces([bytesIn(request)]))
  const body = comparable(bytes)
  return {
    redaction,
    request: {
      method: request.method,
      path: redaction.path(url.pathname + url.search),
      headers: boundary.headers(redaction.headers(headers)),
      ...(body === undefined ? undefined : { body })
    }
  }
}

const empty = new Uint8Array()

const bytesIn = ({ body }: HttpClientRequest.HttpClientRequest): Uint8Array =>
  body._tag === "Uint8Array" ? body.body : empty

/** Reads the body of a request into memory, because it is compared and may then be sent. */
export const bufferBody = (
  request: HttpClientRequest.HttpClientRequest
): Effect.Effect<HttpClientRequest.HttpClientRequest, HttpClientError.HttpClientError> => {
  const { body } = request
  const read = body._tag === "Stream"
    ? Effect.map(Stream.mkUint8Array(body.stream), (bytes) => HttpBody.uint8Array(bytes, body.contentType))
    : body._tag === "Raw" || body._tag === "FormData"
    ? Effect.tryPromise(async () => {
      const response = new Response(body._tag === "Raw" ? body.body as BodyInit : body.formData)
      const type = body.contentType ?? response.headers.get("content-type") ?? undefined
      return HttpBody.uint8Array(new Uint8Array(await response.arrayBuffer()), type)
    })
    : undefined
  return read === undefined ? Effect.succeed(request) : read.pipe(
    Effect.mapError((cause) =>
      new HttpClientError.HttpClientError({ reason: new HttpClientError.EncodeError({ request, cause }) })
    ),
    Effect.map((body) => HttpClientRequest.setBody(request, body))
  )
}
