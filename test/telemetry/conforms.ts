/** Whether what was exported has the names, types, units and boundaries of OpenTelemetry's conventions. */
import { assert } from "@effect/vitest"
import { type Metric, recordOf, type Span, typesOf } from "./collector.ts"
import * as conventions from "./conventions.ts"

/**
 * Fails unless the attributes of spans, and of their events, are those of the conventions with their types, or have names
 * that begin with `mistral_ai.`, or are Effect's own.
 */
export const spansConform = (
  spans: ReadonlyArray<Span>,
  ofEffect: ReadonlyArray<string> = conventions.ofEffect.attributes
): void => {
  for (const { attributes, events } of spans) {
    const all = [attributes, ...events.filter(({ name }) => name !== "exception").map((event) => event.attributes)]
    for (const [name, value] of all.flatMap((one) => Object.entries(recordOf(one)))) {
      if (name.startsWith("mistral_ai.") || ofEffect.includes(name)) continue
      const header = Object.keys(conventions.headerAttributes).find((prefix) => name.startsWith(prefix))
      const known = header === undefined ? conventions.attributes[name] : conventions.headerAttributes[header]
      assert.isDefined(known, name)
      assert.include(typesOf(value), known!.type, name)
      const allowed = conventions.values[name]
      if (allowed !== undefined) assert.include(allowed, value, name)
    }
  }
}

/** Fails unless metrics are all those of the conventions, and have their units, boundaries and attributes. */
export const metricsConform = (metrics: ReadonlyArray<Metric>): void => {
  assert.deepStrictEqual(metrics.map(({ name }) => name).sort(), Object.keys(conventions.metrics))
  for (const { histogram, name, unit } of metrics) {
    const known = conventions.metrics[name]!
    assert.strictEqual(unit, known.unit, name)
    for (const { attributes, bucketCounts, count, explicitBounds } of histogram!.dataPoints) {
      assert.deepStrictEqual(explicitBounds, known.boundaries)
      assert.strictEqual(bucketCounts.reduce((sum, one) => sum + one, 0), count)
      const names = Object.keys(recordOf(attributes))
      assert.includeMembers(names, [...known.required])
      const allowed = [...known.required, ...known.optional, ...conventions.ofEffect.metricAttributes]
      assert.deepStrictEqual(names.filter((one) => !allowed.includes(one)), [])
    }
  }
}
