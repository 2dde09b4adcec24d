/** Programs with Effect's exporter, and what a collector received from them. */
import { FetchHttpClient } from "@effect-mistral/core"
import { assert } from "@effect/vitest"
import { Effect, Layer, Metric } from "effect"
import { Otlp } from "effect/observability"
import { readFileSync } from "node:fs"
import { type Metric as Exported, metricsIn, recordOf, type Span, spansIn, startCollector } from "./collector.ts"

/** Runs a program with Effect's exporter, closes it, and gives what came to the collector. */
export const exported = <A, E, R>(
  program: Effect.Effect<A, E, R>,
  upon: (exporter: Layer.Layer<never>) => Layer.Layer<never> = (exporter) => exporter
) =>
  Effect.gen(function*() {
    const { bodies, url } = yield* startCollector
    const telemetry = Otlp.layerJson({ baseUrl: url, resource: { serviceName: "test" } }).pipe(
      Layer.provide(FetchHttpClient.layer)
    )
    const value = yield* Effect.provide(program, upon(telemetry))
    return { value, text: bodies.join("\n"), spans: spansIn(bodies), metrics: metricsIn(bodies) }
  }).pipe(Effect.scoped, Effect.provideService(Metric.MetricRegistry, new Map()))

/** The spans of calls. */
export const ofOperations = (spans: ReadonlyArray<Span>) => spans.filter(({ kind }) => kind === 3)

/** The points of a histogram. */
export const pointsOf = (metrics: ReadonlyArray<Exported>, id: string) =>
  metrics.find(({ name }) => name === id)!.histogram!.dataPoints.map((point) => ({
    ...point,
    attributes: recordOf(point.attributes)
  }))

/** The sum of the tokens of all spans. */
export const tokensOf = (spans: ReadonlyArray<Span>) =>
  spans.flatMap(({ attributes }) => Object.entries(recordOf(attributes)))
    .filter(([name]) => /^gen_ai\.usage\.(?:in|out)put_tokens$/.test(name))
    .reduce((sum, [, value]) => sum + Number(value), 0)

/** The rows of the table of a document that begins with such a heading: the cells without marks of code. */
export const table = (heading: string): ReadonlyArray<ReadonlyArray<string>> => {
  const lines = readFileSync(new URL("../../docs/telemetry.md", import.meta.url), "utf8").split("\n")
  const start = lines.findIndex((line) => line.startsWith("| ") && line.split("|")[1]!.trim() === heading)
  assert.isAtLeast(start, 0, heading)
  const rows = lines.slice(start + 2)
  return rows.slice(0, rows.findIndex((line) => !line.startsWith("|"))).map((row) =>
    row.split("|").slice(1, -1).map((cell) => cell.trim().replaceAll("`", ""))
  )
}

/** Fails if something that was exported has one of the secrets, in plain, as base64 or encoded for a URL. */
export const withoutSecrets = (text: string, secrets: Readonly<Record<string, string>>): void => {
  for (const [what, secret] of Object.entries(secrets)) {
    for (const form of [secret, Buffer.from(secret).toString("base64").slice(4, 20), encodeURIComponent(secret)]) {
      assert.notInclude(text, form, what)
    }
  }
}
