import * as Metric from "effect/Metric"

/** The name, the unit and the bucket boundaries of a histogram. */
export interface Definition {
  readonly id: string
  readonly description: string
  readonly unit: string
  readonly boundaries: ReadonlyArray<number>
}

/** Makes a histogram whose values have the attributes that are not `undefined`. Those with equal attributes are one series. */
export const histogramOf = (
  { boundaries, description, id, unit }: Definition,
  attributes?: Readonly<Record<string, unknown>>
): Metric.Histogram<number> => {
  const all: Record<string, string> = { unit }
  for (const name in attributes) if (attributes[name] !== undefined) all[name] = String(attributes[name])
  return Metric.histogram(id, { description, boundaries, attributes: all })
}
