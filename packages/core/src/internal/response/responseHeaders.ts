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

/** The head of a good response, without the secrets of its call. */
export const responseMetadata = (call: Call, response: OpenResponse): ResponseMetadata => {
  const headers: Record<string, string> = {}
  for (const [name, value = ""] of Object.entries(response.headers())) headers[name] = call.scrubHeader(value)
  return {
    status: response.status,
    requestId: requestId((name) => headers[name]),
    rateLimits: rateLimits(headers),
    headers: Headers.fromRecordUnsafe(headers)
  }
}
