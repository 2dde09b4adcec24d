import {
  Batch,
  Batches,
  BatchLines,
  BatchOutcome,
  BatchProgress,
  BatchRoute,
  BatchTest,
  Limits
} from "@effect-mistral/batch"
import { Completion, type CompletionRequest, MistralError } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Latch, Layer, Schema, Sink, Stdio, Stream } from "effect"
import { TestClock } from "effect/testing"

describe("a program over a durable batch", () => {
  it.effect("reads items out of a file of JSON Lines, and writes answers and errors as lines", () =>
    Effect.gen(function*() {
      yield* Batches.start(Words, {
        id: "a",
        items: lines("{\"word\":\"one\"}\n{\"word\":\"refuse\"}\n\n{\"word\":\"one\"}\n")
      })
      const report = yield* Batches.await("a")
      assert.deepInclude(report, { state: "completed", answered: 1, failed: 1, identical: 1, asked: 2 })
      const text = (yield* Stream.runCollect(BatchLines.results(Words, Batches.results(Words, "a")))).join("")
      assert.deepStrictEqual(text.trimEnd().split("\n").map((line) => JSON.parse(line)).map(withoutMessage), [
        { index: 0, item: { word: "one" }, answer: "say one" },
        {
          index: 1,
          item: { word: "refuse" },
          error: { tag: "MistralError", reason: "BadRequest", status: 400, retryable: false }
        },
        { index: 2, item: { word: "one" }, answer: "say one" }
      ])
    }).pipe(Effect.provide(BatchesTest)))

  it.effect("goes on with a corrected file after a line that is no item", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Batches.start(Words, { id: "a", items: lines("{\"word\":\"one\"}\n{\"wort\":\"two\"}\n") })
      )
      assert.deepInclude(error, { _tag: "InvalidLine", line: 2 })
      yield* Batches.start(Words, { id: "a", items: lines("{\"word\":\"one\"}\n{\"word\":\"two\"}\n") })
      const report = yield* Batches.await("a")
      assert.deepInclude(report, { state: "completed", items: 2, answered: 2 })
    }).pipe(Effect.provide(BatchesTest)))

  it.effect("shows the progress, and streams results while the batch runs", () =>
    Effect.gen(function*() {
      const gate = yield* Latch.make()
      const written: Array<string> = []
      const seen: Array<string> = []
      yield* Effect.gen(function*() {
        yield* Batches.start(Words, {
          id: "a",
          items: [{ word: "one" }, { word: "wait" }],
          rates: { prompt: 1e6, completion: 0 }
        })
        const results = yield* Batches.results(Words, "a", { order: "completion", follow: true }).pipe(
          Stream.filter(BatchOutcome.isAnswered),
          Stream.runForEach(({ result }) => Effect.sync(() => seen.push(result.success))),
          Effect.forkChild
        )
        const shown = yield* BatchProgress.show(Batches.progress("a")).pipe(
          Effect.provide(Stdio.layerTest({
            stderr: () => Sink.forEach((text) => Effect.sync(() => written.push(String(text))))
          })),
          Effect.forkChild
        )
        yield* TestClock.adjust("30 seconds")
        assert.deepStrictEqual(seen, ["say one"])
        yield* gate.open
        yield* TestClock.adjust("2 seconds")
        yield* Fiber.join(results)
        yield* Fiber.join(shown)
      }).pipe(Effect.provide(batchesWith(gate)))
      assert.deepStrictEqual(seen, ["say one", "say wait"])
      assert.match(written.at(-1)!, /^words 100\.0% \| 2 of 2 \| completed \| .*30 tokens \| cost 20\.00\n$/)
      assert.isAtMost(written.length, 5)
    }))

  it.effect("estimates what the report then says", () =>
    Effect.gen(function*() {
      const items = [{ word: "one" }, { word: "two" }, { word: "one" }]
      const estimate = yield* BatchProgress.estimate(Words, items)
      yield* Batches.start(Words, { id: "a", items })
      const report = yield* Batches.await("a")
      assert.deepInclude(report, { items: estimate.items, identical: estimate.identical, asked: estimate.requests })
      assert.deepStrictEqual(report.saved, { promptTokens: 10, completionTokens: 5, cost: undefined })
    }).pipe(Effect.provide(BatchesTest)))
})

const Words = Batch.make({
  name: "words",
  item: Schema.Struct({ word: Schema.String }),
  request: ({ word }) => ({
    model: "mistral-small-latest",
    messages: [{ role: "user" as const, content: `say ${word}` }]
  }),
  answer: Schema.String,
  read: Completion.text
})

/** A route whose answers are the prompts. `refuse` fails, and `wait` waits for the gate. */
const batchesWith = (gate: Latch.Latch) => {
  const route = BatchRoute.liveWith((request: CompletionRequest.Chat) =>
    Effect.gen(function*() {
      const text = String(request.messages[0]?.content)
      if (text === "say refuse") return yield* refused
      if (text === "say wait") yield* gate.await
      return TestCompletion.response(text)
    })
  )
  return Batches.layer([Words]).pipe(
    Layer.provide([BatchTest.layer, route.pipe(Layer.provide(Limits.layerUnlimited))])
  )
}

const BatchesTest = batchesWith(Latch.makeUnsafe(true))

const refused = new MistralError.MistralError({
  operation: "Chat.complete",
  method: "POST",
  path: "/v1/chat/completions",
  reason: new MistralError.BadRequest({ status: 400, serverMessage: "no" })
})

const lines = (text: string) => BatchLines.items(Words, Stream.encodeText(Stream.make(text)))

/** A line without the message of its error. */
const withoutMessage = ({ error, ...line }: { readonly error?: { readonly message: string } }) => {
  if (error === undefined) return line
  const { message, ...rest } = error
  assert.include(message, "no")
  return { ...line, error: rest }
}
