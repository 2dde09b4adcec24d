/**
 * What Effect's exporter sends to a collector of programs of `effect/ai`: the span of a model has the attributes of the
 * conventions, tokens count once, and no prompt, completion, argument, schema or key is in it.
 */
import { MistralEmbeddingModel, MistralLanguageModel, MistralTelemetry } from "@effect-mistral/ai"
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { UndiciHttpClient } from "@effect-mistral/node"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Schedule, Schema, Stream } from "effect"
import { Chat, EmbeddingModel, LanguageModel, Tool, Toolkit } from "effect/ai"
import { recordOf, type Span, typesOf } from "./telemetry/collector.ts"
import { metricsConform, spansConform } from "./telemetry/conforms.ts"
import * as conventions from "./telemetry/conventions.ts"
import { exported, ofOperations, pointsOf, table, tokensOf, withoutSecrets } from "./telemetry/exported.ts"
import { limits, usage } from "./telemetry/reported.ts"

const secrets = {
  prompt: "a-prompt-that-nobody-sees",
  completion: "a-completion-that-nobody-sees",
  key: "sk-a-key-that-nobody-sees-0123",
  schema: "a-schema-that-nobody-sees",
  argument: "an-argument-that-nobody-sees",
  result: "a-result-that-nobody-sees"
}

const prompt = secrets.prompt

const parameters = Schema.Struct({ of: Schema.String.annotate({ description: secrets.schema }) })

const tools = Toolkit.make(
  Tool.make("find", { description: secrets.schema, parameters, success: Schema.String }),
  Tool.make("lose", { parameters, success: Schema.String, failure: Schema.Finite })
)

const ToolsLive = tools.toLayer({ find: () => Effect.succeed(secrets.result), lose: () => Effect.fail(404) })

const Painter = Schema.Struct({ name: Schema.String.annotate({ description: secrets.schema }) })

const scripted = (answers: ReadonlyArray<ScriptedHttpClient.Answer>) =>
  Layer.mergeAll(
    MistralLanguageModel.model("mistral-small-latest", {
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 100,
      frequency_penalty: 0.25,
      presence_penalty: -0.5,
      reasoning_effort: "high",
      random_seed: 7,
      stop: "END"
    }),
    MistralEmbeddingModel.model("codestral-embed", { dimensions: 2, encoding_format: "float" })
  ).pipe(
    Layer.provide(MistralClient.layer({
      apiKey: Redacted.make(secrets.key),
      timeout: { idle: "50 millis" },
      retry: RetryPolicy.make({ schedule: Schedule.spaced("1 millis").pipe(Schedule.upTo({ times: 1 })) })
    })),
    Layer.provide(ScriptedHttpClient.layer(answers)),
    Layer.merge(ToolsLive)
  )

const answer = (content: string, options?: TestCompletion.Options) =>
  ScriptedHttpClient.json(TestCompletion.response(content, { usage, ...options }), { headers: limits })

const call = (name: "find" | "lose", of: unknown) => ({ toolCalls: [TestCompletion.toolCall(name, { of })] })

const chunks = TestCompletion.chunks([secrets.completion, " and more"], { usage })

const streamed = Stream.runDrain(LanguageModel.streamText({ prompt }))

/** Each way in which a call of a model goes, with what the server answers to it, and the tokens that it told. */
const ways: ReadonlyArray<
  readonly [
    program: Effect.Effect<
      unknown,
      unknown,
      LanguageModel.LanguageModel | EmbeddingModel.EmbeddingModel | Tool.HandlersFor<typeof tools.tools>
    >,
    answers: ReadonlyArray<ScriptedHttpClient.Answer>,
    tokens: number
  ]
> = [
  [LanguageModel.generateText({ prompt }), [answer(secrets.completion)], 120],
  [streamed, [ScriptedHttpClient.sse(chunks, { headers: { "content-type": "text/event-stream", ...limits } })], 120],
  [
    LanguageModel.generateObject({ prompt, schema: Painter, objectName: "painter" }),
    [answer(JSON.stringify({ name: secrets.completion }))],
    120
  ],
  // An answer that is no JSON, and one that is another object.
  [LanguageModel.generateObject({ prompt, schema: Painter }), [answer(secrets.completion)], 120],
  [LanguageModel.generateObject({ prompt, schema: Painter }), [answer(`{"name":["${secrets.completion}"]}`)], 120],
  // Tools: good, failing, and with arguments that do not fit, whole and streamed.
  [
    Effect.flatMap(Chat.empty, (chat) =>
      Effect.andThen(
        chat.generateText({ prompt, toolkit: tools }),
        Stream.runDrain(chat.streamText({ prompt: [], toolkit: tools }))
      )),
    [answer("", call("find", secrets.argument)), ScriptedHttpClient.sse(chunks)],
    240
  ],
  ...(["find", "lose"] as const).flatMap((name) =>
    [secrets.argument, [secrets.argument]].flatMap((of) =>
      [
        [
          LanguageModel.generateText({ prompt, toolkit: tools }),
          [answer("", call(name, of))],
          120
        ],
        [
          Stream.runDrain(LanguageModel.streamText({ prompt, toolkit: tools })),
          [ScriptedHttpClient.sse(TestCompletion.chunks("", { usage, ...call(name, of) }))],
          120
        ]
      ] as const
    )
  ),
  // After a retry, and refused.
  [
    LanguageModel.generateText({ prompt }),
    [
      ScriptedHttpClient.json({ message: `${prompt} ${secrets.key}` }, { status: 503, headers: limits }),
      answer(secrets.completion)
    ],
    120
  ],
  [
    LanguageModel.generateText({ prompt }),
    [ScriptedHttpClient.json({ message: `Unknown key ${secrets.key}`, detail: secrets.key }, { status: 401 })],
    0
  ],
  // Streams that break, fall silent, are interrupted and are left.
  [streamed, [ScriptedHttpClient.sse(chunks.slice(0, 2), { done: false, ending: "fail" })], 0],
  [streamed, [ScriptedHttpClient.sse(chunks, { done: false, ending: "hang" })], 120],
  [
    Effect.timeoutOption(streamed, "20 millis"),
    [ScriptedHttpClient.sse(chunks.slice(0, 2), { done: false, ending: "hang" })],
    0
  ],
  [
    Stream.runDrain(Stream.take(LanguageModel.streamText({ prompt }), 2)),
    [ScriptedHttpClient.sse(chunks.slice(0, 2), { done: false, ending: "hang" })],
    0
  ],
  // Requests that are not sent.
  [
    LanguageModel.generateText({
      prompt: [{
        role: "user",
        content: [{ type: "file", mediaType: "video/mp4", data: Buffer.from(prompt), fileName: prompt }]
      }]
    }),
    [],
    0
  ],
  [
    MistralLanguageModel.withConfigOverride(LanguageModel.generateText({ prompt }), { max_tokens: -1 }),
    [],
    0
  ],
  [
    EmbeddingModel.EmbeddingModel.use((model) => model.embedMany([prompt, "another"])),
    [ScriptedHttpClient.json({
      id: "e1",
      object: "list",
      model: "codestral-embed",
      data: [{ index: 0, embedding: [0.25, 1] }, { index: 1, embedding: [0.5, 1] }],
      usage: { prompt_tokens: 3, total_tokens: 3 }
    })],
    3
  ]
]

const everyWay = Effect.forEach(ways, ([program]) => Effect.exit(program)).pipe(
  Effect.provide(scripted(ways.flatMap(([, answers]) => answers)))
)

const tokens = ways.reduce((sum, [, , told]) => sum + told, 0)

const withoutToolParameters = (exporter: Layer.Layer<never>) =>
  MistralTelemetry.layerWithoutToolParameters.pipe(Layer.provideMerge(exporter))

const ofModels = (spans: ReadonlyArray<Span>) => spans.filter(({ name }) => name.startsWith("LanguageModel."))

const namesOf = (spans: ReadonlyArray<Span>) =>
  spans.flatMap(({ attributes }) => Object.keys(recordOf(attributes))).filter((name, at, all) =>
    all.indexOf(name) === at
  )

describe("the telemetry of effect/ai that a collector receives", () => {
  it.live(
    "has names and types of the conventions, or names of Effect's or of this library's own",
    () =>
      Effect.gen(function*() {
        const { metrics, spans } = yield* exported(everyWay, withoutToolParameters)
        assert.lengthOf(ofModels(spans), ways.length)
        spansConform(spans, [...conventions.ofEffect.attributes, ...conventions.ofEffectAi])
        metricsConform(metrics)
      }),
    30_000
  )

  it.live("has no prompt, completion, schema, argument, result or key", () =>
    Effect.gen(function*() {
      const { text } = yield* exported(everyWay, withoutToolParameters)
      withoutSecrets(text, secrets)
      // The search would find them.
      assert.include(text, "mistral-small-latest")
      assert.include(text, "<redacted>")
    }), 30_000)

  it.live(
    "has arguments, and nothing else, where the layer that keeps them out is missing",
    () =>
      Effect.gen(function*() {
        const { text } = yield* exported(everyWay)
        assert.include(text, secrets.argument)
        const { argument: _, ...others } = secrets
        withoutSecrets(text, others)
      }),
    30_000
  )

  it.live("is in the tables of the documentation, and nothing else is", () =>
    Effect.gen(function*() {
      const { spans } = yield* exported(everyWay)
      const documented = table("Attribute of effect/ai")
      const seen = spans.flatMap(({ attributes }) => Object.entries(recordOf(attributes))).filter(([name]) =>
        conventions.ofEffectAi.includes(name)
      )
      assert.deepStrictEqual(documented.map(([name]) => name!).sort(), [...new Set(seen.map(([name]) => name))].sort())
      for (const [name, value] of seen) {
        assert.include(typesOf(value), documented.find((row) => row[0] === name)![1], name)
      }
      const known = table("Attribute").map(([name]) => name!)
      assert.deepStrictEqual(
        namesOf(ofModels(spans)).filter((name) =>
          ![...known, ...conventions.ofEffectAi, ...conventions.ofEffect.attributes].includes(name)
        ),
        []
      )
      const described = table("Span of effect/ai").flatMap(([names]) => names!.split(", "))
      const ours = (span: Span) => "mistral_ai.operation" in recordOf(span.attributes)
      assert.includeMembers(described, spans.filter((span) => !ours(span)).map(({ name }) => name))
    }), 30_000)

  it.live("has the tokens of each call once, in the spans of models and in the metrics", () =>
    Effect.gen(function*() {
      const { metrics, spans } = yield* exported(everyWay, withoutToolParameters)
      assert.strictEqual(tokensOf(spans), tokens)
      assert.strictEqual(tokensOf(ofModels(spans)), tokens - 3)
      const recorded = pointsOf(metrics, "gen_ai.client.token.usage").reduce((sum, { sum: some }) => sum + some, 0)
      assert.strictEqual(recorded, tokens)
      const counted = pointsOf(metrics, "gen_ai.client.operation.duration").reduce((sum, { count }) => sum + count, 0)
      // All but the one that has no request, and the second round of the chat.
      assert.strictEqual(counted, ways.length)
    }), 30_000)

  it.live("has a span of this library below that of each call, in the same trace", () =>
    Effect.gen(function*() {
      const { spans } = yield* exported(everyWay, withoutToolParameters)
      const calls = spans.filter(({ attributes }) => "mistral_ai.operation" in recordOf(attributes))
      for (const own of calls) {
        const parent = spans.find(({ spanId }) => spanId === own.parentSpanId)
        assert.isDefined(parent, own.name)
        assert.strictEqual(parent!.traceId, own.traceId)
        assert.match(parent!.name, own.name.startsWith("embeddings") ? /^EmbeddingModel\./ : /^LanguageModel\./)
        assert.deepStrictEqual(
          namesOf([own]).filter((name) => name.startsWith("gen_ai.")).length > 0,
          own.name.startsWith("embeddings")
        )
      }
    }), 30_000)
})

describe("the tokens of a model over the emulator", () => {
  const emulator = Layer.unwrap(Effect.gen(function*() {
    const { apiKey, url } = yield* Emulator.Emulator
    return MistralLanguageModel.model("mistral-small-latest").pipe(
      Layer.provide(MistralClient.layer({ apiKey, baseUrl: url }))
    )
  })).pipe(
    Layer.provide(Emulator.layer({ timeToFirstToken: 5, tokensPerSecond: 2000 })),
    Layer.provide(UndiciHttpClient.layer)
  )

  it.live("are those of the parts, once in the trace and once in the metrics", () =>
    Effect.gen(function*() {
      const { metrics, spans, text, value } = yield* exported(
        Effect.gen(function*() {
          const whole = yield* LanguageModel.generateText({ prompt })
          const object = yield* LanguageModel.generateObject({ prompt, schema: Schema.Struct({ name: Schema.String }) })
          const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt }))
          const last = parts.at(-1)
          assert.isTrue(last?.type === "finish")
          const usages = [whole.usage, object.usage, ...last?.type === "finish" ? [last.usage] : []]
          return usages.reduce((sum, one) => sum + one.inputTokens.total! + one.outputTokens.total!, 0)
        }).pipe(Effect.withSpan("program"))
      )
      assert.isAbove(value, 10)
      assert.strictEqual(tokensOf(spans), value)
      assert.strictEqual(tokensOf(ofModels(spans)), value)
      assert.lengthOf(new Set(spans.map(({ traceId }) => traceId)), 1)
      assert.lengthOf(ofOperations(spans), 6)
      const recorded = pointsOf(metrics, "gen_ai.client.token.usage").reduce((sum, point) => sum + point.sum, 0)
      assert.strictEqual(recorded, value)
      assert.notInclude(text, prompt)
    }).pipe(Effect.provide(emulator)), 30_000)
})
