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
  const further = Object.entries(Context.get(context, Metric.CurrentMetricAttributes))
  const all = () =>
    Object.fromEntries([
      ...names.flatMap((name, at) => values[at] === undefined ? [] : [[name, String(values[at])] as const]),
      ["unit", unit],
      ...further
    ])
  const parts = `${id}\n${values.join("\n")}\n${further.join("\n")}`
  let key = keys.get(parts)
  if (key === undefined) {
    // This is the key that Effect has for the series, so that `Metric.value` of the same histogram reads it.
    key = JSON.stringify(["Histogram", id, description, Object.entries(all()).sort()])
    keys.set(parts, key)
  }
  const registry = Context.get(context, Metric.MetricRegistry)
  const known = registry.get(key)?.hooks
  if (known instanceof Series) return known
  // Hooks of Effect come from reading the metric before its first value.
  const hooks = new Series(boundaries)
  registry.set(key, { id, type: "Histogram", description, attributes: all(), hooks })
  return hooks
}

/**
 * A series. `Metric.histogram` takes one value at a time and looks up the series for each, which is a tenth of what a chunk
 * of a fast stream costs. This takes equal values together: a read may complete hundreds of chunks.
 */
export class Series implements Metric.Metric.Hooks<number, Metric.HistogramState> {
  readonly #boundaries: ReadonlyArray<number>
  readonly #counts: Array<number>
  #count = 0
  #sum = 0
  #min = Infinity
  #max = -Infinity

  constructor(boundaries: ReadonlyArray<number>) {
    this.#boundaries = boundaries
    this.#counts = [...boundaries, 0].fill(0)
  }

  /** Records a value so many times. */
  add(value: number, times: number): void {
    let bucket = 0
    while (value > this.#boundaries[bucket]!) bucket++
    this.#counts[bucket]! += times
    this.#count += times
    this.#sum += value * times
    if (value < this.#min) this.#min = value
    if (value > this.#max) this.#max = value
  }

  readonly update = (value: number): void => this.add(value, 1)
  readonly modify = this.update

  readonly get = (): Metric.HistogramState => {
    let below = 0
    return {
      buckets: this.#boundaries.map((boundary, bucket) => [boundary, below += this.#counts[bucket]!]),
      count: this.#count,
      min: this.#min,
      max: this.#max,
      sum: this.#sum
    }
  }
}
