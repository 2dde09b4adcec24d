import type { MistralError } from "../../MistralError.ts"
import * as Reason from "../../MistralErrorReason.ts"
import type { Call } from "../request/call.ts"
import type { OpenResponse } from "./bodyReader.ts"

/** The error of a response that cannot be used. */
export const invalidResponse = (
  call: Call,
  response: Pick<OpenResponse, "status" | "requestId">,
  kind: Reason.InvalidResponse["kind"],
  description: string,
  issues: ReadonlyArray<Reason.Issue> = []
): MistralError =>
  call.error(
    new Reason.InvalidResponse({
      kind,
      status: response.status,
      description,
      issues,
      chunks: call.progress.chunks,
      requestId: response.requestId
    })
  )

/** The error of a body or an event with more characters than `maxSize`. */
export const tooLarge = (
  call: Call,
  response: Pick<OpenResponse, "status" | "requestId">,
  what: "body" | "event"
): MistralError =>
  invalidResponse(
    call,
    response,
    "tooLarge",
    `${what === "event" ? "an" : "a"} ${what} of more than ${call.options.maxSize} characters`
  )

/** Describes a text that was expected to be JSON. */
export const describeNotJson = (
  response: Pick<OpenResponse, "contentType">,
  text: string
): [kind: "contentType" | "json", description: string] => {
  const type = response.contentType
  if (/^\s*</.test(text) || (type !== undefined && /\bhtml\b/i.test(type))) return ["contentType", "an HTML page"]
  return type === undefined || /\bjson\b|event-stream/i.test(type)
    ? ["json", text.trim() === "" ? "an empty body" : "text that is not JSON"]
    : ["contentType", `content of type ${type.split(";")[0]}`]
}
