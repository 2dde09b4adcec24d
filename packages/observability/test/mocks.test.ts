/** Services that `Layer.mock` replaces, and the types that are inferred for ids with errors and requirements. */
import type { MistralError } from "@effect-mistral/core"
import {
  Campaigns,
  ChatCompletionEvents,
  DatasetRecords,
  Datasets,
  Fields,
  Judges,
  Logs,
  SpanEvaluations,
  Spans,
  Traces
} from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import { Context, Data, Effect, Layer, Result, Stream } from "effect"
import { definition, judge, output } from "./fixtures/resources.ts"
import type { Services } from "./fixtures/services.ts"

describe("a service", () => {
  it.effect("is replaced in part by Layer.mock, and dies of what was not given", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* Campaigns.await("c1"), "COMPLETED")
      const judged = yield* Stream.runCollect(ChatCompletionEvents.judgeAll(Stream.make("e1", "e2"), definition))
      assert.deepStrictEqual(judged.map(({ eventId }) => eventId), ["e1", "e2"])
      assert.deepStrictEqual(yield* Stream.runCollect(Judges.listAll()), [judge])
      const missing: ReadonlyArray<Effect.Effect<unknown, MistralError.MistralError, Services>> = [
        Campaigns.list(),
        DatasetRecords.delete("r1"),
        Stream.runDrain(Datasets.listAll()),
        Fields.list(),
        Judges.fetch("j1"),
        Stream.runDrain(Logs.searchAll({})),
        Stream.runDrain(SpanEvaluations.searchLatestAll({})),
        Spans.fields(),
        Stream.runDrain(Traces.spansAll("t1"))
      ]
      for (const one of missing) assert.include(String(yield* Effect.exit(one)), "Unimplemented")
    }).pipe(Effect.provide(mocks)))
})

const mocks = Layer.mergeAll(
  Layer.mock(Campaigns.Campaigns)({ await: () => Effect.succeed("COMPLETED") }),
  Layer.mock(ChatCompletionEvents.ChatCompletionEvents)({
    judgeAll: (ids) =>
      Stream.map(
        Stream.isStream(ids) ? ids : Stream.fromIterable(ids),
        (eventId) => ({ eventId, result: Result.succeed(output) })
      )
  }),
  Layer.mock(DatasetRecords.DatasetRecords)({}),
  Layer.mock(Datasets.Datasets)({}),
  Layer.mock(Fields.Fields)({}),
  Layer.mock(Judges.Judges)({ listAll: () => Stream.make(judge) }),
  Layer.mock(Logs.Logs)({}),
  Layer.mock(SpanEvaluations.SpanEvaluations)({}),
  Layer.mock(Spans.Spans)({}),
  Layer.mock(Traces.Traces)({})
)

class NoIds extends Data.TaggedError("NoIds") {}

class Source extends Context.Service<Source, Stream.Stream<string, NoIds>>()("Source") {}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : never

const same = <A, B>(proof: Same<A, B>): true => proof

/** These are checked by the compiler only. */
export const types = () => {
  const ids = Stream.unwrap(Source)
  const some = ChatCompletionEvents.judgeAll(ids, definition)
  same<Stream.Error<typeof some>, NoIds>(true)
  same<Stream.Services<typeof some>, ChatCompletionEvents.ChatCompletionEvents | Source>(true)
  const listed = ChatCompletionEvents.judgeAll(["e1"], definition)
  same<Stream.Error<typeof listed>, never>(true)
  same<Stream.Services<typeof listed>, ChatCompletionEvents.ChatCompletionEvents>(true)
  const fetched = ChatCompletionEvents.fetchAll(ids)
  same<Stream.Error<typeof fetched>, MistralError.MistralError | NoIds>(true)
  same<Stream.Services<typeof fetched>, ChatCompletionEvents.ChatCompletionEvents | Source>(true)
}
