/**
 * What Effect's exporter sends to a collector: every name is one of OpenTelemetry's conventions or one of this library's own,
 * and in the tables of `docs/telemetry.md`; tokens count once; no prompt, completion or key is in it.
 */
import { Agents } from "@effect-mistral/agents"
import { Chat } from "@effect-mistral/chat"
import { Embeddings, MistralClient, Models, RetryPolicy } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { Fim } from "@effect-mistral/fim"
import { UndiciHttpClient } from "@effect-mistral/node"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schedule, Schema, Stream } from "effect"
import { recordOf, typesOf } from "./telemetry/collector.ts"
import { metricsConform, spansConform } from "./telemetry/conforms.ts"
import * as conventions from "./telemetry/conventions.ts"
import { exported, ofOperations, pointsOf, table, tokensOf, withoutSecrets } from "./telemetry/exported.ts"
import { limits, usage } from "./telemetry/reported.ts"

const secrets = {
  prompt: "a-prompt-that-nobody-sees",
  completion: "a-completion-that-nobody-sees",
  key: "sk-a-key-that-nobody-sees-0123",
  schema: "a-schema-that-nobody-sees",
  argument: "an-argument-that-nobody-sees"
}

const messages = [{ role: "user" as const, content: secrets.prompt }]
const request: Chat.Request = { model: "mistral-small-latest", messages }

const Services = Layer.mergeAll(Chat.layer, Agents.layer, Fim.layer, Embeddings.layer, Models.layer)

const scripted = (answers: ReadonlyArray<ScriptedHttpClient.Answer>) =>
  Services.pipe(
    Layer.provide(MistralClient.layer({
      apiKey: Redacted.make(secrets.key),
      retry: RetryPolicy.make({ schedule: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 2 })) })
    })),
    Layer.provide(ScriptedHttpClient.layer(answers))
  )

const chunks = TestCompletion.chunks([secrets.completion, " and more"], { usage })

const Painter = Schema.Struct({ name: Schema.String.annotate({ description: secrets.schema }) })

const parameters = {
  temperature: 0.5,
  top_p: 0.9,
  max_tokens: 100,
  frequency_penalty: 0.25,
  presence_penalty: -0.5,
  reasoning_effort: "high" as const,
  random_seed: 7,
  stop: "END",
  n: 2
}

/** Every way in which a call goes: good, failed, retried, broken, interrupted. */
const everyWay = Effect.all([
  Chat.complete({ ...request, ...parameters }),
  Chat.complete(request),
  Stream.runDrain(Chat.stream(request)),
  Chat.completeObject({ ...request, schema: Painter }),
  Effect.exit(Chat.complete(request)),
  Effect.exit(Stream.runDrain(Chat.stream(request))),
  Effect.exit(Stream.runDrain(Chat.stream(request, { timeout: { idle: "20 millis" } }))),
  Effect.timeoutOption(Stream.runDrain(Chat.stream(request)), "50 millis"),
  Stream.runDrain(Stream.take(Chat.stream(request), 1)),
  Agents.complete({ agent_id: "ag_1", messages }),
  Fim.complete({ model: "codestral-latest", prompt: secrets.prompt }),
  Embeddings.create({
    model: "codestral-embed",
    input: secrets.prompt,
    output_dimension: 256,
    encoding_format: "float"
  }),
  Models.list()
]).pipe(
  Effect.provide(scripted([
    ScriptedHttpClient.json(
      TestCompletion.response(secrets.completion, {
        usage,
        toolCalls: [TestCompletion.toolCall("find", { of: secrets.argument })]
      }),
      { headers: limits }
    ),
    // Chat.complete, after a retry.
    ScriptedHttpClient.json({ message: `${secrets.prompt} ${secrets.key}` }, { status: 503, headers: limits }),
    ScriptedHttpClient.json(TestCompletion.response(secrets.completion, { usage })),
    ScriptedHttpClient.sse(chunks),
    ScriptedHttpClient.json(TestCompletion.response(JSON.stringify({ name: secrets.completion }), { usage })),
    ScriptedHttpClient.json({ message: `Unknown key ${secrets.key}`, detail: secrets.key }, { status: 401 }),
    // A stream that breaks, one that falls silent, one that is interrupted, and one that is not read to its end.
    ScriptedHttpClient.sse(chunks.slice(0, 2), { done: false, ending: "fail" }),
    ScriptedHttpClient.sse(chunks, { done: false, ending: "hang" }),
    ScriptedHttpClient.sse(chunks.slice(0, 2), { done: false, ending: "hang" }),
    ScriptedHttpClient.sse(chunks.slice(0, 2), { done: false, ending: "hang" }),
    ScriptedHttpClient.json(TestCompletion.response(secrets.completion, { usage })),
    ScriptedHttpClient.json(TestCompletion.response(secrets.completion, { usage })),
    ScriptedHttpClient.json({
      id: secrets.key,
      model: `codestral-embed for ${secrets.key}`,
      data: [{ index: 0, embedding: [0.25] }],
      usage: { prompt_tokens: 3, total_tokens: 3 }
    }),
    ScriptedHttpClient.json({ object: "list", data: [] })
  ]))
)

const withoutEffects = (names: ReadonlyArray<string>, ofEffect: ReadonlyArray<string>) =>
  [...new Set(names)].filter((name) => !ofEffect.includes(name)).sort()

/** The documented name of an attribute. */
const documented = (name: string) => name.replace(/^(http\.response\.header\.x-ratelimit-).*/, "$1*")

describe("the telemetry that a collector receives", () => {
  it.live("has names and types of the conventions, or names that begin with mistral_ai.", () =>
    Effect.gen(function*() {
      const { metrics, spans } = yield* exported(everyWay)
      assert.lengthOf(ofOperations(spans), 13)
      spansConform(ofOperations(spans))
      metricsConform(metrics)
    }), 30_000)

  it.live("has no prompt, completion, schema, argument or key", () =>
    Effect.gen(function*() {
      const { text } = yield* exported(everyWay)
      withoutSecrets(text, secrets)
      // The search would find them.
      assert.include(text, "mistral-small-latest")
      assert.include(text, "<redacted>")
    }), 30_000)

  it.live("is in the tables of the documentation, and nothing else is", () =>
    Effect.gen(function*() {
      const { metrics, spans } = yield* exported(everyWay)
      const operations = ofOperations(spans)
      const check = (heading: string, seen: ReadonlyArray<readonly [name: string, value: unknown]>) => {
        const rows = table(heading)
        assert.deepStrictEqual(
          rows.map(([name]) => name!).sort(),
          [...new Set(seen.map(([name]) => name))].sort(),
          heading
        )
        for (const [name, value] of seen) {
          assert.include(typesOf(value), rows.find((row) => row[0] === name)![1], name)
        }
      }
      check(
        "Attribute",
        operations.flatMap(({ attributes }) => Object.entries(recordOf(attributes)))
          .filter(([name]) => !conventions.ofEffect.attributes.includes(name))
          .map(([name, value]) => [documented(name), value])
      )
      const events = operations.flatMap((span) => span.events)
      assert.deepStrictEqual(withoutEffects(events.map(({ name }) => name), conventions.ofEffect.events), [
        "mistral_ai.retry"
      ])
      check(
        "Event attribute",
        events.filter(({ name }) => name === "mistral_ai.retry").flatMap(({ attributes }) =>
          Object.entries(recordOf(attributes))
        )
      )
      check(
        "Metric attribute",
        metrics.flatMap(({ histogram }) =>
          histogram!.dataPoints.flatMap(({ attributes }) => Object.entries(recordOf(attributes)))
        )
      )
      assert.deepStrictEqual(
        table("Metric").map(([name, instrument, unit]) => [name, instrument, unit]).sort(),
        metrics.map(({ histogram, name, unit }) => [name, histogram && "histogram", unit]).sort()
      )
    }), 30_000)

  it.live("counts each call once, also those that were retried, broken or interrupted", () =>
    Effect.gen(function*() {
      const { metrics } = yield* exported(everyWay)
      const durations = pointsOf(metrics, "gen_ai.client.operation.duration")
      // All but the list of models.
      assert.strictEqual(durations.reduce((sum, { count }) => sum + count, 0), 12)
      const failures = durations.flatMap(({ attributes }) => attributes["error.type"] ?? [])
      assert.deepStrictEqual(failures.sort(), ["Authentication", "ConnectionLost", "Timeout"])
    }), 30_000)

  it.live("tells of a retry when, why and after which delay, in one span", () =>
    Effect.gen(function*() {
      const { spans } = yield* exported(everyWay)
      const retried = ofOperations(spans).filter(({ events }) => events.some(({ name }) => name === "mistral_ai.retry"))
      assert.lengthOf(retried, 1)
      assert.strictEqual(retried[0]!.status.code, 1)
      assert.deepStrictEqual(retried[0]!.events.map(({ attributes, name }) => [name, recordOf(attributes)]), [[
        "mistral_ai.retry",
        {
          "error.type": "ServerError",
          "http.response.status_code": 503,
          "mistral_ai.request.id": "id-1",
          "http.request.resend_count": 1,
          "mistral_ai.retry.delay": 0.001
        }
      ]])
    }), 30_000)
})

describe("the tokens of calls to the emulator", () => {
  const emulator = Layer.unwrap(Effect.gen(function*() {
    const { apiKey, url } = yield* Emulator.Emulator
    return Chat.layer.pipe(Layer.provide(MistralClient.layer({ apiKey, baseUrl: url })))
  })).pipe(
    Layer.provide(Emulator.layer({ timeToFirstToken: 5, tokensPerSecond: 2000 })),
    Layer.provide(UndiciHttpClient.layer)
  )

  const called = (options?: { readonly genAiAttributes?: boolean }) =>
    Effect.gen(function*() {
      const whole = yield* Chat.complete(request, options)
      const object = yield* Chat.completeObject({ ...request, schema: Schema.Struct({ name: Schema.String }) }, options)
      let last: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null | undefined
      yield* Stream.runForEach(Chat.stream(request, options), (chunk) => Effect.sync(() => last = chunk.usage ?? last))
      const usages = [whole.usage, object.response.usage, last]
      return usages.reduce((sum, one) => sum + one!.prompt_tokens! + one!.completion_tokens!, 0)
    })

  /** A span around calls that reports their model and tokens, as a framework's would. */
  const wrapped = (calls: Effect.Effect<number, unknown, Chat.Chat>) =>
    Effect.useSpan("chat", { kind: "internal", attributes: { "gen_ai.operation.name": "chat" } }, (span) =>
      calls.pipe(
        Effect.tap((tokens) => Effect.sync(() => span.attribute("gen_ai.usage.output_tokens", tokens))),
        Effect.withParentSpan(span)
      ))

  const cases = {
    "in the spans of the calls": [called(), 1],
    "in a span around them, with genAiAttributes: false": [wrapped(called({ genAiAttributes: false })), 1],
    // The reason for the option.
    "twice where a span around them has them, too": [wrapped(called()), 2]
  } as const
  for (const [where, [calls, times]] of Object.entries(cases)) {
    it.live(`count ${where}, and once in the metrics`, () =>
      Effect.gen(function*() {
        const { metrics, spans, text, value } = yield* exported(calls)
        assert.isAbove(value, 10)
        assert.strictEqual(tokensOf(spans), times * value)
        const recorded = pointsOf(metrics, "gen_ai.client.token.usage").reduce((sum, point) => sum + point.sum, 0)
        assert.strictEqual(recorded, value)
        if (times === 1 && where.includes("false")) {
          assert.sameMembers(ofOperations(spans).map(({ name }) => name), [
            "Chat.complete",
            "Chat.complete",
            "Chat.stream"
          ])
          assert.lengthOf(new Set(spans.map(({ traceId }) => traceId)), 1)
        }
        assert.notInclude(text, secrets.prompt)
      }).pipe(Effect.provide(emulator)), 30_000)
  }
})
