import * as Duration from "effect/Duration"

/** The headers in which a server says how long to wait before a retry, and the milliseconds of one of their units. */
const headerUnits = { "retry-after-ms": 1, "x-ms-retry-after-ms": 1, "retry-after": 1000 } as const

/** The keys of an error body in which a server says the same. `retryDelay` is Google's, in seconds: `"30s"`. */
const bodyUnits = {
  retry_after_ms: 1,
  retry_after: 1000,
  retryAfter: 1000,
  retry_after_seconds: 1000,
  retryDelay: 1000
} as const

/**
 * The delay before a retry that a server requests, in the headers of its response or in its error body.
 *
 * *Details*: a number of seconds or milliseconds, which may have a fraction, or an HTTP date in one of its three forms.
 * Fractions of a millisecond are rounded up. `now` is the time of the response in milliseconds since the epoch.
 *
 * `Headers.parseRetryAfter` of Effect is not used because it brings DateTime into every bundle, see decision 0007.
 */
export const retryAfter = (
  values: Readonly<Record<string, unknown>>,
  now: number,
  units: Readonly<Record<string, number>> = headerUnits
): Duration.Duration | undefined => {
  for (const name in units) {
    const millis = parse(String(values[name] ?? "").trim(), units[name]!, now)
    if (millis !== undefined) return Duration.millis(millis)
  }
  return undefined
}

/** The delay that an object of an error body requests: by a key of its own, or by the headers that it repeats. */
export const retryAfterOfBody = (
  values: Readonly<Record<string, unknown>>,
  now: number
): Duration.Duration | undefined => retryAfter(values, now, bodyUnits)

const parse = (value: string, unit: number, now: number): number | undefined => {
  // A header that was sent twice is a list. `1e400` is no number of seconds, and clearly too long.
  const number = /^(\d*\.?\d+(?:e\d+)?) *s?(?:,.*)?$/i.exec(value)?.[1]
  if (number !== undefined) return Math.min(Math.ceil(Number(number) * unit), Number.MAX_SAFE_INTEGER)
  // All three forms begin with the day's name. They end with GMT, or with the year in the form of C's `asctime`.
  const date = /^[A-Z][a-z]{2,8},? .*\d\d:\d\d:\d\d (?:GMT|(\d{4}))$/.exec(value)
  const at = date === null ? NaN : Date.parse(date[1] === undefined ? value : `${value} GMT`)
  // The first number is the day of the month. `Date.parse` reads the 31st of February as the 2nd of March.
  return new Date(at).getUTCDate() === Number(/\d+/.exec(value)?.[0]) ? Math.max(0, at - now) : undefined
}
