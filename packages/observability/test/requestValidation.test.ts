/** Requests that are rejected before they are sent: ids that would change the path, missing requests, unknown keys. */
import type { MistralError } from "@effect-mistral/core"
import * as Observability from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { definition, output, record } from "./fixtures/resources.ts"
import { failure, requests, scripted, type Services } from "./fixtures/services.ts"

describe("an id", () => {
  const calls: Readonly<Record<string, readonly [(id: string) => Call, parameter: string]>> = {
    "of an event": [Observability.ChatCompletionEvents.fetch, "event_id"],
    "of an event to be judged": [(id) => Observability.ChatCompletionEvents.judge(id, definition), "event_id"],
    "of an event with similar ones": [Observability.ChatCompletionEvents.fetchSimilarEvents, "event_id"],
    "that is a field's name": [(name) => Observability.Fields.options(name, "eq"), "field_name"],
    "of a judge": [Observability.Judges.fetch, "judge_id"],
    "of a judge to be deleted": [Observability.Judges.delete, "judge_id"],
    "of a campaign": [Observability.Campaigns.fetchStatus, "campaign_id"],
    "of a campaign to be awaited": [(id) => Observability.Campaigns.await(id), "campaign_id"],
    "of a campaign's events": [(id) => Stream.runCollect(Observability.Campaigns.selectedEventsAll(id)), "campaign_id"],
    "of a dataset": [Observability.Datasets.fetch, "dataset_id"],
    "of a task": [(id) => Observability.Datasets.awaitTask("d1", id), "task_id"],
    "of a record": [Observability.DatasetRecords.delete, "dataset_record_id"],
    "of a trace": [Observability.Traces.fetch, "trace_id"],
    "of a span": [(id) => Observability.Traces.fetchSpan("t1", id), "span_id"],
    "that is a telemetry field's name": [(name) => Observability.Spans.fieldOptions(name), "field_name"]
  }
  for (const [name, [run, parameter]] of Object.entries(calls)) {
    for (const id of ["", ".", ".."]) {
      it.effect(`${name} is not ${JSON.stringify(id)}: it would make another path`, () =>
        Effect.gen(function*() {
          const { reason } = yield* failure(run(id))
          assert.deepStrictEqual(reason._tag === "InvalidRequest" && reason.issues.map(({ path }) => path), [
            ["params", parameter]
          ])
          assert.deepStrictEqual(yield* requests, [])
        }).pipe(Effect.provide(scripted([]))))
    }
  }

  it.effect("that cannot be is a value among the judged, and the others are judged", () =>
    Effect.gen(function*() {
      const judged = yield* Stream.runCollect(
        Observability.ChatCompletionEvents.judgeAll(["e1", "..", "e2"], definition)
      )
      assert.deepStrictEqual(judged.map(({ eventId, result }) => [eventId, result._tag]), [
        ["e1", "Success"],
        ["..", "Failure"],
        ["e2", "Success"]
      ])
      assert.strictEqual((yield* requests).length, 2)
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json(output)))))
})

describe("no request at all, from a program that is not type-checked,", () => {
  // The cast is the point: a program that is not type-checked may pass `undefined`.
  const nothing = undefined as unknown as Observability.ChatCompletionEvents.SearchRequest

  for (
    const [name, run] of Object.entries({
      search: Observability.ChatCompletionEvents.search(nothing),
      searchAll: Stream.runDrain(Observability.ChatCompletionEvents.searchAll(nothing)),
      searchIds: Observability.ChatCompletionEvents.searchIds(nothing)
    })
  ) {
    it.effect(`is an InvalidRequest of ${name}`, () =>
      Effect.gen(function*() {
        assert.strictEqual((yield* failure(run)).reason._tag, "InvalidRequest")
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(scripted([]))))
  }
})

describe("a key that the API does not know", () => {
  // TypeScript would reject the key, so the cast hides it.
  const more = { not_a_key: 1 } as object
  const calls: Readonly<Record<string, readonly [Call, path: ReadonlyArray<string>]>> = {
    "in a body": [Observability.Judges.create({ ...definition, ...more }), ["not_a_key"]],
    "deep in a body": [Observability.Judges.create({ ...definition, output: { ...definition.output, ...more } }), [
      "output",
      "not_a_key"
    ]],
    "in a query": [Observability.Judges.list({ page: 1, ...more }), ["not_a_key"]],
    "in a search": [Observability.Logs.search({ ...more }), ["not_a_key"]],
    "in a span of time": [Observability.Traces.fieldOptions("f", { ...more }), ["not_a_key"]],
    "in a part of a feed": [Observability.Traces.spans("t1", { ...more }), ["not_a_key"]]
  }
  for (const [name, [run, path]] of Object.entries(calls)) {
    it.effect(`${name} is refused before anything is sent`, () =>
      Effect.gen(function*() {
        const { reason } = yield* failure(run)
        assert.deepStrictEqual(reason._tag === "InvalidRequest" && reason.issues.map(({ path }) => path), [path])
        assert.deepStrictEqual(yield* requests, [])
      }).pipe(Effect.provide(scripted([]))))
  }

  it.effect("is let through where keys are the user's", () =>
    Effect.gen(function*() {
      yield* Observability.Datasets.createRecord("d1", { payload: { any: { key: 1 } }, properties: { any: 2 } })
      assert.deepStrictEqual((yield* requests)[0]!.body, { payload: { any: { key: 1 } }, properties: { any: 2 } })
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(record)]))))
})

type Call = Effect.Effect<unknown, MistralError.MistralError, Services>
