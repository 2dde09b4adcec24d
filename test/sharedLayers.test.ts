/**
 * Where several services are merged to one layer above the clients of tenants: made anew in `lookup` of a `LayerMap`, each
 * tenant has its own client. One constant is shared by Effect, so that all tenants have the client of the first.
 */
import { Chat } from "@effect-mistral/chat"
import { MistralClient } from "@effect-mistral/core"
import { Fim } from "@effect-mistral/fim"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, LayerMap, Redacted } from "effect"

describe("services that are merged to one layer, above the clients of tenants", () => {
  it.effect("have the client of their tenant where the layer is made in lookup", () =>
    Effect.map(
      keysOf(() => Layer.mergeAll(Chat.layer, Fim.layer)),
      (keys) => assert.deepStrictEqual(keys, ["Bearer key-of-monet", "Bearer key-of-manet"])
    ))

  it.effect("have the client of the first tenant where the layer is one constant", () => {
    const constant = Layer.mergeAll(Chat.layer, Fim.layer)
    return Effect.map(
      keysOf(() => constant),
      (keys) => assert.deepStrictEqual(keys, ["Bearer key-of-monet", "Bearer key-of-monet"])
    )
  })
})

/** The keys with which the calls of two tenants were sent. */
const keysOf = (services: () => Layer.Layer<Chat.Chat | Fim.Fim, never, MistralClient.MistralClient>) =>
  Effect.gen(function*() {
    const tenants = yield* LayerMap.make(
      (tenant: string) => Layer.provide(services(), MistralClient.layer({ apiKey: Redacted.make(`key-of-${tenant}`) })),
      {
        idleTimeToLive: "1 hour"
      }
    )
    for (const tenant of ["monet", "manet"]) {
      yield* Chat.complete({ model: "m", messages: [{ role: "user", content: "Hi" }] }).pipe(
        Effect.provide(tenants.get(tenant))
      )
    }
    const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
    return (yield* requests).map(({ headers }) => headers["authorization"])
  }).pipe(
    Effect.scoped,
    Effect.provide(ScriptedHttpClient.layer([1, 2].map(() => ScriptedHttpClient.json(TestCompletion.response("Hi")))))
  )
