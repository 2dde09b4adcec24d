/** The key among the options of a call: each request has the key of its own call, and no error shows any key. */
import {
  AzureAi,
  Completion,
  MistralClient,
  OpenAiCompatible,
  RequestOptions,
  RetryPolicy,
  VertexAi
} from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Config, Effect, Layer, Redacted, Schedule, Stream } from "effect"
import {
  bothWays,
  clientOver,
  complete,
  goodResponse,
  listModels,
  requests,
  stream,
  within
} from "./fixtures/scriptedClient.ts"
import { shownTexts } from "./fixtures/shownTexts.ts"

const keyOf = (tenant: string) => Redacted.make(`sk-${tenant}-0123456789`)

const tenants = ["monet", "manet", "degas", "renoir", "morisot"]

const ways = { ...bothWays, "of a list": (options?: MistralClient.CallOptions) => Effect.asVoid(listModels(options)) }

/** Answers with the name of the tenant that a key belongs to, the first tenant last, and refuses every other key. */
const tenantServer = ({ headers }: ScriptedHttpClient.SeenRequest): ScriptedHttpClient.Answer => {
  const at = tenants.findIndex((tenant) =>
    [`Bearer ${Redacted.value(keyOf(tenant))}`, Redacted.value(keyOf(tenant))].includes(
      headers["authorization"] ?? headers["api-key"] ?? ""
    )
  )
  if (at < 0) return ScriptedHttpClient.json({ message: "Unauthorized" }, { status: 401 })
  const delay = `${100 - at} millis` as const
  return headers["accept"] === "text/event-stream"
    ? ScriptedHttpClient.sse(TestCompletion.chunks(tenants[at]!), { delay })
    : ScriptedHttpClient.json(TestCompletion.response(tenants[at]!), { delay })
}

/** The text of a completion, whole or streamed. */
const texts = {
  whole: (options: MistralClient.CallOptions) => Effect.map(complete(options), Completion.text),
  streamed: (options: MistralClient.CallOptions) =>
    Stream.runFold(stream(options), () => "", (text, chunk) => text + Completion.chunkText(chunk))
}

describe("the key of a call", () => {
  for (const [way, text] of Object.entries(texts)) {
    for (const apiKeyHeader of [undefined, "api-key"]) {
      it.effect(`is sent for its call alone, at the same time as others (${way}, ${apiKeyHeader ?? "authorization"})`, () =>
        Effect.gen(function*() {
          const asked = Array.from({ length: 50 }, (_, at) => tenants[at % tenants.length]!)
          const said = yield* within(
            Effect.forEach(
              asked,
              (tenant, at) => text({ apiKey: at % 2 === 0 ? keyOf(tenant) : Effect.succeed(keyOf(tenant)) }),
              { concurrency: "unbounded" }
            ),
            "1 second"
          )
          assert.deepStrictEqual(said, asked)
        }).pipe(Effect.provide(clientOver(tenantServer, { apiKey: undefined, apiKeyHeader }))))

      it.effect(`that is wrong is refused, also beside those of others (${way}, ${apiKeyHeader ?? "authorization"})`, () =>
        Effect.gen(function*() {
          const results = yield* within(
            Effect.forEach(
              ["monet", "nobody", "manet", "nobody"],
              (tenant) => Effect.result(text({ apiKey: keyOf(tenant) })),
              { concurrency: "unbounded" }
            ),
            "1 second"
          )
          assert.deepStrictEqual(
            results.map((result) => result._tag === "Success" ? result.success : result.failure.reason._tag),
            ["monet", "Authentication", "manet", "Authentication"]
          )
        }).pipe(Effect.provide(clientOver(tenantServer, { apiKey: keyOf("degas"), apiKeyHeader }))))
    }
  }

  it.effect("wins over that of the service, and that over the client's; `undefined` keeps it", () =>
    Effect.gen(function*() {
      const service: RequestOptions.RequestOptions = { apiKey: keyOf("service") }
      yield* complete()
      yield* complete(RequestOptions.merge(service, undefined))
      yield* complete(RequestOptions.merge(service, { apiKey: undefined }))
      yield* complete(RequestOptions.merge(service, { apiKey: Effect.succeed(keyOf("call")) }))
      yield* complete()
      assert.deepStrictEqual(
        (yield* requests).map(({ headers }) => headers.authorization),
        ["client", "service", "service", "call", "client"].map((name) => `Bearer ${Redacted.value(keyOf(name))}`)
      )
    }).pipe(Effect.provide(clientOver(goodResponse, { apiKey: keyOf("client") }))))

  for (const [way, call] of Object.entries(ways)) {
    it.effect(`is that of every attempt (${way})`, () => {
      const seen = new Set<unknown>()
      return Effect.gen(function*() {
        yield* within(Effect.all([call({ apiKey: keyOf("monet") }), call()], { concurrency: 2 }), "1 minute")
        assert.deepStrictEqual(
          (yield* requests).map(({ headers }) => headers.authorization).sort(),
          ["client", "client", "monet", "monet"].map((name) => `Bearer ${Redacted.value(keyOf(name))}`)
        )
      }).pipe(Effect.provide(clientOver(
        (request) => {
          if (seen.has(request.headers.authorization)) return goodResponse(request)
          seen.add(request.headers.authorization)
          return ScriptedHttpClient.json({}, { status: 503 })
        },
        { apiKey: keyOf("client"), retry: RetryPolicy.make({ schedule: Schedule.recurs(1) }) }
      )))
    })

    it.effect(`is shown nowhere, nor is the client's (${way})`, () =>
      Effect.gen(function*() {
        const shown = yield* shownTexts(call({ apiKey: keyOf("monet") }))
        for (const text of Object.values(shown)) {
          for (const name of ["monet", "client"]) assert.notInclude(text, Redacted.value(keyOf(name)))
        }
      }).pipe(Effect.provide(clientOver(
        () =>
          ScriptedHttpClient.json({
            message: `not ${Redacted.value(keyOf("monet"))} but ${Redacted.value(keyOf("client"))}`
          }, { status: 400 }),
        { apiKey: Redacted.make(`Bearer ${Redacted.value(keyOf("client"))}`) }
      ))))

    it.effect(`is not sent where a header of that name is set (${way})`, () =>
      Effect.gen(function*() {
        yield* call({ apiKey: keyOf("monet"), headers: { Authorization: "Basic mine" } })
        assert.deepStrictEqual((yield* requests).map(({ headers }) => headers.authorization), ["Basic mine"])
      }).pipe(Effect.provide(clientOver(goodResponse))))
  }

  it.effect("is checked as that of a client is, and nothing is sent with a wrong one", () =>
    Effect.gen(function*() {
      for (const call of Object.values(ways)) {
        for (const apiKey of [Redacted.make(""), Redacted.make("a\nb"), Effect.succeed(Redacted.make("clé"))]) {
          const { reason } = yield* Effect.flip(call({ apiKey }))
          assert.deepStrictEqual(
            reason._tag === "InvalidRequest" && reason.issues.map(({ path }) => path),
            [["apiKey"]]
          )
        }
      }
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(clientOver(goodResponse))))

  const layers = {
    azure: AzureAi.layer({ endpoint: "https://a.test", apiKey: keyOf("client"), apiKeyHeader: "api-key" }),
    compatible: OpenAiCompatible.layer({ baseUrl: "https://a.test", apiKey: keyOf("client") }),
    "compatible, without a key": OpenAiCompatible.layer({ baseUrl: "https://a.test" }),
    vertex: VertexAi.layer({ projectId: "p", accessToken: keyOf("client") }),
    config: MistralClient.layerConfig({ apiKey: Config.succeed(keyOf("client")) })
  }
  for (const [name, layer] of Object.entries(layers)) {
    it.effect(`is sent over every client (${name})`, () =>
      Effect.gen(function*() {
        yield* complete({ apiKey: keyOf("monet") })
        const [{ headers } = { headers: {} }] = yield* requests
        const { "api-key": key, authorization } = headers as Readonly<Record<string, string>>
        assert.include([key, authorization], `${key === undefined ? "Bearer " : ""}${Redacted.value(keyOf("monet"))}`)
        assert.notInclude(JSON.stringify(headers), "client")
      }).pipe(Effect.provide(Layer.provideMerge(layer, ScriptedHttpClient.layer(goodResponse)))))
  }
})
