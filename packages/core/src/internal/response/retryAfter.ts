import * as Duration from "effect/Duration"

/**
 * The delay that a `Retry-After` header requests: a number of seconds, or an HTTP date in one of its three forms. `now` is
 * the time of the response in milliseconds since the epoch.
 *
 * `Headers.parseRetryAfter` of Effect is not used because it brings DateTime into every bundle, see decision 0007.
 */
export const retryAfter = (header: string | undefined, now: number): Duration.Duration | undefined => {
  const value = header?.trim()
  if (value === undefined) return undefined
  if (/^\d+$/.test(value)) return Duration.seconds(Number(value))
  // All three forms begin with the day's name. They end with GMT, or with the year in the form of C's `asctime`.
  const date = /^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d (?:GMT|(\d{4}))$/.exec(value)
  const at = date === null ? NaN : Date.parse(date[1] === undefined ? value : `${value} GMT`)
  // The first number is the day of the month. `Date.parse` reads the 31st of February as the 2nd of March.
  const exists = new Date(at).getUTCDate() === Number(/\d+/.exec(value)?.[0])
  return exists ? Duration.millis(Math.max(0, at - now)) : undefined
}
