import type * as HttpServerRequest from "effect/http/HttpServerRequest"
import type { ProxyOptions } from "../settings/proxyOptions.ts"

/** The paths of the API, with and without `/v1`. Other paths belong to the emulator itself. */
export const isApiPath = (path: string): boolean =>
  /^\/(?:v1|agents|audio|batch|chat|classifications|completions|conversations|embeddings|files|fim|fine_tuning|libraries|models|moderations|observability|ocr|responses)(?:\/|$)/
    .test(path)

/** The URL with dot segments resolved, so that a path cannot leave the API. */
export const placeOf = ({ url }: HttpServerRequest.HttpServerRequest): URL => new URL(url, "http://localhost")

/** Whether a request needs no key of the emulator: it is replayed, or forwarded with the client's own key. */
export const acceptsWithoutKey = (
  { replay, upstream }: ProxyOptions,
  request: HttpServerRequest.HttpServerRequest
): boolean =>
  (replay !== undefined || (upstream !== undefined && upstream.apiKey === undefined)) &&
  isApiPath(placeOf(request).pathname)
