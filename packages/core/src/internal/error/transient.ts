/** The facts of an error response that say whether a retry may help. */
interface ErrorResponse {
  readonly status: number
  readonly serverMessage?: string | undefined
  readonly code?: string | undefined
  readonly type?: string | undefined
  readonly retryAfter?: unknown
}

/** Causes that no retry removes, whatever the status: no credit, too long a prompt. Taking too long may pass. */
const lasting =
  /insufficient.(?:quota|balance|credit|fund)|context.?(?:length|size|window)|(?<!(?:took|taking|takes) )too long/i

/** Such causes that only count as a code or type: sentences name billing and filters for other reasons, too. */
const lastingCode = /billing|content.?filter/i

/** The kinds of error, by code or type, that blame the request. They count where the server gave no status. */
const ofRequest = /invalid|auth|permission|not_found|too_large/i

/**
 * Whether the same request may succeed later: statuses that mean a passing state, unless the server names a cause that
 * lasts.
 *
 * *Details*: they are 408, 425, 429, and 500 and above but 501 (not implemented) and 505 (version not supported). A used-up
 * quota (`exceeded your current quota`) passes only where the server says when.
 */
export const isTransient = ({ code = "", retryAfter, serverMessage = "", status, type = "" }: ErrorResponse): boolean =>
  (status < 400
    ? !ofRequest.test(`${code} ${type}`)
    : status === 408 || status === 425 || status === 429 || (status >= 500 && status !== 501 && status !== 505)) &&
  !lasting.test(`${code} ${type} ${serverMessage}`) && !lastingCode.test(`${code} ${type}`) &&
  (retryAfter !== undefined || !/exceeded your current quota/i.test(serverMessage))
