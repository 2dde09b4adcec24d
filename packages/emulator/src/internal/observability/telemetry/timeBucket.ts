import type * as Aggregation from "@effect-mistral/observability/Aggregation"

/** The length of a time bucket. */
export type Granularity = Exclude<typeof Aggregation.Granularity.Type, "auto">

const seconds: Readonly<Record<Granularity, number>> = {
  second: 1,
  minute: 60,
  hour: 3600,
  day: 86_400,
  week: 604_800,
  month: 2_592_000
}

/** The seconds of a bucket; a month counts as 30 days. */
export const secondsOf = (granularity: Granularity): number => seconds[granularity]

/** The finest granularity that gives at most a hundred buckets. */
export const granularityFor = (millis: number): Granularity =>
  (["second", "minute", "hour", "day", "week"] as const).find((one) => millis / 1000 <= seconds[one] * 100) ?? "month"

/** The first Monday after the epoch; 1 January 1970 was a Thursday. */
const firstMonday = 4 * 86_400_000

/** The beginning of the bucket of a time, in UTC; weeks begin on Monday. */
export const bucketOf = (granularity: Granularity, millis: number): string => {
  if (granularity === "month") return `${new Date(millis).toISOString().slice(0, 7)}-01T00:00:00.000Z`
  const length = seconds[granularity] * 1000
  const shift = granularity === "week" ? firstMonday : 0
  return new Date(Math.floor((millis - shift) / length) * length + shift).toISOString()
}
