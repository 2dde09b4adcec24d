import * as Headers from "effect/http/Headers"
import type { ResponseMetadata } from "../../ResponseMetadata.ts"
import type { Call } from "../request/call.ts"
import type { OpenResponse } from "./bodyReader.ts"

/** Reads one header. Names are in lower case. */
export type HeaderReader = (name: string) => string | undefined

/** The id under which the server knows a request. */
export const requestId = (header: HeaderReader): string | undefined =>
  header("mistral-correlation-id") ?? header("x-kong-request-id") ?? header("x-request-id")

/** The `x-ratelimit-*` headers of a response, if it has any. */
export const rateLimits = (
  headers: Readonly<Record<string, string | undefined>>
): Record<string, string> | undefined => {
  const limits = Object.entries(headers).flatMap(([name, value]) =>
    name.startsWith("x-ratelimit-") && value !== undefined ? [[name, value] as const] : []
  )
  return limits.length === 0 ? undefined : Object.fromEntries(limits)
}

/**
 * The head of a good response, without the secrets of its call. All its headers are looked through only where a program reads
 * them: most read the limits or the id, and to look through the others takes 20 microseconds.
 */
export const responseMetadata = (call: Call, response: OpenResponse): ResponseMetadata => {
  const received = response.headers()
  const scrubbed = (wanted: (name: string) => boolean): Record<string, string> => {
    const headers: Record<string, string> = {}
    for (const [name, value = ""] of Object.entries(received)) if (wanted(name)) headers[name] = call.scrubHeader(value)
    return headers
  }
  const id = requestId((name) => received[name])
  let headers: Headers.Headers | undefined
  return {
    status: response.status,
    requestId: id === undefined ? undefined : call.scrubHeader(id),
    rateLimits: rateLimits(scrubbed((name) => name.startsWith("x-ratelimit-"))),
    get headers() {
      return headers ??= Headers.fromRecordUnsafe(scrubbed(() => true))
    }
  }
}
