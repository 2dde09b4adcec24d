/**
 * The metadata of good responses over each transport, from the emulator's socket: of a completion, a stream and an object,
 * whose request id is the correlation id of the event in observability.
 */
import { Chat } from "@effect-mistral/chat"
import { FetchHttpClient, MistralClient, type RequestOptions, type ResponseMetadata } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { UndiciHttpClient } from "@effect-mistral/node"
import { ChatCompletionEvents, Filter, Judges } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schema, Stream } from "effect"
import { FetchHttpClient as EffectFetch, HttpClient } from "effect/http"

const transports: Readonly<Record<string, Layer.Layer<HttpClient.HttpClient>>> = {
  UndiciHttpClient: UndiciHttpClient.layer,
  FetchHttpClient: FetchHttpClient.layer,
  "Effect's FetchHttpClient": EffectFetch.layer,
  "a changed client": Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, HttpClient.mapRequest((request) => request))
  ).pipe(Layer.provide(UndiciHttpClient.layer))
}

const request: Chat.Request = { model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] }

const Painter = Schema.Struct({ name: Schema.String })

type Operation = (options: RequestOptions.RequestOptions) => Effect.Effect<unknown, unknown, Chat.Chat>

const operations: Readonly<Record<string, Operation>> = {
  "a completion": (options) => Chat.complete(request, options),
  "a stream": (options) => Stream.runDrain(Chat.stream(request, options)),
  "an object": (options) => Chat.completeObject({ ...request, schema: Painter }, options),
  "a streamed object": (options) => Stream.runDrain(Chat.streamObject({ ...request, schema: Painter }, options))
}

const local = Layer.unwrap(Effect.gen(function*() {
  const { apiKey, url } = yield* Emulator.Emulator
  return Layer.mergeAll(Chat.layer, ChatCompletionEvents.layer, Judges.layer).pipe(
    Layer.provide(MistralClient.layer({ apiKey, baseUrl: url }))
  )
})).pipe(Layer.provide(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity })))

/** Runs an operation, and gives the metadata that came. */
const metadataOf = <E, R>(operation: (options: RequestOptions.RequestOptions) => Effect.Effect<unknown, E, R>) =>
  Effect.gen(function*() {
    const seen: Array<ResponseMetadata.ResponseMetadata> = []
    yield* operation({ onResponse: (metadata) => Effect.sync(() => seen.push(metadata)) })
    assert.lengthOf(seen, 1)
    return seen[0]!
  })

describe("onResponse of a client, a service and a call", () => {
  for (const [what, operation] of Object.entries(operations)) {
    it.effect(`all run, in this order: ${what}`, () =>
      Effect.gen(function*() {
        const order: Array<string> = []
        const onResponse = (name: string) => () => Effect.sync(() => order.push(name))
        const { apiKey, url } = yield* Emulator.Emulator
        yield* operation({ onResponse: onResponse("call") }).pipe(
          Effect.provide(
            Chat.layerOptions({ onResponse: onResponse("service") }).pipe(
              Layer.provide(MistralClient.layer({ apiKey, baseUrl: url, onResponse: onResponse("client") }))
            )
          )
        )
        assert.deepStrictEqual(order, ["client", "service", "call"])
      }).pipe(Effect.provide(Emulator.layer().pipe(Layer.provideMerge(FetchHttpClient.layer)))))
  }
})

for (const [transport, layer] of Object.entries(transports)) {
  describe(`over ${transport}`, () => {
    for (const [what, operation] of Object.entries(operations)) {
      it.effect(`${what} has status, rate limits, headers and the id under which observability finds its event`, () =>
        Effect.gen(function*() {
          const { headers, rateLimits, requestId, status } = yield* metadataOf(operation)
          assert.strictEqual(status, 200)
          assert.include(headers["content-type"], what.includes("stream") ? "text/event-stream" : "application/json")
          assert.deepStrictEqual(Object.keys(rateLimits ?? {}).sort(), [
            "x-ratelimit-limit-req-minute",
            "x-ratelimit-limit-tokens-minute",
            "x-ratelimit-remaining-req-minute",
            "x-ratelimit-remaining-tokens-minute",
            "x-ratelimit-tokens-query-cost"
          ])
          assert.strictEqual(rateLimits?.["x-ratelimit-limit-req-minute"], headers["x-ratelimit-limit-req-minute"])
          const found = yield* ChatCompletionEvents.search({
            search_params: { filters: Filter.eq("correlation_id", requestId ?? "") }
          })
          assert.deepStrictEqual(
            found.completion_events.results?.map(({ correlation_id }) => correlation_id),
            [requestId]
          )
        }).pipe(Effect.provide(local.pipe(Layer.provide(layer)))))
    }

    it.effect("an operation of observability has them too", () =>
      Effect.gen(function*() {
        const { headers, requestId, status } = yield* metadataOf((options) => Judges.list({}, options))
        assert.strictEqual(status, 200)
        assert.strictEqual(requestId, headers["mistral-correlation-id"])
        assert.isString(requestId)
      }).pipe(Effect.provide(local.pipe(Layer.provide(layer)))))
  })
}
