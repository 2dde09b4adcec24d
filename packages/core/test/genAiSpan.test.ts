/** A span around a call that has the `gen_ai.*` attributes in its place. */
import { type MistralClient, RetryPolicy, type Telemetry } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Option, Schedule, Stream, type Tracer } from "effect"
import { TestClock } from "effect/testing"
import { bothWays, chatRequest, clientOver, complete, prompt, stream, within } from "./fixtures/scriptedClient.ts"
import { seriesOf, summaryOf } from "./fixtures/series.ts"
import { good, recorder, sampling, spanOf } from "./fixtures/spans.ts"

/** Runs a call inside a span that reports its model: that span, the call's own, and how the call ended. */
const wrapped = <A, E, R>(call: (genAiSpan: Tracer.Span) => Effect.Effect<A, E, R>) =>
  Effect.suspend(() => {
    const { spans, tracer } = recorder()
    return Effect.map(
      Effect.exit(Effect.withTracer(Effect.useSpan("framework", call), tracer)),
      (exit) => {
        assert.deepStrictEqual(spans.map(({ status }) => status._tag), ["Ended", "Ended"])
        const [outer, own] = spans
        return { exit, outer: outer!, own: own!, reported: attributesOf(outer!), attributes: attributesOf(own!) }
      }
    )
  })

const attributesOf = (span: Tracer.Span): Telemetry.Attributes => Object.fromEntries(span.attributes)

const only = (attributes: Telemetry.Attributes, names: RegExp) =>
  Object.fromEntries(Object.entries(attributes).filter(([name]) => names.test(name)))

const ofModel = /^(gen_ai|server|error)\./
const ofCall = /^(?!gen_ai\.)/

const request = { ...chatRequest, ...sampling, response_format: { type: "json_object" as const } }
const calls = {
  whole: (options?: MistralClient.CallOptions) => Effect.asVoid(complete(options, request)),
  streamed: (options?: MistralClient.CallOptions) => Stream.runDrain(stream(options, request))
}

describe("genAiSpan", () => {
  for (const [way, call] of Object.entries(calls)) {
    it.effect(`has what the call's own span would have of the model, which has the rest (${way})`, () =>
      Effect.gen(function*() {
        const { attributes, name } = yield* spanOf(call())
        const split = yield* wrapped((genAiSpan) => call({ genAiSpan }))
        assert.strictEqual(name, "chat m")
        assert.deepStrictEqual(split.reported, only(attributes, ofModel))
        assert.deepStrictEqual(split.attributes, only(attributes, ofCall))
        assert.strictEqual(split.reported["gen_ai.request.temperature"], 0.5)
        assert.strictEqual(split.reported["gen_ai.usage.input_tokens"], 10)
        assert.strictEqual(split.reported["server.address"], "api.mistral.ai")
      }).pipe(Effect.provide(clientOver(good))))

    it.effect(`leaves the call's own span its plain name, below it (${way})`, () =>
      Effect.gen(function*() {
        const { outer, own } = yield* wrapped((genAiSpan) => call({ genAiSpan }))
        assert.strictEqual(own.name, way === "whole" ? "Chat.complete" : "Chat.stream")
        assert.strictEqual(outer.name, "framework")
        assert.strictEqual(Option.getOrUndefined(own.parent), outer)
      }).pipe(Effect.provide(clientOver(good))))

    it.effect(`wins over genAiAttributes (${way})`, () =>
      Effect.gen(function*() {
        for (const genAiAttributes of [true, false]) {
          const { attributes, reported } = yield* wrapped((genAiSpan) => call({ genAiSpan, genAiAttributes }))
          assert.strictEqual(reported["gen_ai.usage.output_tokens"], 5)
          assert.deepStrictEqual(only(attributes, /^gen_ai\./), {})
        }
      }).pipe(Effect.provide(clientOver(good))))

    it.effect(`has why the call failed, whose own span has the retries (${way})`, () =>
      Effect.gen(function*() {
        const { attributes, outer, own, reported } = yield* within(
          wrapped((genAiSpan) => call({ genAiSpan })),
          "1 hour"
        )
        assert.strictEqual(reported["error.type"], "ServerError")
        assert.strictEqual(reported["gen_ai.request.model"], "m")
        assert.deepStrictEqual(outer.events, [])
        assert.notProperty(reported, "http.request.resend_count")
        assert.strictEqual(attributes["error.type"], "ServerError")
        assert.strictEqual(attributes["http.request.resend_count"], 1)
        assert.deepStrictEqual(own.events.map(([event]) => event), ["mistral_ai.retry"])
      }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.json({}, { status: 500 }), {
        retry: RetryPolicy.make({ schedule: Schedule.recurs(1) })
      }))))

    it.effect(`has a request that was not sent, because it is invalid (${way})`, () =>
      Effect.gen(function*() {
        const { exit, reported } = yield* wrapped((genAiSpan) => call({ genAiSpan, extraBody: { amount: Number.NaN } }))
        assert.isTrue(Exit.isFailure(exit))
        assert.deepInclude(reported, {
          "error.type": "InvalidRequest",
          "gen_ai.operation.name": "chat",
          "gen_ai.provider.name": "mistral_ai",
          "gen_ai.request.model": "m",
          "gen_ai.request.max_tokens": 5
        })
        assert.notInclude(JSON.stringify(reported), prompt)
      }).pipe(Effect.provide(clientOver([]))))

    it.effect(`changes no metric (${way})`, () =>
      Effect.gen(function*() {
        const plain = yield* seriesOf(call())
        const split = yield* seriesOf(wrapped((genAiSpan) => call({ genAiSpan })))
        assert.isNotEmpty(plain)
        assert.deepStrictEqual(summaryOf(split), summaryOf(plain))
      }).pipe(Effect.provide(clientOver(good))))
  }

  const streamed = (genAiSpan: Tracer.Span) => bothWays.streamed({ genAiSpan })
  const chunks = TestCompletion.chunks("a b c").slice(0, 2)

  it.effect("has what came of a stream that broke", () =>
    Effect.gen(function*() {
      const { attributes, reported } = yield* within(wrapped(streamed), "1 hour")
      assert.deepInclude(reported, {
        "error.type": "ConnectionLost",
        "gen_ai.request.stream": true,
        "gen_ai.response.finish_reasons": ["error"],
        "gen_ai.response.time_to_first_chunk": 2
      })
      assert.strictEqual(attributes["mistral_ai.response.chunks"], 2)
      assert.notProperty(reported, "mistral_ai.response.chunks")
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.sse(chunks, { done: false, ending: "fail", delay: "2 seconds" })
    ]))))

  it.effect("has what came of a stream that its reader left, and no error", () =>
    Effect.gen(function*() {
      const { reported } = yield* wrapped((genAiSpan) => Stream.runDrain(Stream.take(stream({ genAiSpan }), 1)))
      assert.strictEqual(reported["gen_ai.response.model"], "mistral-small-latest")
      assert.deepStrictEqual(reported["gen_ai.response.finish_reasons"], ["error"])
      assert.notProperty(reported, "error.type")
    }).pipe(Effect.provide(clientOver([ScriptedHttpClient.sse(chunks, { done: false, ending: "hang" })]))))

  it.effect("has what came of a stream that was interrupted, and no error", () =>
    Effect.gen(function*() {
      const { spans, tracer } = recorder()
      const calling = yield* Effect.forkChild(Effect.withTracer(Effect.useSpan("framework", streamed), tracer), {
        startImmediately: true
      })
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.interrupt(calling)
      const reported = attributesOf(spans[0]!)
      assert.strictEqual(reported["gen_ai.response.model"], "mistral-small-latest")
      assert.notProperty(reported, "error.type")
    }).pipe(Effect.provide(clientOver([ScriptedHttpClient.sse(chunks, { done: false, ending: "hang" })]))))
})
