import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type { Fault } from "../../Fault.ts"
import { statusBody } from "../http/statusBody.ts"

/** The response of a `status` fault. */
export const statusResponse = (
  fault: Extract<Fault, { readonly type: "status" }>
): HttpServerResponse.HttpServerResponse => {
  const body = fault.body === undefined ? statusBody(fault.status) : fault.body
  const options = {
    status: fault.status,
    ...(fault.content_type === undefined ? undefined : { contentType: fault.content_type }),
    ...(fault.retry_after === undefined ? undefined : { headers: { "retry-after": String(fault.retry_after) } })
  }
  return typeof body === "string"
    ? HttpServerResponse.text(body, options)
    : HttpServerResponse.jsonUnsafe(body, options)
}
