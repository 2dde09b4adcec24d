import * as Duration from "effect/Duration"
import * as HttpClientError from "effect/http/HttpClientError"
import * as Predicate from "effect/Predicate"
import type { ConnectionFailed } from "../../MistralErrorReason.ts"
import { inBrowser } from "./browser.ts"
import { withoutCredentials } from "./withoutCredentials.ts"

/**
 * Describes an error of the transport by the messages, codes and statuses in its chain of causes. The error objects themselves
 * are left out, because they hold the request and with it the key.
 */
export const describeTransportError = (error: unknown): string => {
  const parts: Array<string> = []
  const http = HttpClientError.isHttpClientError(error) ? error : undefined
  let current = http === undefined ? error : http.cause ?? { message: http.reason.description }
  for (let depth = 0; depth < 5 && current !== undefined && current !== null; depth++) {
    parts.push(describeOne(current))
    current = Predicate.isObject(current) ? (current as { readonly cause?: unknown }).cause : undefined
  }
  return [...new Set(parts)].filter(Boolean).join(": ") || "no details"
}

/** Describes an error of a program's own effect, with its tag and without all that looks like a secret. */
export const describeForeignError = (error: unknown): string =>
  withoutCredentials(describeTransportError({ message: Object(error)._tag, cause: error }))

/**
 * Describes why no response came. A browser does not tell the program that it refused a response because of CORS, so this
 * cause is named in every browser.
 */
export const describeFailedConnection = (error: unknown): string => {
  const description = describeTransportError(error)
  // A full stop is not removed here: it may be the end of a key, which is only found whole.
  return inBrowser()
    ? `${description}${
      description.endsWith(".") ? "" : "."
    } In a browser perhaps CORS: the server must allow the origin`
    : description
}

/**
 * When a changed client lets a request through again, and whether it has refused this one because of an open circuit. The
 * rate limiter and the circuit breaker of Effect put that into a `reason`.
 */
export const rejectionOf = (error: unknown): Pick<ConnectionFailed, "retryAfter" | "circuitOpen"> => {
  const { _tag, retryAfter } = Object(Object(error).reason ?? error)
  return {
    ...Duration.isDuration(retryAfter) && { retryAfter },
    .../^Circuit.*Open$/.test(_tag) && { circuitOpen: true }
  }
}

const describeOne = (cause: unknown): string => {
  if (typeof cause === "string") return cause
  const { _tag, code, message, name = _tag, response, status, statusCode } = Object(cause)
  const text = [message, name].find((text) => typeof text === "string" && text !== "") ?? ""
  const details = [code, status, statusCode, response?.status, response?.data?.error].filter((detail) =>
    /^(?:string|number)$/.test(typeof detail) && !text.includes(detail)
  )
  return details.length === 0 ? text : `${text} (${[...new Set(details)].join(", ")})`
}
