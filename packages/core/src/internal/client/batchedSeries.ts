import * as Context from "effect/Context"
import * as Metric from "effect/Metric"

/** A series of a histogram that takes equal values together. */
export interface BatchedSeries {
  /** Records a value so many times. */
  readonly add: (value: number, times: number) => void
}

/** The series of each registry, by their attributes. They are registered once: to register one again would reset it. */
const registries = /* @__PURE__ */ new WeakMap<Metric.MetricRegistry, Map<string, BatchedSeries>>()

/**
 * The series of a histogram in the registry of a fiber.
 *
 * A read of the network may complete hundreds of chunks. The histogram itself takes one value at a time, with which a burst
 * of chunks took a third more CPU time over undici.
 */
export const batchedSeries = (
  histogram: Metric.Histogram<number>,
  boundaries: ReadonlyArray<number>,
  context: Context.Context<never>
): BatchedSeries => {
  const registry = Context.get(context, Metric.MetricRegistry)
  let all = registries.get(registry)
  if (all === undefined) registries.set(registry, all = new Map())
  const attributes = { ...histogram.attributes, ...Context.get(context, Metric.CurrentMetricAttributes) }
  const key = [histogram.id, ...Object.entries(attributes).flat()].join("\n")
  let series = all.get(key)
  if (series === undefined) {
    const { add, get } = makeCounts(boundaries)
    Metric.registerUnsafe(histogram, context, {
      get,
      update: (value) => add(value, 1),
      modify: (value) => add(value, 1)
    })
    all.set(key, series = { add })
  }
  return series
}

const makeCounts = (boundaries: ReadonlyArray<number>) => {
  const counts = [...boundaries, 0].fill(0)
  // One object, because numbers that are not integers are allocated anew for each change of a variable.
  const totals = { count: 0, sum: 0, min: Infinity, max: -Infinity }
  return {
    add: (value: number, times: number): void => {
      let bucket = 0
      while (value > boundaries[bucket]!) bucket++
      counts[bucket]! += times
      totals.count += times
      totals.sum += value * times
      totals.min = Math.min(totals.min, value)
      totals.max = Math.max(totals.max, value)
    },
    get: (): Metric.HistogramState => {
      let below = 0
      return { ...totals, buckets: boundaries.map((boundary, bucket) => [boundary, below += counts[bucket]!]) }
    }
  }
}
