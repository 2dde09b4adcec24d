/** What the spans of `effect/ai` tell of the calls of a model, and its metrics. */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { type Completion, VertexAi } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, ExecutionPlan, Fiber, Metric, Schema, Stream } from "effect"
import { Chat, LanguageModel, Tool, Toolkit } from "effect/ai"
import { TestClock } from "effect/testing"
import {
  answered,
  answering,
  asked,
  bothWays,
  clientOver,
  modelOver,
  ofEffect,
  ofStreams,
  prompt,
  secrets,
  tokensIn,
  traced,
  usage
} from "./fixtures/tracedModel.ts"

describe("the span of a model", () => {
  it.effect("tells the same of a whole answer and of a streamed one, but for what only streams have", () =>
    Effect.gen(function*() {
      const whole = yield* traced(bothWays.whole)
      assert.deepStrictEqual(whole.models.map(({ attributes }) => attributes), [{ ...ofEffect, ...asked, ...answered }])
      const streamed = yield* traced(bothWays.streamed)
      assert.deepStrictEqual(streamed.models.map(({ attributes }) => attributes), [
        { ...ofEffect, ...asked, ...answered, ...ofStreams }
      ])
    }).pipe(Effect.provide(modelOver(answering()))))

  const withReasoning = { ...usage, completion_tokens_details: { reasoning_tokens: 7 } }
  const answers: Record<string, TestCompletion.Options> = {
    "without counts of cached tokens": { usage: { prompt_tokens: 9, completion_tokens: 1, total_tokens: 10 } },
    "with cached tokens by their older name": {
      usage: { prompt_tokens: 9, completion_tokens: 0, total_tokens: 9, num_cached_tokens: 4 }
    },
    "with counts of reasoning": { usage: withReasoning },
    "that was cut": { finishReason: "length" },
    "with a model and an id of its own": { model: "mistral-small-2603", id: "cmpl-1" },
    "without id and model": { id: "", model: "" }
  }
  for (const [kind, options] of Object.entries(answers)) {
    it.effect(`tells the same of both, of an answer ${kind}`, () =>
      Effect.gen(function*() {
        const [whole] = (yield* traced(bothWays.whole)).models
        const [streamed] = (yield* traced(bothWays.streamed)).models
        assert.deepStrictEqual(streamed!.attributes, { ...whole!.attributes, ...ofStreams })
        assert.property(whole!.attributes, "gen_ai.usage.input_tokens")
      }).pipe(Effect.provide(modelOver(answering(options)))))
  }

  for (const [way, call] of Object.entries(bothWays)) {
    it.effect(`has the tokens, which no other span of the trace has (${way})`, () =>
      Effect.gen(function*() {
        const { all, calls } = yield* traced(call)
        assert.strictEqual(tokensIn(all), 120)
        assert.deepStrictEqual(
          calls.flatMap(({ attributes }) => Object.keys(attributes)).filter((name) => name.startsWith("gen_ai.")),
          []
        )
      }).pipe(Effect.provide(modelOver(answering()))))

    it.effect(`is the parent of the span of the call, which is named after the operation (${way})`, () =>
      Effect.gen(function*() {
        const { all, calls, models } = yield* traced(call)
        assert.deepStrictEqual(calls.map(({ name }) => name), [way === "whole" ? "Chat.complete" : "Chat.stream"])
        assert.strictEqual(calls[0]!.parent, models[0]!.id)
        assert.strictEqual(models[0]!.parent, all[0]!.id)
        assert.lengthOf(all, 3)
      }).pipe(Effect.provide(modelOver(answering()))))

    for (const reason of ["length", "model_length", "tool_calls", "a_new_reason"]) {
      it.effect(`has finish reasons in Mistral's words: ${reason} (${way})`, () =>
        Effect.gen(function*() {
          const { models } = yield* traced(call)
          assert.deepStrictEqual(models[0]!.attributes["gen_ai.response.finish_reasons"], [reason])
        }).pipe(Effect.provide(modelOver(answering({ finishReason: reason as Completion.FinishReason })))))
    }

    it.effect(`has the configuration of the call, and not of the model alone (${way})`, () =>
      Effect.gen(function*() {
        const { models } = yield* traced(
          MistralLanguageModel.withConfigOverride(call, { model: "mistral-large-latest", temperature: 0, stop: "X" })
        )
        assert.deepInclude(models[0]!.attributes, {
          "gen_ai.request.model": "mistral-large-latest",
          "gen_ai.request.temperature": 0,
          "gen_ai.request.stop_sequences": ["X"],
          "gen_ai.request.top_p": 0.9
        })
      }).pipe(Effect.provide(modelOver(answering()))))

    it.effect(`has the provider and the server of the deployment (${way})`, () =>
      Effect.gen(function*() {
        const { models } = yield* traced(call)
        assert.strictEqual(models[0]!.attributes["gen_ai.provider.name"], "gcp.vertex_ai")
        assert.strictEqual(models[0]!.attributes["server.address"], "europe-west4-aiplatform.googleapis.com")
      }).pipe(Effect.provide(modelOver(answering(), {
        deployment: VertexAi.deployment({ projectId: "p", region: "europe-west4" })
      }))))

    it.effect(`has no count that the server did not tell (${way})`, () =>
      Effect.gen(function*() {
        const { models } = yield* traced(call)
        const { attributes } = models[0]!
        assert.strictEqual(attributes["gen_ai.usage.input_tokens"], 0)
        for (const name of ["gen_ai.usage.output_tokens", "gen_ai.usage.cache_read.input_tokens"]) {
          assert.notProperty(attributes, name)
        }
      }).pipe(Effect.provide(modelOver(answering({ usage: { prompt_tokens: 0, total_tokens: 0 } })))))

    it.effect(`is not made where the tracer is off (${way})`, () =>
      Effect.gen(function*() {
        const { all } = yield* traced(Effect.withTracerEnabled(call, false))
        assert.lengthOf(all, 1)
      }).pipe(Effect.provide(modelOver(answering()))))

    it.effect(`has its attributes where the client leaves them to a span around it (${way})`, () =>
      Effect.gen(function*() {
        const { all, models } = yield* traced(call)
        assert.deepInclude(models[0]!.attributes, answered)
        assert.strictEqual(tokensIn(all), 120)
      }).pipe(Effect.provide(modelOver(answering(), { genAiAttributes: false }))))
  }

  it.effect("of an object has JSON as its output, and the name of the object", () =>
    Effect.gen(function*() {
      const { all, models } = yield* traced(LanguageModel.generateObject({
        prompt,
        objectName: "painter",
        schema: Schema.Struct({ name: Schema.String })
      }))
      assert.deepStrictEqual(models.map(({ attributes, name }) => [name, attributes]), [[
        "LanguageModel.generateObject",
        {
          ...ofEffect,
          ...asked,
          ...answered,
          "effect.ai.object_name": "painter",
          "gen_ai.output.type": "json"
        }
      ]])
      assert.strictEqual(tokensIn(all), 120)
    }).pipe(Effect.provide(modelOver([
      ScriptedHttpClient.json(TestCompletion.response(JSON.stringify({ name: secrets.completion }), { usage }))
    ]))))

  it.effect("times the first chunk of a stream, in seconds", () =>
    Effect.gen(function*() {
      const running = yield* Effect.forkChild(traced(bothWays.streamed), { startImmediately: true })
      yield* TestClock.adjust("1 minute")
      const { models } = yield* Fiber.join(running)
      assert.strictEqual(models[0]!.attributes["gen_ai.response.time_to_first_chunk"], 1.5)
    }).pipe(Effect.provide(modelOver([
      ScriptedHttpClient.sse(TestCompletion.chunks("a b"), { delay: "1500 millis" })
    ]))))
})

describe("the spans of several calls", () => {
  const Find = Tool.make("find", { parameters: Schema.Struct({ of: Schema.String }), success: Schema.String })
  const tools = Toolkit.make(Find)
  const handlers = tools.toLayer({ find: () => Effect.succeed("found") })
  const calling = { toolCalls: [TestCompletion.toolCall("find", { of: "Monet" })] }

  it.effect("of rounds with tools each have their own tokens and finish reason", () =>
    Effect.gen(function*() {
      const { all, models } = yield* traced(Effect.gen(function*() {
        const chat = yield* Chat.empty
        yield* chat.generateText({ prompt, toolkit: tools })
        yield* Stream.runDrain(chat.streamText({ prompt: [], toolkit: tools }))
        yield* chat.generateText({ prompt: [], toolkit: tools })
      }))
      assert.deepStrictEqual(
        models.map(({ attributes }) => [
          attributes["gen_ai.response.finish_reasons"],
          attributes["gen_ai.usage.input_tokens"]
        ]),
        [[["tool_calls"], 100], [["tool_calls"], 100], [["stop"], 100]]
      )
      assert.strictEqual(tokensIn(all), 3 * 120)
    }).pipe(
      Effect.provide(handlers),
      Effect.provide(modelOver((request, index) => answering(index < 2 ? calling : {})(request)))
    ))

  it.effect("of a plan are one for each attempt, the failed one with its error", () =>
    Effect.gen(function*() {
      const plan = ExecutionPlan.make(
        { provide: MistralLanguageModel.model("mistral-large-latest") },
        { provide: MistralLanguageModel.model("mistral-small-latest") }
      )
      const { all, models } = yield* traced(Effect.withExecutionPlan(LanguageModel.generateText({ prompt }), plan))
      assert.deepStrictEqual(
        models.map(({ attributes }) => [attributes["gen_ai.request.model"], attributes["error.type"]]),
        [["mistral-large-latest", "ServerError"], ["mistral-small-latest", undefined]]
      )
      assert.strictEqual(tokensIn(all), 120)
    }).pipe(Effect.provide(clientOver((request, index) =>
      index === 0 ? ScriptedHttpClient.json({}, { status: 500 }) : answering()(request)
    ))))

  it.effect("at the same time do not mix", () =>
    Effect.gen(function*() {
      const models = ["a", "b", "c"]
      const { models: spans } = yield* traced(Effect.forEach(
        models,
        (model) => MistralLanguageModel.withConfigOverride(bothWays.whole, { model }),
        { concurrency: "unbounded" }
      ))
      assert.deepStrictEqual(
        spans.map(({ attributes }) => [attributes["gen_ai.request.model"], attributes["gen_ai.response.id"]]),
        models.map((model) => [model, `id of ${model}`])
      )
    }).pipe(Effect.provide(modelOver(({ body }) => {
      // The cast is safe: the body is that of a chat request.
      const { model } = body as { readonly model: string }
      return ScriptedHttpClient.json(TestCompletion.response("a", { id: `id of ${model}` }))
    }))))
})

describe("the metrics of a model", () => {
  for (const [way, call] of Object.entries(bothWays)) {
    it.effect(`are recorded once for each call (${way})`, () =>
      Effect.gen(function*() {
        yield* call
        const snapshot = yield* Metric.snapshot
        const series = snapshot.filter(({ id }) => id.startsWith("gen_ai.")).map(({ attributes, id, state }) => [
          [id, attributes?.["gen_ai.token.type"]].filter(Boolean).join(" "),
          "count" in state ? Number(state.count) : undefined
        ])
        assert.deepStrictEqual(Object.fromEntries(series), {
          "gen_ai.client.operation.duration": 1,
          "gen_ai.client.token.usage input": 1,
          "gen_ai.client.token.usage output": 1,
          ...way === "streamed"
            ? {
              "gen_ai.client.operation.time_to_first_chunk": 1,
              "gen_ai.client.operation.time_per_output_chunk": 3
            }
            : undefined
        })
        assert.lengthOf(series, way === "streamed" ? 5 : 3)
      }).pipe(
        Effect.provide(modelOver(answering())),
        Effect.provideService(Metric.MetricRegistry, new Map())
      ))
  }
})
