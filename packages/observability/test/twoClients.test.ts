/** Services over two clients in one program: each request reaches the host of its own client, with its key. */
import { MistralClient, type MistralError, type RequestOptions } from "@effect-mistral/core"
import * as Observability from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, LayerMap, Redacted } from "effect"
import { operations } from "./fixtures/operations.ts"
import { failure } from "./fixtures/services.ts"

describe("two clients in one program", () => {
  for (const { response, name, wrap } of rows()) {
    it.effect(`give two wrappers of ${name} each its own host and key`, () =>
      Effect.gen(function*() {
        yield* Effect.flatMap(European, ({ request }) => request)
        yield* Effect.flatMap(American, ({ request }) => request)
        yield* Effect.flatMap(European, ({ request }) => request)
        assert.deepStrictEqual(yield* seen, [
          ["https://eu.example", "Bearer key-eu"],
          ["https://us.example", "Bearer key-us"],
          ["https://eu.example", "Bearer key-eu"]
        ])
      }).pipe(Effect.provide(
        Layer.mergeAll(wrap(European, "eu"), wrap(American, "us")).pipe(Layer.provideMerge(server(response)))
      )))

    it.effect(`give each tenant of a LayerMap of ${name} its own host and key, and a wrong key is refused`, () =>
      Effect.gen(function*() {
        const tenants = yield* LayerMap.make((tenant: string) => wrap(Tenant, tenant), { idleTimeToLive: "1 hour" })
        const request = (tenant: string) =>
          Effect.flatMap(Tenant, ({ request }) => request).pipe(Effect.provide(tenants.get(tenant)))
        yield* request("eu")
        assert.strictEqual((yield* failure(request("nobody"))).reason._tag, "Authentication")
        yield* request("us")
        assert.deepStrictEqual(yield* seen, [
          ["https://eu.example", "Bearer key-eu"],
          ["https://nobody.example", "Bearer wrong"],
          ["https://us.example", "Bearer key-us"]
        ])
      }).pipe(Effect.scoped, Effect.provide(server(response))))
  }

  it("are tested for every service, by both of its layers", () => {
    const services = new Set(Object.keys(operations).map((name) => name.split(".")[0]!))
    assert.deepStrictEqual(
      rows().map(({ name }) => name).sort(),
      [...services].flatMap((name) => [`${name}.layer`, `${name}.layerOptions`]).sort()
    )
  })
})

/** A service over a service of the package: it sends one request. */
interface Wrapper {
  readonly request: Effect.Effect<unknown, MistralError.MistralError>
}

class European extends Context.Service<European, Wrapper>()("European") {}

class American extends Context.Service<American, Wrapper>()("American") {}

class Tenant extends Context.Service<Tenant, Wrapper>()("Tenant") {}

interface Row {
  /** A service and one of its layers. */
  readonly name: string
  /** The response to the request that a wrapper sends. */
  readonly response: unknown
  /** A wrapper over the layer, over a tenant's client. */
  readonly wrap: <Self>(
    wrapper: Context.Service<Self, Wrapper>,
    tenant: string
  ) => Layer.Layer<Self, never, Layer.Services<ReturnType<typeof clientOf>>>
}

/** A row for each service and layer. All wrappers of a row are over the same layer. */
function rows(): ReadonlyArray<Row> {
  return [
    ...row(
      Observability.Campaigns.Campaigns,
      Observability.Campaigns,
      "Campaigns.fetch",
      (service) => service.fetch("c1")
    ),
    ...row(
      Observability.ChatCompletionEvents.ChatCompletionEvents,
      Observability.ChatCompletionEvents,
      "ChatCompletionEvents.fetch",
      (service) => service.fetch("e1")
    ),
    ...row(
      Observability.DatasetRecords.DatasetRecords,
      Observability.DatasetRecords,
      "DatasetRecords.fetch",
      (service) => service.fetch("r1")
    ),
    ...row(Observability.Datasets.Datasets, Observability.Datasets, "Datasets.fetch", (service) => service.fetch("d1")),
    ...row(Observability.Fields.Fields, Observability.Fields, "Fields.list", (service) => service.list()),
    ...row(Observability.Judges.Judges, Observability.Judges, "Judges.fetch", (service) => service.fetch("j1")),
    ...row(Observability.Logs.Logs, Observability.Logs, "Logs.search", (service) => service.search({})),
    ...row(
      Observability.SpanEvaluations.SpanEvaluations,
      Observability.SpanEvaluations,
      "SpanEvaluations.search",
      (service) => service.search({})
    ),
    ...row(Observability.Spans.Spans, Observability.Spans, "Spans.search", (service) => service.search({})),
    ...row(Observability.Traces.Traces, Observability.Traces, "Traces.fetch", (service) => service.fetch("t1"))
  ]
}

function row<Self, Service>(
  service: Context.Service<Self, Service>,
  module: {
    readonly layer: Layer.Layer<Self, never, MistralClient.MistralClient>
    readonly layerOptions: (
      options: RequestOptions.RequestOptions
    ) => Layer.Layer<Self, never, MistralClient.MistralClient>
  },
  operation: string,
  request: (service: Service) => Wrapper["request"]
): ReadonlyArray<Row> {
  const layers = { layer: module.layer, layerOptions: module.layerOptions({ headers: { "x-test": "1" } }) }
  return Object.entries(layers).map(([name, layer]): Row => ({
    name: `${operation.split(".")[0]}.${name}`,
    response: operations[operation]!.response,
    wrap: (wrapper, tenant) =>
      Layer.effect(wrapper, Effect.map(service, (shape) => ({ request: request(shape) }))).pipe(
        Layer.provide(layer),
        Layer.provide(clientOf(tenant))
      )
  }))
}

/** A client for a host of the tenant's name. The server takes the key that is named like the host. */
function clientOf(tenant: string) {
  return MistralClient.layer({
    apiKey: Redacted.make(tenant === "nobody" ? "wrong" : `key-${tenant}`),
    baseUrl: `https://${tenant}.example`
  })
}

/** One server for all hosts. It refuses a request whose key is not the one of the host. */
function server(response: unknown) {
  return ScriptedHttpClient.layer(({ headers, url }) =>
    headers.authorization === `Bearer key-${new URL(url).hostname.split(".")[0]}`
      ? ScriptedHttpClient.json(response)
      : ScriptedHttpClient.json({ message: "Unauthorized" }, { status: 401 })
  )
}

/** The host and the key of every request. */
const seen = Effect.map(
  Effect.flatMap(ScriptedHttpClient.ScriptedHttpClient, ({ requests }) => requests),
  (requests) => requests.map(({ headers, url }) => [new URL(url).origin, headers.authorization])
)
