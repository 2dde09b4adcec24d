/**
 * Tenants: two keys through one service by the call's `apiKey`, and by a `LayerMap`, over sockets. A wrong key is refused,
 * and no call is answered with another's.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, FetchHttpClient, MistralClient, type RequestOptions } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { Fim } from "@effect-mistral/fim"
import { UndiciHttpClient } from "@effect-mistral/node"
import { Judges } from "@effect-mistral/observability"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer, LayerMap, Redacted, Stream } from "effect"
import type { HttpClient } from "effect/http"
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"

const transports: Readonly<Record<string, Layer.Layer<HttpClient.HttpClient>>> = {
  UndiciHttpClient: UndiciHttpClient.layer,
  FetchHttpClient: FetchHttpClient.layer
}

const tenants = ["monet", "manet"]

const keyOf = (tenant: string) => Redacted.make(`sk-${tenant}-0123456789`)

const request: Chat.Request = { model: "mistral-small-latest", messages: [{ role: "user", content: "Who am I?" }] }

type Operation = (
  options?: RequestOptions.RequestOptions
) => Effect.Effect<unknown, { readonly reason: { readonly _tag: string } }, Chat.Chat | Judges.Judges | Fim.Fim>

/** Operations whose result is the name of the tenant. */
const operations: Readonly<Record<string, Operation>> = {
  "Chat.complete": (options) => Effect.map(Chat.complete(request, options), Completion.text),
  "Chat.stream": (options) =>
    Stream.runFold(Chat.stream(request, options), () => "", (text, chunk) => text + Completion.chunkText(chunk)),
  "Fim.complete": (options) => Effect.map(Fim.complete({ model: "m", prompt: "I am" }, options), Completion.text),
  "Judges.list": (options) => Effect.map(Judges.list({}, options), ({ judges }) => judges.results?.[0]?.name)
}

/** Each tenant's response takes a turn or two longer than that of the tenant before it. */
const respond = (incoming: IncomingMessage, response: ServerResponse) => {
  const tenant = tenants.find((tenant) => incoming.headers.authorization === `Bearer ${Redacted.value(keyOf(tenant))}`)
  const json = (status: number, body: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body))
  incoming.resume().on("end", () =>
    setImmediate(() => {
      if (tenant === undefined) return json(401, { message: "Unauthorized" })
      if (incoming.method === "GET") return json(200, { judges: { results: [judge(tenant)], count: 1 } })
      if (incoming.headers.accept !== "text/event-stream") return json(200, TestCompletion.response(tenant))
      response.writeHead(200, { "content-type": "text/event-stream" })
      for (const chunk of TestCompletion.chunks(tenant)) response.write(`data: ${JSON.stringify(chunk)}\n\n`)
      return response.end("data: [DONE]\n\n")
    }))
}

const judge = (name: string) => ({
  id: "1",
  name,
  description: "",
  model_name: "m",
  instructions: "",
  output: { type: "REGRESSION", min: 1, max: 5, min_description: "", max_description: "" },
  tools: [],
  owner_id: "1",
  workspace_id: "1",
  created_at: "2026-01-01T00:00:00Z",
  updated_at: "2026-01-01T00:00:00Z",
  deleted_at: null,
  up_revision: null,
  down_revision: null,
  base_revision: null
})

const serve = Effect.acquireRelease(
  Effect.callback<string>((resume) => {
    const server = createServer(respond).listen(0, "127.0.0.1", () => {
      // The cast is safe: a server on a port has such an address.
      const { port } = server.address() as AddressInfo
      servers.set(`http://127.0.0.1:${port}`, server)
      resume(Effect.succeed(`http://127.0.0.1:${port}`))
    })
  }),
  (url) =>
    Effect.sync(() => {
      servers.get(url)?.closeAllConnections()
      servers.get(url)?.close()
    })
)

const servers = new Map<string, ReturnType<typeof createServer>>()

/** Made for each client: a constant would be memoized by `Layer.mergeAll`, and the first client with it. */
const services = () => Layer.mergeAll(Chat.layer, Fim.layer, Judges.layer)

for (const [transport, http] of Object.entries(transports)) {
  describe(`over ${transport}`, () => {
    for (const [name, operation] of Object.entries(operations)) {
      it.effect(`${name} has the key of its call, and a wrong key is refused`, () =>
        Effect.gen(function*() {
          const baseUrl = yield* serve
          for (const apiKey of [undefined, keyOf("nobody"), keyOf("monet")]) {
            const asked = Array.from({ length: 30 }, (_, at) => [...tenants, "nobody"][at % 3]!)
            const answers = yield* Effect.forEach(
              asked,
              (tenant, at) =>
                operation({ apiKey: at % 2 === 0 ? keyOf(tenant) : Effect.succeed(keyOf(tenant)) }).pipe(
                  Effect.catch(({ reason }) => Effect.succeed(reason._tag))
                ),
              { concurrency: "unbounded" }
            ).pipe(Effect.provide(
              services().pipe(Layer.provide(MistralClient.layer({ baseUrl, apiKey })), Layer.provide(http))
            ))
            assert.deepStrictEqual(
              answers,
              asked.map((tenant) => tenant === "nobody" ? "Authentication" : tenant)
            )
          }
        }))

      it.effect(`${name} has the key of its tenant in a LayerMap, and a wrong key is refused`, () =>
        Effect.gen(function*() {
          const baseUrl = yield* serve
          const clients = yield* LayerMap.make((tenant: string) =>
            services().pipe(
              Layer.provide(MistralClient.layer({ baseUrl, apiKey: keyOf(tenant) })),
              Layer.provide(http)
            )
          )
          const asked = Array.from({ length: 30 }, (_, at) => [...tenants, "nobody"][at % 3]!)
          const answers = yield* Effect.forEach(
            asked,
            (tenant) =>
              operation().pipe(
                Effect.catch(({ reason }) => Effect.succeed(reason._tag)),
                Effect.provide(clients.get(tenant))
              ),
            { concurrency: "unbounded" }
          )
          assert.deepStrictEqual(answers, asked.map((tenant) => tenant === "nobody" ? "Authentication" : tenant))
        }))
    }

    it.effect("the emulator refuses a wrong key of a call, and accepts the right one in place of the client's", () =>
      Effect.gen(function*() {
        const { apiKey, url } = yield* Emulator.Emulator
        yield* Effect.gen(function*() {
          yield* Chat.complete(request, { apiKey })
          const { reason } = yield* Effect.flip(Chat.complete(request, { apiKey: keyOf("nobody") }))
          assert.strictEqual(reason._tag, "Authentication")
        }).pipe(Effect.provide(
          services().pipe(Layer.provide(MistralClient.layer({ baseUrl: url, apiKey: keyOf("monet") })))
        ))
      }).pipe(Effect.provide(Emulator.layer({ timeToFirstToken: 0 }).pipe(Layer.provideMerge(http)))))
  })
}

describe("Fim.layerCodestral", () => {
  it.effect("has its own key beside another client's, and that of a call wins over it", () =>
    Effect.gen(function*() {
      const baseUrl = yield* serve
      yield* Effect.gen(function*() {
        assert.strictEqual(yield* operations["Fim.complete"]!(), "manet")
        assert.strictEqual(yield* operations["Chat.complete"]!(), "monet")
        assert.strictEqual(yield* operations["Fim.complete"]!({ apiKey: keyOf("monet") }), "monet")
      }).pipe(
        Effect.provide(
          Layer.mergeAll(
            Fim.layerCodestral(),
            Layer.mergeAll(Chat.layer, Judges.layer).pipe(
              Layer.provide(MistralClient.layer({ baseUrl, apiKey: keyOf("monet") }))
            )
          ).pipe(Layer.provide(FetchHttpClient.layer))
        ),
        Effect.provideService(
          ConfigProvider.ConfigProvider,
          ConfigProvider.fromUnknown({
            CODESTRAL_API_KEY: Redacted.value(keyOf("manet")),
            CODESTRAL_BASE_URL: baseUrl
          })
        )
      )
    }))
})
