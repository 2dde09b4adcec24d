import * as Duration from "effect/Duration"
import type { Issue } from "../MistralErrorReason.ts"

/** What a server said of an error. */
interface Said {
  readonly status: number
  readonly serverMessage?: string | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly field?: string | undefined
  readonly requestId?: string | undefined
  readonly retryAfter?: Duration.Duration | undefined
}

/** What is known, in brackets; nothing where nothing is. */
export const details = (entries: ReadonlyArray<readonly [string, string | number | undefined]>): string => {
  const known = entries.filter(([, value]) => value !== undefined).map(([name, value]) => `${name} ${value}`)
  return known.length === 0 ? "" : ` (${known.join(", ")})`
}

/** The message of an error answer: status, what it is, the server's own sentence, its details, and what to do. */
export const sentence = (what: string, said: Said, advice: string): string => {
  const message = said.serverMessage === undefined ? "" : `: ${said.serverMessage}`
  const wait = said.retryAfter === undefined ? "" : `The server asks to wait ${Duration.format(said.retryAfter)}. `
  const known = details([
    ["type", said.type],
    ["code", said.code],
    ["field", said.field],
    ["request id", said.requestId]
  ])
  return `${said.status} ${what}${message}${known}. ${wait}${advice}`
}

/** The first places that do not fit. */
export const list = (issues: ReadonlyArray<Issue>): string => {
  const shown = issues.slice(0, 5).map(({ message, path }) =>
    path.length === 0 ? message : `${path.join(".")}: ${message}`
  )
  return [...shown, ...(issues.length > 5 ? [`and ${issues.length - 5} more`] : [])].join("; ")
}
