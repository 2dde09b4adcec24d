import type { JobFault } from "../faults/faultTarget.ts"
import { statusBody } from "../http/statusBody.ts"
import { isJsonObject } from "../json/jsonObject.ts"
import type { JobRequest } from "./jobLines.ts"
import type { LineResponse } from "./lineOperations.ts"

/** The result of a request of a job. */
export interface LineResult {
  readonly succeeded: boolean
  /** The line of the output or error file, without its end. */
  readonly line: string
  /** Why the request failed. */
  readonly message: string | undefined
}

/** The id of the result of a request. It is also the correlation id of a completion's event. */
export const resultId = (job: string, position: number): string => `batch-${job}-${position}`

/** Makes the result of a request from its response. */
export const lineResult = (id: string, request: JobRequest, { json, status }: LineResponse): LineResult => {
  const succeeded = status < 400
  const message = succeeded ? undefined : errorMessage(JSON.parse(json), status)
  return {
    succeeded,
    message,
    line: `{"id":${JSON.stringify(id)},"custom_id":${JSON.stringify(request.custom_id)},` +
      `"response":{"status_code":${status},"body":${json}},` +
      `"error":${message === undefined ? "null" : JSON.stringify({ message })}}`
  }
}

/** The response that a fault of the job gives to a request; `undefined` if it applies to none or to others. */
export const faultyLine = (
  fault: JobFault | undefined,
  request: JobRequest,
  position: number
): LineResponse | undefined => {
  if (fault?.type !== "batch_line_errors") return undefined
  const { custom_ids, every = 1 } = fault
  const applies = custom_ids === undefined
    ? (position + 1) % every === 0
    : request.custom_id !== null && custom_ids.includes(request.custom_id)
  if (!applies) return undefined
  const status = fault.status ?? 500
  return { status, json: JSON.stringify(fault.body === undefined ? statusBody(status) : fault.body) }
}

/** The longest message that a job shows. */
const longest = 200

/** The sentence of an error body, in any of the API's forms. */
const errorMessage = (body: unknown, status: number): string => {
  const said = sentence(body) ?? `Status ${status}`
  return said.length <= longest ? said : `${said.slice(0, longest)}...`
}

const sentence = (body: unknown): string | undefined => {
  if (typeof body === "string") return body === "" ? undefined : body
  if (Array.isArray(body)) return body.length === 0 ? undefined : problems(body)
  if (!isJsonObject(body)) return undefined
  return sentence(body["message"]) ?? sentence(body["detail"])
}

/** The problems of a request that is not valid: places and reasons, never values. */
const problems = (list: ReadonlyArray<unknown>): string | undefined => {
  const [first] = list
  if (!isJsonObject(first) || typeof first["msg"] !== "string") return undefined
  const place = Array.isArray(first["loc"]) ? first["loc"].join(".") : "body"
  return `${place}: ${first["msg"]}${list.length === 1 ? "" : ` (and ${list.length - 1} more)`}`
}
