import * as Metric from "effect/Metric"

/** The name, the unit and the bucket boundaries of a histogram. */
export interface Definition {
  readonly id: string
  readonly description: string
  readonly unit: string
  readonly boundaries: ReadonlyArray<number>
}

/** Histograms by their names and attributes. Making one and its key takes ten times as long as finding it. */
const histograms = /* @__PURE__ */ new Map<string, Metric.Histogram<number>>()

/** The most histograms that are kept. */
const most = 1000

/** A histogram whose values have the attributes that are not `undefined`. Those with equal attributes are one series. */
export const histogramOf = (
  { boundaries, description, id, unit }: Definition,
  attributes: Readonly<Record<string, unknown>> = {}
): Metric.Histogram<number> => {
  const key = [id, ...Object.values(attributes)].join("\n")
  let histogram = histograms.get(key)
  if (histogram === undefined) {
    const all: Record<string, string> = { unit }
    for (const name in attributes) if (attributes[name] !== undefined) all[name] = String(attributes[name])
    histogram = Metric.histogram(id, { description, boundaries, attributes: all })
    if (histograms.size >= most) histograms.clear()
    histograms.set(key, histogram)
  }
  return histogram
}
