/**
 * The header that carries the key, and headers that cannot be sent.
 */
import { AzureAi, MistralClient, OpenAiCompatible, RetryPolicy, VertexAi } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Config, Effect, Layer, Redacted, Schedule } from "effect"
import { bothWays, clientOver, complete, goodResponse, requests, within } from "./fixtures/scriptedClient.ts"

const key = "sk-0123456789"

describe("the header of the key", () => {
  const sent: ReadonlyArray<readonly [header: string | undefined, key: string, name: string, value: string]> = [
    [undefined, key, "authorization", `Bearer ${key}`],
    ["authorization", key, "authorization", `Bearer ${key}`],
    ["Authorization", key, "authorization", `Bearer ${key}`],
    ["Authorization", `Bearer ${key}`, "authorization", `Bearer ${key}`],
    ["api-key", key, "api-key", key],
    ["X-Api-Key", `${key}\n`, "x-api-key", key],
    ["x-goog-api-key", key, "x-goog-api-key", key],
    ["Ocp-Apim-Subscription-Key", key, "ocp-apim-subscription-key", key],
    ["proxy-authorization", `Basic ${key}`, "proxy-authorization", `Basic ${key}`]
  ]
  for (const [apiKeyHeader, given, name, value] of sent) {
    it.effect(`is ${name} for ${JSON.stringify(given)} where ${apiKeyHeader ?? "no header"} is named`, () =>
      Effect.gen(function*() {
        yield* bothWays.whole()
        yield* bothWays.streamed()
        for (const { headers } of yield* requests) {
          assert.strictEqual(headers[name], value)
          if (name !== "authorization") assert.notProperty(headers, "authorization")
        }
      }).pipe(Effect.provide(clientOver(goodResponse, { apiKey: Redacted.make(given), apiKeyHeader }))))
  }

  it.effect("has the key of each attempt, and a header of the options wins over it", () => {
    let attempt = 0
    return Effect.gen(function*() {
      yield* within(complete(), "1 second")
      yield* complete({ headers: { "API-Key": "mine" } })
      assert.deepStrictEqual((yield* requests).map(({ headers }) => headers["api-key"]), ["key-1", "key-2", "mine"])
    }).pipe(Effect.provide(clientOver(
      (request) => attempt === 1 ? ScriptedHttpClient.json({}, { status: 500 }) : goodResponse(request),
      {
        apiKey: Effect.sync(() => Redacted.make(`key-${++attempt}`)),
        apiKeyHeader: "api-key",
        retry: RetryPolicy.make({ schedule: Schedule.recurs(1) })
      }
    )))
  })

  const layers = {
    azure: AzureAi.layer({ endpoint: "https://a.test", apiKey: Redacted.make(key), apiKeyHeader: "api-key" }),
    compatible: OpenAiCompatible.layer({
      baseUrl: "https://a.test",
      apiKey: Redacted.make(key),
      apiKeyHeader: "api-key"
    }),
    vertex: VertexAi.layer({ projectId: "p", accessToken: Redacted.make(key), apiKeyHeader: "api-key" }),
    config: MistralClient.layerConfig({ apiKeyHeader: "api-key", apiKey: Config.succeed(Redacted.make(key)) })
  }
  for (const [name, layer] of Object.entries(layers)) {
    it.effect(`is an option of every client (${name})`, () =>
      Effect.gen(function*() {
        yield* complete()
        const [request] = yield* requests
        assert.strictEqual(request?.headers["api-key"], key)
        assert.notProperty(request?.headers, "authorization")
      }).pipe(Effect.provide(Layer.provideMerge(layer, ScriptedHttpClient.layer(goodResponse)))))
  }
})
