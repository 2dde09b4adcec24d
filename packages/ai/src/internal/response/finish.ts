import type { ResponseMetadata } from "@effect-mistral/core/ResponseMetadata"
import type * as Response from "effect/ai/Response"

/** Converts the reason why the model stopped. The reason as the server sent it is in the metadata. */
export const toFinishReason = (reason: string | null | undefined): Response.FinishReason => {
  switch (reason) {
    case null:
    case undefined:
    case "":
      return "unknown"
    case "stop":
      return "stop"
    case "tool_calls":
    case "function_call":
      return "tool-calls"
    case "length":
    case "model_length":
      return "length"
    case "content_filter":
    case "content-filter":
    case "content_filtered":
      return "content-filter"
    case "error":
      return "error"
  }
  return "other"
}

/** The head of the HTTP response, without the headers that are secret. */
export const toHttpResponse = (head: ResponseMetadata): NonNullable<Response.FinishPartEncoded["response"]> => ({
  status: head.status,
  headers: Object.fromEntries(
    Object.entries(head.headers).filter(([name, value]) => typeof value === "string" && !secret.includes(name))
  )
})

const secret: ReadonlyArray<string> = ["set-cookie", "authorization", "proxy-authorization"]

/** The time of a response as text. `undefined` where `created` is no time in seconds. */
export const toTimestamp = (created: number | null | undefined): string | undefined =>
  typeof created === "number" && created > 0 && created < lastSecond
    ? new Date(created * 1000).toISOString()
    : undefined

/** The end of the year 9999. A larger number is most likely no number of seconds, and later years have another format. */
const lastSecond = 253_402_300_800
