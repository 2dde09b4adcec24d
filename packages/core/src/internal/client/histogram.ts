import * as Context from "effect/Context"
import * as Metric from "effect/Metric"

/** The name, the unit and the bucket boundaries of a histogram. */
export interface Definition {
  readonly id: string
  readonly description: string
  readonly unit: string
  readonly boundaries: ReadonlyArray<number>
}

/** One series of a histogram. */
export type Series = Metric.Metric.Hooks<number, Metric.HistogramState>

/** The series of a histogram with these attributes, in the registry of a fiber. */
export const seriesOf = (
  context: Context.Context<never>,
  { boundaries, description, id, unit }: Definition,
  attributes: Readonly<Record<string, string>>
): Series => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const all = { ...attributes, unit, ...Context.get(context, Metric.CurrentMetricAttributes) }
  // This is the key that Effect has for the series, so that `Metric.value` of the same histogram reads it.
  const key = JSON.stringify(["Histogram", id, description, Object.entries(all).sort()])
  const known = registry.get(key)
  if (known !== undefined) return known.hooks
  const hooks = makeSeries(boundaries)
  registry.set(key, { id, type: "Histogram", description, attributes: all, hooks })
  return hooks
}

/**
 * Makes a series. `Metric.histogram` looks up its series for each value, and that takes a tenth of the time that a chunk of
 * a fast stream takes.
 */
const makeSeries = (boundaries: ReadonlyArray<number>): Series => {
  const counts = [...boundaries, 0].fill(0)
  let count = 0
  let sum = 0
  let min = Infinity
  let max = -Infinity
  const update = (value: number): void => {
    let bucket = 0
    while (value > boundaries[bucket]!) bucket++
    counts[bucket]!++
    count++
    sum += value
    min = Math.min(min, value)
    max = Math.max(max, value)
  }
  const get = (): Metric.HistogramState => {
    let below = 0
    return { buckets: boundaries.map((boundary, bucket) => [boundary, below += counts[bucket]!]), count, min, max, sum }
  }
  return { get, update, modify: update }
}
