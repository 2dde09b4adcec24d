/**
 * The exporter of the examples: it sends spans and metrics by OpenTelemetry's protocol to the collector that
 * `OTEL_EXPORTER_OTLP_ENDPOINT` names, or else to a tiny one that it starts, which prints what it receives.
 */
import { FetchHttpClient } from "@effect-mistral/core"
import { NodeHttpServer } from "@effect/platform-node"
import { Config, Console, Effect, Layer, Option, Schema } from "effect"
import { HttpServer, HttpServerRequest, HttpServerResponse } from "effect/http"
import { Otlp } from "effect/observability"
import { createServer } from "node:http"

const list = <Item extends Schema.Constraint>(item: Item) => Schema.optionalKey(Schema.Array(item))

const Attribute = Schema.Struct({ key: Schema.String, value: Schema.Record(Schema.String, Schema.Unknown) })
const Span = Schema.Struct({ name: Schema.String, attributes: list(Attribute) })
const DataPoint = Schema.Struct({ count: Schema.Number, sum: Schema.Number })
const Histogram = Schema.Struct({ dataPoints: Schema.Array(DataPoint) })
const Metric = Schema.Struct({ name: Schema.String, histogram: Schema.optionalKey(Histogram) })
const Export = Schema.Struct({
  resourceSpans: list(Schema.Struct({ scopeSpans: Schema.Array(Schema.Struct({ spans: Schema.Array(Span) })) })),
  resourceMetrics: list(Schema.Struct({ scopeMetrics: Schema.Array(Schema.Struct({ metrics: Schema.Array(Metric) })) }))
})

const print = Effect.gen(function*() {
  const { resourceMetrics = [], resourceSpans = [] } = yield* HttpServerRequest.schemaBodyJson(Export)
  for (const { attributes = [], name } of resourceSpans.flatMap((one) => one.scopeSpans).flatMap((one) => one.spans)) {
    const values = attributes.map(({ key, value }) => `  ${key}: ${JSON.stringify(Object.values(value)[0])}`)
    yield* Console.log([`span ${name}`, ...values].join("\n"))
  }
  for (const { histogram, name } of resourceMetrics.flatMap((one) => one.scopeMetrics).flatMap((one) => one.metrics)) {
    for (const { count, sum } of histogram?.dataPoints ?? []) {
      yield* Console.log(`metric ${name}: ${count} x, sum ${sum}`)
    }
  }
  return HttpServerResponse.jsonUnsafe({})
})

/** Starts the collector, and gives its URL. */
const collector = Effect.andThen(HttpServer.serveEffect(print), HttpServer.addressFormattedWith(Effect.succeed))

export const TelemetryLive = Layer.unwrap(Effect.gen(function*() {
  const endpoint = yield* Config.option(Config.String("OTEL_EXPORTER_OTLP_ENDPOINT"))
  const baseUrl = Option.isSome(endpoint) ? endpoint.value : yield* collector
  return Otlp.layerJson({ baseUrl, resource: { serviceName: "example" } })
})).pipe(
  Layer.provide(NodeHttpServer.layer(createServer, { host: "127.0.0.1", port: 0 })),
  Layer.provide(FetchHttpClient.layer)
)
