/**
 * The metrics of operations that run a model: once for each call, whole, streamed, failed, retried, cut and interrupted.
 */
import { Endpoint, MistralClient, RetryPolicy } from "@effect-mistral/core"
import * as Metrics from "@effect-mistral/core/Metrics"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Metric, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { bothWays, clientOver, complete, eventStream, stream, within } from "./fixtures/scriptedClient.ts"
import { seriesOf, summaryOf, times } from "./fixtures/series.ts"
import { good, operations } from "./fixtures/spans.ts"

const duration = "gen_ai.client.operation.duration"
const firstChunk = "gen_ai.client.operation.time_to_first_chunk"
const perChunk = "gen_ai.client.operation.time_per_output_chunk"
const tokens = "gen_ai.client.token.usage"

const usage = { prompt_tokens: 7, completion_tokens: 30, total_tokens: 37 }

/** A stream of five chunks, half a second apart, the first after a second. */
const paced = (options?: { readonly ending?: "fail"; readonly done?: boolean }) =>
  ScriptedHttpClient.sse(TestCompletion.chunks("a b c d", { usage }), {
    delay: "1 second",
    pause: "500 millis",
    ...options
  })

describe("the metrics of a call", () => {
  it.effect("that is whole are its duration and its tokens, with their attributes and units", () =>
    Effect.gen(function*() {
      const series = yield* within(seriesOf(complete()), "1 hour")
      const common = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "mistral_ai",
        "gen_ai.request.model": "m",
        "gen_ai.response.model": "mistral-small-latest",
        "server.address": "api.mistral.ai",
        "server.port": "443"
      }
      assert.deepStrictEqual(series.map(({ attributes, id }) => [id, attributes]), [
        [duration, { ...common, unit: "s" }],
        [tokens, { ...common, "gen_ai.token.type": "input", unit: "{token}" }],
        [tokens, { ...common, "gen_ai.token.type": "output", unit: "{token}" }]
      ])
      assert.deepStrictEqual(summaryOf(series), {
        [duration]: times(1, 2),
        [`${tokens} input`]: times(1, 7),
        [`${tokens} output`]: times(1, 30)
      })
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.json(TestCompletion.response("a b", { usage }), { delay: "2 seconds" })
    ]))))

  it.effect("have the boundaries that the conventions recommend, and count each value in its bucket", () =>
    Effect.gen(function*() {
      const series = yield* within(seriesOf(complete()), "1 hour")
      const bucketsOf = (id: string) => series.find((one) => one.id === id)!.state.buckets
      assert.deepStrictEqual(
        bucketsOf(duration).map(([boundary]) => boundary),
        [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]
      )
      assert.deepStrictEqual(
        bucketsOf(tokens).map(([boundary]) => boundary),
        [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864]
      )
      // Each bucket counts those below it, too. A value on a boundary is in the bucket that ends there.
      assert.deepStrictEqual(bucketsOf(duration).map(([, count]) => count), [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
      assert.deepStrictEqual(bucketsOf(tokens).map(([, count]) => count), [0, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1])
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.json(TestCompletion.response("a", { usage: { ...usage, prompt_tokens: 4 } }), {
        delay: "2560 millis"
      })
    ]))))

  it.effect("that is streamed are also the time to its first chunk, and from each chunk to the next", () =>
    Effect.gen(function*() {
      for (const fastPath of [true, false]) {
        const series = yield* within(seriesOf(Stream.runDrain(stream({ fastPath }))), "1 hour")
        const chunks = TestCompletion.chunks("a b c d").length
        assert.deepStrictEqual(summaryOf(series), {
          [perChunk]: times(chunks - 1, 0.5),
          [duration]: times(1, 1 + chunks * 0.5),
          [firstChunk]: times(1, 1),
          [`${tokens} input`]: times(1, 7),
          [`${tokens} output`]: times(1, 30)
        })
        for (const { attributes } of series) {
          assert.strictEqual(attributes["gen_ai.response.model"], "mistral-small-latest")
        }
      }
    }).pipe(Effect.provide(clientOver(() => paced()))))

  it.effect("count each chunk where several come in one read: there is no time between them", () =>
    Effect.gen(function*() {
      const series = yield* within(seriesOf(Stream.runDrain(stream())), "1 hour")
      assert.deepStrictEqual(summaryOf(series)[perChunk], { count: 5, sum: 2, min: 0, max: 2 })
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.bytes(
        [[0, 3], [3, 6]].map(([from, to]) =>
          TestCompletion.chunks("a b c d").slice(from, to).map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")
        ).concat("data: [DONE]\n\n"),
        { headers: eventStream, pause: "2 seconds" }
      )
    ]))))

  it.effect("that fails have the reason with the duration alone, and no tokens", () =>
    Effect.gen(function*() {
      for (const call of Object.values(bothWays)) {
        const series = yield* within(seriesOf(call()), "1 hour")
        assert.deepStrictEqual(summaryOf(series), { [`${duration} RateLimited`]: times(1, 3) })
        assert.notProperty(series[0]!.attributes, "gen_ai.response.model")
      }
    }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.json({}, { status: 429, delay: "3 seconds" })))))

  it.effect("that is retried are one duration, with the delays, and its tokens once", () =>
    Effect.gen(function*() {
      for (const call of Object.values(bothWays)) {
        const summary = summaryOf(yield* within(seriesOf(call()), "1 hour"))
        assert.deepStrictEqual(summary[duration], times(1, 12))
        assert.strictEqual(summary[`${tokens} input`]?.count, 1)
        assert.strictEqual(summary[`${tokens} output`]?.count, 1)
        if (call === bothWays.streamed) assert.deepStrictEqual(summary[firstChunk], times(1, 12))
        assert.deepStrictEqual(Object.keys(summary).filter((name) => name.includes("Error")), [])
      }
    }).pipe(Effect.provide(clientOver(
      (request, index) =>
        index % 3 < 2 ? ScriptedHttpClient.json({}, { status: 503, delay: "1 second" }) : good(request),
      { retry: RetryPolicy.make({ schedule: Schedule.spaced("5 seconds") }) }
    ))))

  it.effect("whose stream broke have what the server told until then", () =>
    Effect.gen(function*() {
      const summary = summaryOf(yield* within(seriesOf(Stream.runDrain(stream())), "1 hour"))
      assert.deepStrictEqual(
        Object.keys(summary).sort(),
        [
          `${duration} ConnectionLost`,
          perChunk,
          firstChunk,
          `${tokens} input`,
          `${tokens} output`
        ].sort()
      )
      assert.deepStrictEqual(summary[`${tokens} output`], times(1, 30))
    }).pipe(Effect.provide(clientOver([paced({ done: false, ending: "fail" })]))))

  it.effect("take the usage that came last, and not the sum of all", () =>
    Effect.gen(function*() {
      const summary = summaryOf(yield* seriesOf(Stream.runDrain(stream())))
      assert.deepStrictEqual(summary[`${tokens} input`], times(1, 7))
      assert.deepStrictEqual(summary[`${tokens} output`], times(1, 3))
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.sse(
        TestCompletion.chunks("a b").map((chunk, index) => ({
          ...chunk,
          usage: index === 3 ? null : { ...usage, completion_tokens: index + 1 }
        }))
      )
    ]))))

  it.effect("are not undone by a usage of zeros, with which a proxy ends a stream", () =>
    Effect.gen(function*() {
      const summary = summaryOf(yield* seriesOf(Stream.runDrain(stream())))
      assert.deepStrictEqual(summary[`${tokens} input`], times(1, 7))
      assert.deepStrictEqual(summary[`${tokens} output`], times(1, 30))
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.sse(
        TestCompletion.chunks("a b").map((chunk, index) => ({
          ...chunk,
          usage:
            [undefined, { prompt_tokens: 7 }, usage, { prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }][index]
        }))
      )
    ]))))

  it.effect("that is interrupted, or whose reader has read enough, are its duration without a reason", () =>
    Effect.gen(function*() {
      for (const call of Object.values(bothWays)) {
        const series = yield* seriesOf(Effect.gen(function*() {
          const calling = yield* Effect.forkChild(call(), { startImmediately: true })
          yield* TestClock.adjust("4 seconds")
          yield* Fiber.interrupt(calling)
        }))
        assert.deepStrictEqual(summaryOf(series), { [duration]: times(1, 4) })
      }
      const enough = summaryOf(yield* seriesOf(Stream.runDrain(Stream.take(stream(), 1))))
      assert.strictEqual(enough[duration]?.count, 1)
      assert.strictEqual(enough[firstChunk]?.count, 1)
    }).pipe(Effect.provide(clientOver((_, index) =>
      index < 2
        ? ScriptedHttpClient.bytes([": "], { headers: eventStream, ending: "hang" })
        : ScriptedHttpClient.sse(TestCompletion.chunks("a b"), { done: false, ending: "hang" })
    ))))

  it.effect("that makes embeddings are its input tokens, and no output", () =>
    Effect.gen(function*() {
      const series = yield* seriesOf(operations["Embeddings.create"]![0])
      assert.deepStrictEqual(summaryOf(series), { [duration]: times(1, 0), [`${tokens} input`]: times(1, 3) })
      assert.strictEqual(series[0]!.attributes["gen_ai.operation.name"], "embeddings")
    }).pipe(Effect.provide(clientOver(good))))

  it.effect("for which OpenTelemetry has no name are none", () =>
    Effect.gen(function*() {
      const names = Object.keys(operations).filter((name) => /^(Models|Moderations|Classifiers|Ocr)\./.test(name))
      assert.lengthOf(names, 7)
      for (const name of names) {
        assert.deepStrictEqual(yield* seriesOf(operations[name]![0]), [], name)
      }
    }).pipe(Effect.provide(clientOver(good))))

  it.effect("that leaves its gen_ai attributes to another span are recorded all the same", () =>
    Effect.gen(function*() {
      for (const call of Object.values(bothWays)) {
        assert.deepStrictEqual(yield* seriesOf(call({ genAiAttributes: false })), yield* seriesOf(call()))
      }
    }).pipe(Effect.provide(clientOver(good))))

  it.effect("of many calls with the same attributes are one series each", () =>
    Effect.gen(function*() {
      const summary = summaryOf(yield* seriesOf(Effect.all(Array.from({ length: 50 }, () => complete()))))
      assert.deepStrictEqual(summary[`${tokens} input`], times(50, 10))
    }).pipe(Effect.provide(clientOver(good))))
})

describe("the metrics of a program", () => {
  it.effect("have its own attributes, too", () =>
    Effect.gen(function*() {
      const series = yield* seriesOf(
        Effect.provideService(complete(), Metric.CurrentMetricAttributes, { tenant: "acme", "gen_ai.agent.name": "a" })
      )
      for (const { attributes } of series) {
        assert.strictEqual(attributes["tenant"], "acme")
        assert.strictEqual(attributes["gen_ai.agent.name"], "a")
      }
      assert.lengthOf(series, 3)
    }).pipe(Effect.provide(clientOver(good))))

  it.effect("are read by Metric.value, before a call and after it", () =>
    Effect.gen(function*() {
      const attributes = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "mistral_ai",
        "gen_ai.request.model": "m",
        "gen_ai.response.model": "mistral-small-latest",
        "gen_ai.token.type": "output",
        "server.address": "api.mistral.ai",
        "server.port": "443"
      }
      const output = Metric.withAttributes(Metrics.tokenUsage, attributes)
      yield* complete()
      assert.deepInclude(yield* Metric.value(output), times(1, 5))
      const tenant = Effect.provideService(Metric.CurrentMetricAttributes, { tenant: "acme" })
      assert.strictEqual((yield* tenant(Metric.value(output))).count, 0)
      yield* tenant(complete())
      assert.deepInclude(yield* tenant(Metric.value(output)), times(1, 5))
      const { "gen_ai.token.type": _, ...ofDuration } = attributes
      assert.deepInclude(yield* Metric.value(Metric.withAttributes(Metrics.operationDuration, ofDuration)), times(1, 0))
      assert.strictEqual((yield* Metric.snapshot).length, 6)
    }).pipe(Effect.provideService(Metric.MetricRegistry, new Map()), Effect.provide(clientOver(good))))

  it("have the names of the conventions", () => {
    assert.deepStrictEqual(
      [Metrics.tokenUsage, Metrics.operationDuration, Metrics.timeToFirstChunk, Metrics.timePerOutputChunk].map((
        { id }
      ) => id),
      [tokens, duration, firstChunk, perChunk]
    )
  })

  it.effect("name 100 models, and any other as _OTHER", () =>
    Effect.gen(function*() {
      const client = yield* MistralClient.MistralClient
      const series = yield* seriesOf(Effect.forEach(
        Array.from({ length: 300 }, (_, index) => `m${index}`),
        (model) => client.request(Endpoint.chat.complete, { model, messages: [{ role: "user", content: "Hi" }] })
      ))
      assert.isBelow(series.length, 600)
      const models = new Set(
        series.flatMap(({ attributes }) => [attributes["gen_ai.request.model"], attributes["gen_ai.response.model"]])
      )
      assert.isAtMost(models.size, 101)
      assert.isTrue(models.has("_OTHER"))
      assert.strictEqual(
        series.filter(({ id }) => id === duration).reduce((sum, { state }) => sum + state.count, 0),
        300
      )
    }).pipe(Effect.provide(clientOver((request) =>
      ScriptedHttpClient.json(TestCompletion.response("a", {
        model: `${(request.body as { readonly model: string }).model}-2`
      }))
    ))))
})
