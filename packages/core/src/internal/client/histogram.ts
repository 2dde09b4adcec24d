import * as Context from "effect/Context"
import * as Metric from "effect/Metric"

/** The name, the unit and the bucket boundaries of a histogram. */
export interface Definition {
  readonly id: string
  readonly description: string
  readonly unit: string
  readonly boundaries: ReadonlyArray<number>
}

/** The attributes of metrics, sorted. */
const names = [
  "error.type",
  "gen_ai.operation.name",
  "gen_ai.provider.name",
  "gen_ai.request.model",
  "gen_ai.response.model",
  "gen_ai.token.type",
  "server.address",
  "server.port"
]

/** The keys of series in the registry, by what they are made from. Making one takes ten times as long as finding it. */
const keys = /* @__PURE__ */ new Map<string, string>()

/** The series of a histogram in the registry of a fiber. `values` are those of `names`, where there is one. */
export const seriesOf = (
  context: Context.Context<never>,
  { boundaries, description, id, unit }: Definition,
  values: ReadonlyArray<unknown>
): Series => {
  const registry = Context.get(context, Metric.MetricRegistry)
  const further = Object.entries(Context.get(context, Metric.CurrentMetricAttributes))
  const parts = [id, ...values, ...further].join("\n")
  let known = registry.get(keys.get(parts) ?? "")
  if (known === undefined || !("add" in known.hooks)) {
    const attributes: Record<string, string> = {}
    for (const [at, name] of names.entries()) if (values[at] !== undefined) attributes[name] = String(values[at])
    Object.assign(attributes, { unit }, Object.fromEntries(further))
    // This is the key that Effect has for the series, so that `Metric.value` of the same histogram reads it. Hooks of Effect
    // come from reading the metric before its first value.
    const key = JSON.stringify(["Histogram", id, description, Object.entries(attributes).sort()])
    keys.set(parts, key)
    known = { id, type: "Histogram", description, attributes, hooks: makeSeries(boundaries) }
    registry.set(key, known)
  }
  // The cast is safe: hooks with `add` are made below.
  return known.hooks as Series
}

/** A series that takes equal values together. */
export interface Series extends Metric.Metric.Hooks<number, Metric.HistogramState> {
  /** Records a value so many times. */
  readonly add: (value: number, times: number) => void
}

/**
 * Makes a series. `Metric.histogram` takes one value at a time and looks up the series for each, which is a tenth of what a
 * chunk of a fast stream costs. This takes equal values together: a read may complete hundreds of chunks.
 */
const makeSeries = (boundaries: ReadonlyArray<number>): Series => {
  const counts = [...boundaries, 0].fill(0)
  // One object, because numbers that are not integers are allocated anew for each change of a variable.
  const state = { count: 0, sum: 0, min: Infinity, max: -Infinity }
  const add = (value: number, times: number): void => {
    let bucket = 0
    while (value > boundaries[bucket]!) bucket++
    counts[bucket]! += times
    state.count += times
    state.sum += value * times
    state.min = Math.min(state.min, value)
    state.max = Math.max(state.max, value)
  }
  const update = (value: number): void => add(value, 1)
  const get = (): Metric.HistogramState => {
    let below = 0
    return { ...state, buckets: boundaries.map((boundary, bucket) => [boundary, below += counts[bucket]!]) }
  }
  return { add, update, modify: update, get }
}
