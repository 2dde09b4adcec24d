import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Fault } from "../../Fault.ts"

/** The API's bodies by status, as observed. Other statuses have a body in the form of its other errors. */
const bodies: ReadonlyMap<number, unknown> = new Map<number, unknown>([
  [401, { detail: "Unauthorized" }],
  [404, { detail: "Not Found" }],
  [429, {
    object: "error",
    message: "Rate limit exceeded",
    type: "rate_limited",
    param: null,
    code: "1300",
    raw_status_code: 429
  }],
  [500, {
    object: "error",
    message: "Internal server error",
    type: "internal_server_error",
    param: null,
    code: "1000"
  }],
  [503, {
    object: "error",
    message: "Service tier capacity exceeded for this model.",
    type: "invalid_request_error",
    param: null,
    code: null
  }]
])

/** The body of an error response without a body of its own. */
export const defaultBody = (status: number): unknown =>
  bodies.get(status) ?? { object: "error", message: `Status ${status}`, type: "emulated", param: null, code: null }

/** The response of a `status` fault. */
export const statusResponse = (
  fault: Extract<Fault, { readonly type: "status" }>
): HttpServerResponse.HttpServerResponse => {
  const body = fault.body === undefined ? defaultBody(fault.status) : fault.body
  const options = {
    status: fault.status,
    ...(fault.content_type === undefined ? undefined : { contentType: fault.content_type }),
    ...(fault.retry_after === undefined ? undefined : { headers: { "retry-after": String(fault.retry_after) } })
  }
  return typeof body === "string"
    ? HttpServerResponse.text(body, options)
    : HttpServerResponse.jsonUnsafe(body, options)
}
