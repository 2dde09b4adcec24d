import type { Progress } from "./progress.ts"

/** Progress as one line, the most important first: what does not fit into the line is cut off at its end. */
export const formatProgress = (progress: Progress): string => {
  const { answered, cost, failed, identical, items, loaded, perMinute, perhapsPaidTwice, share } = progress
  const tokens = progress.promptTokens + progress.completionTokens
  const done = `${count(answered + failed)} of ${count(items - identical)}`
  return [
    loaded ? `${progress.name} ${(Math.floor(share * 1000) / 10).toFixed(1)}%` : `${progress.name} loading`,
    done,
    ...failed > 0 ? [`${count(failed)} failed`] : [],
    ...stateOf(progress),
    ...perMinute > 0 ? [`${count(Math.round(perMinute))}/min`] : [],
    ...tokens > 0 ? [`${amount(tokens)} tokens`] : [],
    ...cost === undefined ? [] : [`cost ${price(cost)}`],
    ...identical > 0 ? [`${count(identical)} identical`] : [],
    ...perhapsPaidTwice > 0 ? [`${count(perhapsPaidTwice)} perhaps paid twice`] : []
  ].join(" | ")
}

const stateOf = ({ reason, remaining, state }: Progress): ReadonlyArray<string> => {
  if (state !== "running") return [reason === null ? state : `${state}: ${oneLine(reason)}`]
  return remaining === undefined ? [] : [`${time(remaining)} left`]
}

/** A reason may hold the sentence of a server, with line breaks and control characters. */
const oneLine = (text: string): string => text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, " ")

/** A whole number with its thousands: `1,250`. */
export const count = (number: number): string => String(number).replaceAll(/\B(?=(\d{3})+$)/g, ",")

/** A large number in short: `999`, `12.5k`, `1.3M`. */
export const amount = (number: number): string => {
  if (number < 1000) return String(number)
  const [divisor, unit] = number < 999_950 ? [1e3, "k"] as const : number < 999_950_000
    ? [1e6, "M"] as const
    : [1e9, "G"] as const
  return `${(number / divisor).toFixed(1)}${unit}`
}

/** A price: two digits after the point, four below one. */
const price = (cost: number): string => cost.toFixed(cost !== 0 && cost < 1 ? 4 : 2)

/** A time by its two largest units: `4s`, `4m 10s`, `2h 5m`, `3d 4h`. */
export const time = (millis: number): string => {
  const seconds = Math.ceil(millis / 1000)
  const [large, small, divisor, size] = seconds < 3600
    ? ["m", "s", 60, 1] as const
    : seconds < 86_400
    ? ["h", "m", 3600, 60] as const
    : ["d", "h", 86_400, 3600] as const
  const rest = Math.floor(seconds % divisor / size)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / divisor)}${large} ${rest}${small}`
}
