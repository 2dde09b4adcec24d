/** Completion services over two clients of one program: each request goes to the host of its own client, with its key. */
import { Agents } from "@effect-mistral/agents"
import { Chat } from "@effect-mistral/chat"
import { type CompletionService, MistralClient, type MistralError } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Layer, LayerMap, Redacted, Stream } from "effect"

const messages = [{ role: "user" as const, content: "Hi" }]

describe("two clients in one program", () => {
  for (const { name, wrap } of rows()) {
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
        Layer.mergeAll(wrap(European, "eu"), wrap(American, "us")).pipe(Layer.provideMerge(server))
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
      }).pipe(Effect.scoped, Effect.provide(server)))
  }
})

/** A service over a completion service. It makes one call. */
interface Wrapper {
  readonly call: Effect.Effect<unknown, MistralError.MistralError>
}

class European extends Context.Service<European, Wrapper>()("European") {}

class American extends Context.Service<American, Wrapper>()("American") {}

class Tenant extends Context.Service<Tenant, Wrapper>()("Tenant") {}

interface Row {
  readonly name: string
  /** A wrapper over the row's layer, over the client of a tenant. */
  readonly wrap: <Self>(
    wrapper: Context.Service<Self, Wrapper>,
    tenant: string
  ) => Layer.Layer<Self, never, Layer.Services<ReturnType<typeof clientOf>>>
}

/** A row for each service, layer and operation. The same layer is provided to all wrappers of a row. */
function rows(): ReadonlyArray<Row> {
  return [
    ...row("Chat", Chat.Chat, Chat, { model: "m", messages }),
    ...row("Agents", Agents.Agents, Agents, { agent_id: "a", messages }),
    ...row("Fim", Fim.Fim, Fim, { model: "m", prompt: "def" })
  ]
}

function row<Self, Request>(
  name: string,
  service: Context.Service<Self, CompletionService.CompletionService<Request>>,
  module: {
    readonly layer: Layer.Layer<Self, never, MistralClient.MistralClient>
    readonly layerOptions: (options: object) => Layer.Layer<Self, never, MistralClient.MistralClient>
  },
  request: Request
): ReadonlyArray<Row> {
  const layers = { layer: module.layer, layerOptions: module.layerOptions({ headers: { "x-test": "1" } }) }
  const operations = {
    complete: (shape: CompletionService.CompletionService<Request>) => shape.complete(request),
    stream: (shape: CompletionService.CompletionService<Request>) => Stream.runDrain(shape.stream(request))
  }
  return Object.entries(layers).flatMap(([layerName, layer]) =>
    Object.entries(operations).map(([operation, run]): Row => ({
      name: `${name}.${layerName} (${operation})`,
      wrap: (wrapper, tenant) =>
        Layer.effect(wrapper, Effect.map(service, (shape) => ({ call: run(shape) }))).pipe(
          Layer.provide(layer),
          Layer.provide(clientOf(tenant))
        )
    }))
  )
}

function clientOf(tenant: string) {
  return MistralClient.layer({
    baseUrl: `https://${tenant}.example`,
    apiKey: Redacted.make(tenant === "nobody" ? "wrong" : `key-${tenant}`)
  })
}

/** One server for all hosts. It refuses a request whose key is not that of the host. */
const server = ScriptedHttpClient.layer(({ body, headers, url }) =>
  headers["authorization"] !== `Bearer key-${new URL(url).hostname.split(".")[0]}`
    ? ScriptedHttpClient.json({ message: "Unauthorized" }, { status: 401 })
    : (body as { readonly stream: boolean }).stream
    ? ScriptedHttpClient.sse(TestCompletion.chunks("Hello"))
    : ScriptedHttpClient.json(TestCompletion.response("Hello"))
)

/** The hosts and keys of the requests so far. */
const seen = Effect.gen(function*() {
  const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
  return (yield* requests).map(({ headers, url }) => [new URL(url).origin, headers["authorization"]])
})
