import {
  Campaigns,
  ChatCompletionEvents,
  DatasetRecords,
  Datasets,
  Fields,
  Judges,
  Logs,
  ObservabilityEndpoint,
  SpanEvaluations,
  Spans,
  Traces
} from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { operations } from "./fixtures/operations.ts"
import { apiKey, failure, requests, scripted } from "./fixtures/services.ts"

describe("every operation", () => {
  for (const [name, { body, method, path, response, result: expected = response, run }] of Object.entries(operations)) {
    it.effect(`${name} sends ${method} ${path}, and gives what is answered`, () =>
      Effect.gen(function*() {
        const result = yield* run()
        assert.deepStrictEqual(yield* requests, [{ method, path, body }])
        assert.deepStrictEqual(result, expected)
      }).pipe(Effect.provide(scripted([
        response === undefined ? ScriptedHttpClient.text("", { status: 204 }) : ScriptedHttpClient.json(response)
      ]))))
  }

  // Options may be absent, so an empty object has them all.
  const withoutRequiredKeys = /\.(options|fieldOptions)$/
  for (const [name, { response, run }] of Object.entries(operations)) {
    if (response === undefined) continue
    for (const invalid of withoutRequiredKeys.test(name) ? ["not an object"] : ["not an object", {}]) {
      it.effect(`${name} fails for the response ${JSON.stringify(invalid)}`, () =>
        Effect.gen(function*() {
          const { reason } = yield* failure(run())
          assert.strictEqual(reason._tag, "InvalidResponse")
          assert.lengthOf(yield* requests, 1)
        }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(invalid)]))))
    }
  }

  it.effect("sends the key, and asks for JSON", () =>
    Effect.gen(function*() {
      for (const { run } of Object.values(operations)) yield* run()
      const seen = yield* Effect.flatMap(ScriptedHttpClient.ScriptedHttpClient, ({ requests }) => requests)
      for (const { headers } of seen) {
        assert.strictEqual(headers.authorization, `Bearer ${apiKey}`)
        assert.strictEqual(headers.accept, "application/json")
      }
      assert.strictEqual(seen.length, Object.keys(operations).length)
    }).pipe(Effect.provide(scripted((_, index) => {
      const { response } = Object.values(operations)[index]!
      return response === undefined ? ScriptedHttpClient.text("", { status: 204 }) : ScriptedHttpClient.json(response)
    }))))

  it("is in the table, whatever endpoint it calls", () => {
    const called = new Set<unknown>(Object.values(operations).map(({ endpoint }) => endpoint))
    const endpoints = Object.values(ObservabilityEndpoint).flatMap((resource) => Object.values(resource))
    assert.deepStrictEqual(endpoints.filter((one) => !called.has(one)).map(({ name }) => name), [])
    assert.strictEqual(called.size, endpoints.length)
    for (const [name, { endpoint }] of Object.entries(operations)) {
      assert.strictEqual(name.split(".")[0], endpoint.name.split(".")[0])
    }
  })

  it.effect("is a member of its service and a function of its module", () =>
    Effect.gen(function*() {
      const services: Record<string, readonly [service: object, module: object]> = {
        Campaigns: [yield* Campaigns.Campaigns, Campaigns],
        ChatCompletionEvents: [yield* ChatCompletionEvents.ChatCompletionEvents, ChatCompletionEvents],
        DatasetRecords: [yield* DatasetRecords.DatasetRecords, DatasetRecords],
        Datasets: [yield* Datasets.Datasets, Datasets],
        Fields: [yield* Fields.Fields, Fields],
        Judges: [yield* Judges.Judges, Judges],
        Logs: [yield* Logs.Logs, Logs],
        SpanEvaluations: [yield* SpanEvaluations.SpanEvaluations, SpanEvaluations],
        Spans: [yield* Spans.Spans, Spans],
        Traces: [yield* Traces.Traces, Traces]
      }
      const members = Object.entries(services).flatMap(([name, [service]]) =>
        Object.keys(service).map((member) => `${name}.${member}`)
      )
      assert.deepStrictEqual(members.sort(), Object.keys(operations).sort())
      const functions = Object.entries(services).flatMap(([name, [, module]]) =>
        Object.keys(module)
          .filter((member) => member !== name && !["make", "layer", "layerOptions"].includes(member))
          .map((member) => `${name}.${member}`)
      )
      assert.deepStrictEqual(functions.sort(), members)
    }).pipe(Effect.provide(scripted([]))))

  it.effect("goes where the service's options say, and the call's before them", () =>
    Effect.gen(function*() {
      const judges = yield* Judges.make({ baseUrl: "https://one.example", headers: { "x-one": "1", "x-two": "1" } })
      yield* judges.fetch("j1")
      yield* judges.fetch("j1", { baseUrl: "https://two.example/v1", headers: { "x-two": "2" } })
      const seen = yield* Effect.flatMap(ScriptedHttpClient.ScriptedHttpClient, ({ requests }) => requests)
      assert.deepStrictEqual(
        seen.map(({ headers, url }) => [url, headers["x-one"], headers["x-two"]]),
        [
          ["https://one.example/v1/observability/judges/j1", "1", "1"],
          ["https://two.example/v1/observability/judges/j1", "1", "2"]
        ]
      )
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json(operations["Judges.fetch"]!.response)))))
})
