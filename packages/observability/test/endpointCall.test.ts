/** Request options: those of a service and those of a call apply to every request of every operation. */
import { MistralClient, type RequestOptions } from "@effect-mistral/core"
import * as Observability from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { operations } from "./fixtures/operations.ts"
import { scripted } from "./fixtures/services.ts"

describe("the options of", () => {
  for (const [name, { response, run }] of Object.entries(operations)) {
    const answer = response === undefined
      ? ScriptedHttpClient.text("", { status: 204 })
      : ScriptedHttpClient.json(response)

    it.effect(`a call of ${name} apply to its request`, () =>
      Effect.gen(function*() {
        yield* run({ headers: { "x-call": "1" }, baseUrl: "https://call.example" })
        assert.deepStrictEqual(yield* seen, [{ origin: "https://call.example", call: "1", service: undefined }])
      }).pipe(Effect.provide(scripted([answer]))))

    it.effect(`the service of ${name} apply to its request, and those of the call override them`, () =>
      Effect.gen(function*() {
        yield* run()
        yield* run({ headers: { "x-call": "2" } })
        assert.deepStrictEqual(yield* seen, [
          { origin: "https://service.example", call: "1", service: "1" },
          { origin: "https://service.example", call: "2", service: "1" }
        ])
      }).pipe(
        Effect.provide(
          withOptions({ headers: { "x-call": "1", "x-service": "1" }, baseUrl: "https://service.example" }, answer)
        )
      ))
  }
})

/** Every service with options of its own, over a server that always sends one response. */
function withOptions(options: RequestOptions.RequestOptions, answer: ScriptedHttpClient.Answer) {
  return Layer.mergeAll(
    Observability.Campaigns.layerOptions(options),
    Observability.ChatCompletionEvents.layerOptions(options),
    Observability.DatasetRecords.layerOptions(options),
    Observability.Datasets.layerOptions(options),
    Observability.Fields.layerOptions(options),
    Observability.Judges.layerOptions(options),
    Observability.Logs.layerOptions(options),
    Observability.SpanEvaluations.layerOptions(options),
    Observability.Spans.layerOptions(options),
    Observability.Traces.layerOptions(options)
  ).pipe(
    Layer.provide(MistralClient.layer({ baseUrl: "https://client.example" })),
    Layer.provideMerge(ScriptedHttpClient.layer(() => answer))
  )
}

/** The host of every request, and the headers that the options of a call and of a service set. */
const seen = Effect.map(
  Effect.flatMap(ScriptedHttpClient.ScriptedHttpClient, ({ requests }) => requests),
  (requests) =>
    requests.map(({ headers, url }) => ({
      origin: new URL(url).origin,
      call: headers["x-call"],
      service: headers["x-service"]
    }))
)
