/** The target of a call: path parameters and query parameters. */
import { type Endpoint, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema } from "effect"
import { failure } from "./fixtures/scriptedServer.ts"

const searchThings: Endpoint.Endpoint<void, unknown> = {
  name: "Things.search",
  method: "GET",
  path: "/v1/things/{thing_id}",
  request: Schema.Void,
  query: Schema.Struct({
    page_size: Schema.optional(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 100 }))),
    kinds: Schema.optional(Schema.NullOr(Schema.Array(Schema.String)))
  }),
  response: Schema.Unknown,
  retryable: "always"
}

const send = (target: MistralClient.CallOptions) =>
  MistralClient.MistralClient.use(({ request }) => request(searchThings, undefined, target))

describe("the target of a call", () => {
  it.effect("has a query in which lists repeat their name, and null and undefined are left out", () =>
    Effect.gen(function*() {
      yield* send({ params: { thing_id: "a b/c" }, query: { page_size: 0, kinds: ["x", "y&z"] } })
      yield* send({ params: { thing_id: "..." }, query: { page_size: undefined, kinds: null } })
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual((yield* requests).map(({ url }) => url), [
        "https://api.mistral.ai/v1/things/a%20b%2Fc?page_size=0&kinds=x&kinds=y%26z",
        "https://api.mistral.ai/v1/things/..."
      ])
    }).pipe(Effect.provide(client)))

  const refusals: ReadonlyArray<readonly [string, MistralClient.CallOptions, ReadonlyArray<string>]> = [
    ["a parameter that is missing", {}, ["params", "thing_id"]],
    ["a parameter that is empty", { params: { thing_id: "" } }, ["params", "thing_id"]],
    ["a parameter that would lead to the parent", { params: { thing_id: ".." } }, ["params", "thing_id"]],
    ["a parameter with half of a surrogate pair", { params: { thing_id: "a\ud800" } }, ["params", "thing_id"]],
    ["a value out of range", { params: { thing_id: "a" }, query: { page_size: 101 } }, ["page_size"]],
    ["a key that the endpoint does not know", { params: { thing_id: "a" }, query: { pageSize: 1 } }, ["pageSize"]]
  ]
  for (const [what, target, path] of refusals) {
    it.effect(`is refused before anything is sent: ${what}`, () =>
      Effect.gen(function*() {
        const { reason } = yield* failure(send(target))
        assert.strictEqual(reason._tag, "InvalidRequest")
        assert.deepStrictEqual(reason._tag === "InvalidRequest" && reason.issues[0]?.path, path)
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(client)))
  }
})

const client = MistralClient.layer({ retry: RetryPolicy.none }).pipe(
  Layer.provideMerge(ScriptedHttpClient.layer(() => ScriptedHttpClient.json({})))
)
