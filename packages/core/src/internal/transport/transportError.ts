import * as HttpClientError from "effect/http/HttpClientError"
import * as Predicate from "effect/Predicate"
import { inBrowser } from "./browser.ts"

/**
 * Describes an error of the transport by the messages and codes in its chain of causes. The error objects themselves are
 * left out, because they hold the request and with it the key.
 */
export const describeTransportError = (error: unknown): string => {
  const parts: Array<string> = []
  const http = HttpClientError.isHttpClientError(error) ? error : undefined
  let current = http === undefined ? error : http.cause
  for (let depth = 0; depth < 5 && current !== undefined && current !== null; depth++) {
    parts.push(describeOne(current))
    current = Predicate.isObject(current) ? (current as { readonly cause?: unknown }).cause : undefined
  }
  const known = parts.filter((part) => part !== "")
  if (known.length > 0) return [...new Set(known)].join(": ")
  return http?.reason.description || "no details"
}

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

const describeOne = (cause: unknown): string => {
  if (typeof cause === "string") return cause
  if (!Predicate.isObject(cause)) return ""
  const { code, message, name } = cause as {
    readonly code?: unknown
    readonly message?: unknown
    readonly name?: unknown
  }
  const text = typeof message === "string" && message !== "" ? message : typeof name === "string" ? name : ""
  return typeof code === "string" && !text.includes(code) ? `${text} (${code})` : text
}
