import * as Duration from "effect/Duration"

/** The facts of an error response that its message names. */
interface ErrorResponse {
  readonly status: number
  readonly serverMessage?: string | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly field?: string | undefined
  readonly provider?: string | undefined
  readonly requestId?: string | undefined
  readonly retryAfter?: Duration.Duration | undefined
  readonly isRetryable: boolean
}

/** An `Issue` of `MistralErrorReason`, which imports this module and is therefore not imported here. */
interface Issue {
  readonly path: ReadonlyArray<string | number>
  readonly message: string
}

/** Formats the known details in parentheses, with a space before them; `""` where none is known. */
export const formatDetails = (entries: ReadonlyArray<readonly [string, string | number | undefined]>): string => {
  const known = entries.filter(([, value]) => value !== undefined).map(([name, value]) => `${name} ${value}`)
  return known.length === 0 ? "" : ` (${known.join(", ")})`
}

/**
 * Formats the message of an error response: status, kind, the server's own sentence, details, wait and advice. The default
 * advice is whether to retry.
 */
export const errorResponseMessage = (
  kind: string,
  response: ErrorResponse,
  advice: string = response.isRetryable
    ? "Retry, or report the request id."
    : "Correct the request: a retry fails too."
): string => {
  const message = response.serverMessage === undefined ? "" : `: ${withoutFullStop(response.serverMessage)}`
  const wait = response.retryAfter === undefined ? "" : `Retry after ${formatDuration(response.retryAfter)}. `
  const details = formatDetails([
    ["type", response.type],
    ["code", response.code],
    ["field", response.field],
    ["provider", response.provider],
    ["request id", response.requestId]
  ])
  return `${response.status} ${kind}${message}${details}. ${wait}${advice}`
}

/** Formats a duration by its units, such as `1m 30s`: `Duration.format` would bring arithmetic of `BigInt` into every bundle. */
export const formatDuration = (duration: Duration.Duration): string => {
  let rest = Duration.toMillis(duration)
  const parts = Object.entries({ d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 }).map(([unit, millis]) => {
    const count = unit === "ms" ? rest : Math.floor(rest / millis)
    rest -= count * millis
    return count > 0 ? count + unit : ""
  })
  return parts.filter(Boolean).join(" ") || "0"
}

/** Removes the full stop of a sentence that is quoted inside another. */
export const withoutFullStop = (sentence: string): string => sentence.replace(/\.$/, "")

/** Formats the first issues, and the number of the others. */
export const formatIssues = (issues: ReadonlyArray<Issue>): string => {
  const shown = issues.slice(0, 5).map(({ message, path }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  )
  return [...shown, ...(issues.length > 5 ? [`and ${issues.length - 5} more`] : [])].join("; ")
}
