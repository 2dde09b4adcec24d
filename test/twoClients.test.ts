/** Services over two clients of one program: each request goes to the host of its own client, with the key of that client. */
import { Agents } from "@effect-mistral/agents"
import { BatchJobs, Files } from "@effect-mistral/batch"
import { Chat } from "@effect-mistral/chat"
import {
  Classifiers,
  type CompletionService,
  Embeddings,
  Endpoint,
  MistralClient,
  type MistralError,
  Models,
  Moderations,
  Ocr,
  type RequestOptions
} from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import * as Observability from "@effect-mistral/observability"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, LayerMap, Redacted, Stream } from "effect"
import { operations } from "../packages/observability/test/fixtures/operations.ts"

describe("two clients in one program", () => {
  for (const { name, response, wrap } of rows()) {
    it.effect(`give two wrappers of ${name} each its own host and key`, () =>
      Effect.gen(function*() {
        yield* Effect.flatMap(European, ({ call }) => call)
        yield* Effect.flatMap(American, ({ call }) => call)
        yield* Effect.flatMap(European, ({ call }) => call)
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
        const call = (tenant: string) =>
          Effect.flatMap(Tenant, ({ call }) => call).pipe(Effect.provide(tenants.get(tenant)))
        yield* call("eu")
        const error = yield* Effect.flip(call("nobody"))
        assert.strictEqual(error.reason._tag, "Authentication")
        yield* call("us")
        assert.deepStrictEqual(yield* seen, [
          ["https://eu.example", "Bearer key-eu"],
          ["https://nobody.example", "Bearer wrong"],
          ["https://us.example", "Bearer key-us"]
        ])
      }).pipe(Effect.scoped, Effect.provide(server(response))))
  }

  it("are tested for every service of single endpoints and of observability, by both of its layers", () => {
    const services = new Set(
      [...Object.keys(operations), ...singleEndpoints].map((name) => name.split(".")[0]!)
    )
    assert.includeMembers(
      rows().map(({ name }) => name.split(" ")[0]!),
      [...services].flatMap((name) => [`${name}.layer`, `${name}.layerOptions`])
    )
  })
})

/** A service over a service of this project. It makes one call. */
interface Wrapper {
  readonly call: Effect.Effect<unknown, MistralError.MistralError>
}

class European extends Context.Service<European, Wrapper>()("European") {}

class American extends Context.Service<American, Wrapper>()("American") {}

class Tenant extends Context.Service<Tenant, Wrapper>()("Tenant") {}

interface Row {
  /** The service, its layer and the operation that is called. */
  readonly name: string
  readonly response: ScriptedHttpClient.Answer
  /** A wrapper over the row's layer, over the client of a tenant. */
  readonly wrap: <Self>(
    wrapper: Context.Service<Self, Wrapper>,
    tenant: string
  ) => Layer.Layer<Self, never, Layer.Services<ReturnType<typeof clientOf>>>
}

/** A row for each service, layer and operation. The same layer is provided to all wrappers of a row. */
function rows(): ReadonlyArray<Row> {
  const messages = [{ role: "user" as const, content: "Hi" }]
  return [
    ...completionRows(Chat.Chat, Chat, "Chat", { model: "m", messages }),
    ...completionRows(Agents.Agents, Agents, "Agents", { agent_id: "a", messages }),
    ...completionRows(Fim.Fim, Fim, "Fim", { model: "m", prompt: "def" }),
    ...layerRows(
      Embeddings.Embeddings,
      Embeddings,
      "Embeddings.create",
      ScriptedHttpClient.json({ model: "m", data: [] }),
      (service) => service.create({ model: "m", input: "Hi" })
    ),
    ...layerRows(
      Moderations.Moderations,
      Moderations,
      "Moderations.create",
      ScriptedHttpClient.json({ id: "1", model: "m", results: [] }),
      (service) => service.create({ model: "m", input: "Hi" })
    ),
    ...layerRows(
      Moderations.Moderations,
      Moderations,
      "Moderations.createChat",
      ScriptedHttpClient.json({ id: "1", model: "m", results: [] }),
      (service) => service.createChat({ model: "m", input: messages })
    ),
    ...layerRows(
      Classifiers.Classifiers,
      Classifiers,
      "Classifiers.classify",
      ScriptedHttpClient.json({ id: "1", model: "m", results: [] }),
      (service) => service.classify({ model: "m", input: "Hi" })
    ),
    ...layerRows(
      Classifiers.Classifiers,
      Classifiers,
      "Classifiers.classifyChat",
      ScriptedHttpClient.json({ id: "1", model: "m", results: [] }),
      (service) => service.classifyChat({ model: "m", input: { messages } })
    ),
    ...layerRows(
      Ocr.Ocr,
      Ocr,
      "Ocr.process",
      ScriptedHttpClient.json({ model: "m", pages: [] }),
      (service) => service.process({ model: "m", document: { type: "image_url", image_url: "https://a.test/a.png" } })
    ),
    ...layerRows(
      Files.Files,
      Files,
      "Files.upload",
      ScriptedHttpClient.json({ id: "f", created_at: 1, filename: "a.jsonl", purpose: "batch" }),
      (service) => service.upload({ name: "a.jsonl", purpose: "batch", content: "{}" })
    ),
    ...layerRows(
      Files.Files,
      Files,
      "Files.content",
      ScriptedHttpClient.json({}),
      (service) => Stream.runDrain(service.content("f"))
    ),
    ...layerRows(
      BatchJobs.BatchJobs,
      BatchJobs,
      "BatchJobs.list",
      ScriptedHttpClient.json({ data: [], total: 0 }),
      (service) => service.list()
    ),
    ...layerRows(
      Models.Models,
      Models,
      "Models.list",
      ScriptedHttpClient.json({ data: [] }),
      (service) => service.list()
    ),
    ...layerRows(
      Models.Models,
      Models,
      "Models.fetch",
      ScriptedHttpClient.json({ id: "m" }),
      (service) => service.fetch("m")
    ),
    ...observabilityRows(
      Observability.Campaigns.Campaigns,
      Observability.Campaigns,
      "Campaigns.fetch",
      (service) => service.fetch("c1")
    ),
    ...observabilityRows(
      Observability.ChatCompletionEvents.ChatCompletionEvents,
      Observability.ChatCompletionEvents,
      "ChatCompletionEvents.fetch",
      (service) => service.fetch("e1")
    ),
    ...observabilityRows(
      Observability.DatasetRecords.DatasetRecords,
      Observability.DatasetRecords,
      "DatasetRecords.fetch",
      (service) => service.fetch("r1")
    ),
    ...observabilityRows(
      Observability.Datasets.Datasets,
      Observability.Datasets,
      "Datasets.fetch",
      (service) => service.fetch("d1")
    ),
    ...observabilityRows(Observability.Fields.Fields, Observability.Fields, "Fields.list", (service) => service.list()),
    ...observabilityRows(
      Observability.Judges.Judges,
      Observability.Judges,
      "Judges.fetch",
      (service) => service.fetch("j1")
    ),
    ...observabilityRows(Observability.Logs.Logs, Observability.Logs, "Logs.search", (service) => service.search({})),
    ...observabilityRows(
      Observability.SpanEvaluations.SpanEvaluations,
      Observability.SpanEvaluations,
      "SpanEvaluations.search",
      (service) => service.search({})
    ),
    ...observabilityRows(
      Observability.Spans.Spans,
      Observability.Spans,
      "Spans.search",
      (service) => service.search({})
    ),
    ...observabilityRows(
      Observability.Traces.Traces,
      Observability.Traces,
      "Traces.fetch",
      (service) => service.fetch("t1")
    )
  ]
}

/** The endpoints of core that are no completions, by their names. Their services are named as they are. */
const singleEndpoints = Object.values(Endpoint).flatMap((value) =>
  typeof value === "function" || "complete" in value ? [] : [value.name]
)

/** The module of a service. */
interface Module<Self> {
  readonly layer: Layer.Layer<Self, never, MistralClient.MistralClient>
  readonly layerOptions: (
    options: RequestOptions.RequestOptions
  ) => Layer.Layer<Self, never, MistralClient.MistralClient>
}

function completionRows<Self, Request>(
  service: Context.Service<Self, CompletionService.CompletionService<Request>>,
  module: Module<Self>,
  name: string,
  request: Request
): ReadonlyArray<Row> {
  return [
    ...layerRows(
      service,
      module,
      `${name}.complete`,
      ScriptedHttpClient.json(TestCompletion.response("Hello")),
      ({ complete }) => complete(request)
    ),
    ...layerRows(
      service,
      module,
      `${name}.stream`,
      ScriptedHttpClient.sse(TestCompletion.chunks("Hello")),
      ({ stream }) => Stream.runDrain(stream(request))
    )
  ]
}

function observabilityRows<Self, Service>(
  service: Context.Service<Self, Service>,
  module: Module<Self>,
  operation: string,
  call: (service: Service) => Wrapper["call"]
): ReadonlyArray<Row> {
  return layerRows(service, module, operation, ScriptedHttpClient.json(operations[operation]!.response), call)
}

function layerRows<Self, Service>(
  service: Context.Service<Self, Service>,
  module: Module<Self>,
  operation: string,
  response: ScriptedHttpClient.Answer,
  call: (service: Service) => Wrapper["call"]
): ReadonlyArray<Row> {
  const layers = { layer: module.layer, layerOptions: module.layerOptions({ headers: { "x-test": "1" } }) }
  return Object.entries(layers).map(([name, layer]): Row => ({
    name: `${operation.split(".")[0]}.${name} (${operation})`,
    response,
    wrap: (wrapper, tenant) =>
      Layer.effect(wrapper, Effect.map(service, (shape) => ({ call: call(shape) }))).pipe(
        Layer.provide(layer),
        Layer.provide(clientOf(tenant))
      )
  }))
}

/** A client for a host with the name of the tenant. */
function clientOf(tenant: string) {
  return MistralClient.layer({
    baseUrl: `https://${tenant}.example`,
    apiKey: Redacted.make(tenant === "nobody" ? "wrong" : `key-${tenant}`)
  })
}

/** One server for all hosts. It refuses a request whose key is not that of the host. */
function server(response: ScriptedHttpClient.Answer) {
  return ScriptedHttpClient.layer(({ headers, url }) =>
    headers["authorization"] === `Bearer key-${new URL(url).hostname.split(".")[0]}`
      ? response
      : ScriptedHttpClient.json({ message: "Unauthorized" }, { status: 401 })
  )
}

/** The hosts and keys of the requests so far. */
const seen = Effect.gen(function*() {
  const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
  return (yield* requests).map(({ headers, url }) => [new URL(url).origin, headers["authorization"]])
})
