import * as Duration from "effect/Duration"

/**
 * The delay before a retry that a server requests: in the headers of its response, or in an object of its error body.
 *
 * *Details*: it reads `retry-after`, `retry-after-ms`, `retry_after`, Google's `retryDelay` and their like: a number of seconds
 * or milliseconds, which may have a fraction, or an HTTP date in one of its three forms. `now` is the time of the response in
 * milliseconds since the epoch.
 *
 * `Headers.parseRetryAfter` of Effect is not used because it brings DateTime into every bundle, see decision 0007.
 */
export const retryAfter = (values: object, now: number): Duration.Duration | undefined => {
  for (const [name, value] of Object.entries(values)) {
    const key = /^(?:x-ms-)?retry.?(?:after|delay)(.?ms)?(?:.seconds)?$/i.exec(name)
    if (key === null || (typeof value !== "string" && typeof value !== "number")) continue
    const millis = millisOf(String(value).trim(), key[1] === undefined ? 1000 : 1, now)
    if (millis !== undefined) return Duration.millis(millis)
  }
  return undefined
}

const millisOf = (value: string, unit: number, now: number): number | undefined => {
  // A header that was sent twice is a list. `1e400` is not a number of seconds that can pass.
  const number = /^(\d*\.?\d+(?:e\d+)?) *s?(?:,.*)?$/i.exec(value)?.[1]
  if (number !== undefined) return Math.min(Math.ceil(Number(number) * unit), Number.MAX_SAFE_INTEGER)
  // All three forms begin with the day's name. They end with GMT, or with the year in the form of C's `asctime`.
  const date = /^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d (?:GMT|(\d{4}))$/.exec(value)
  const at = date === null ? NaN : Date.parse(date[1] === undefined ? value : `${value} GMT`)
  // The first number is the day of the month. `Date.parse` reads the 31st of February as the 2nd of March.
  return new Date(at).getUTCDate() === Number(/\d+/.exec(value)?.[0]) ? Math.max(0, at - now) : undefined
}
