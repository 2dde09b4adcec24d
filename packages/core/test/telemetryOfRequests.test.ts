/** What a span tells of the parameters of a request, of its retries, and of a stream that was not read to its end. */
import {
  Completion,
  type CompletionRequest,
  Endpoint,
  MistralClient,
  RetryPolicy,
  type Telemetry
} from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import {
  apiKey,
  bothWays,
  chatRequest,
  clientOver,
  complete,
  eventStream,
  listModels,
  prompt,
  requests,
  stream,
  within
} from "./fixtures/scriptedClient.ts"
import { seriesOf } from "./fixtures/series.ts"
import { answered, common, good, recorder, spanOf } from "./fixtures/spans.ts"

const id = { "mistral-correlation-id": "id-1" }

describe("the attributes of a request", () => {
  type Parameters = readonly [request: Partial<CompletionRequest.Chat>, attributes: Telemetry.Attributes]
  const parameters: Record<string, Parameters> = {
    "name its penalties and its reasoning": [
      { frequency_penalty: 0.5, presence_penalty: -1, reasoning_effort: "high" },
      {
        "gen_ai.request.frequency_penalty": 0.5,
        "gen_ai.request.presence_penalty": -1,
        "gen_ai.request.reasoning.level": "high"
      }
    ],
    "have zeros": [{ frequency_penalty: 0, temperature: 0 }, {
      "gen_ai.request.frequency_penalty": 0,
      "gen_ai.request.temperature": 0
    }],
    "list one stop sequence": [{ stop: "END" }, { "gen_ai.request.stop_sequences": ["END"] }],
    "list several stop sequences": [{ stop: ["END", "."] }, { "gen_ai.request.stop_sequences": ["END", "."] }],
    "count choices where there are several": [{ n: 3 }, { "gen_ai.request.choice.count": 3 }],
    "do not count one choice": [{ n: 1 }, {}],
    "name JSON as the output": [{ response_format: { type: "json_object" } }, { "gen_ai.output.type": "json" }],
    "name JSON as the output, of a schema": [
      { response_format: { type: "json_schema", json_schema: { name: "a", schema: { description: prompt } } } },
      { "gen_ai.output.type": "json" }
    ],
    "name text as the output": [{ response_format: { type: "text" } }, { "gen_ai.output.type": "text" }],
    "have none where a value is null": [{ stop: null, n: null, frequency_penalty: null, reasoning_effort: null }, {}]
  }
  for (const [what, [parameter, expected]] of Object.entries(parameters)) {
    it.effect(what, () =>
      Effect.gen(function*() {
        const { attributes } = yield* spanOf(complete({}, { ...chatRequest, ...parameter }))
        assert.deepStrictEqual(attributes, {
          ...common,
          ...answered,
          ...expected,
          "gen_ai.operation.name": "chat",
          "gen_ai.request.model": "m",
          "http.response.status_code": 200,
          "mistral_ai.operation": "Chat.complete"
        })
      }).pipe(Effect.provide(clientOver(good))))
  }

  it.effect("of embeddings name their size and encoding", () =>
    Effect.gen(function*() {
      const { attributes } = yield* spanOf(MistralClient.MistralClient.use((client) =>
        client.request(Endpoint.createEmbeddings, {
          model: "mistral-embed",
          input: prompt,
          output_dimension: 256,
          encoding_format: "float"
        })
      ))
      assert.strictEqual(attributes["gen_ai.embeddings.dimension.count"], 256)
      assert.deepStrictEqual(attributes["gen_ai.request.encoding_formats"], ["float"])
    }).pipe(Effect.provide(clientOver(good))))
})

describe("the attributes of the usage", () => {
  const details: Record<string, readonly [usage: object, cached: number | undefined, reasoning: number | undefined]> = {
    "are those of Mistral": [{ prompt_tokens_details: { cached_tokens: 3 }, num_cached_tokens: 3 }, 3, undefined],
    "are those of its older name": [
      { prompt_tokens_details: null, prompt_token_details: { cached_tokens: 4 } },
      4,
      undefined
    ],
    "are those of a number alone": [{ num_cached_tokens: 5 }, 5, undefined],
    "are those of OpenAI": [
      { prompt_tokens_details: { cached_tokens: 0 }, completion_tokens_details: { reasoning_tokens: 2 } },
      0,
      2
    ],
    "are none": [{}, undefined, undefined]
  }
  for (const [what, [usage, cached, reasoning]] of Object.entries(details)) {
    it.effect(`${what}: of tokens from a cache, and of reasoning`, () =>
      Effect.gen(function*() {
        for (const call of Object.values(bothWays)) {
          const { attributes } = yield* spanOf(call())
          assert.strictEqual(attributes["gen_ai.usage.cache_read.input_tokens"], cached)
          assert.strictEqual(attributes["gen_ai.usage.reasoning.output_tokens"], reasoning)
          assert.strictEqual(attributes["gen_ai.usage.output_tokens"], 2)
        }
      }).pipe(Effect.provide(clientOver(({ headers }) => {
        const counted = { usage: { prompt_tokens: 9, completion_tokens: 2, total_tokens: 11, ...usage } }
        return headers["accept"] === "text/event-stream"
          ? ScriptedHttpClient.sse(TestCompletion.chunks("a b", counted))
          : ScriptedHttpClient.json(TestCompletion.response("a b", counted))
      }))))
  }
})

describe("the span of a call that is sent again", () => {
  const retry = RetryPolicy.make({
    schedule: Schedule.exponential("1500 millis"),
    while: (error) => error.status !== 401
  })
  const answers: ReadonlyArray<ScriptedHttpClient.Answer> = [
    ScriptedHttpClient.json({ message: `no: ${prompt}` }, { status: 503, headers: id }),
    ScriptedHttpClient.connectionError(),
    ScriptedHttpClient.json({}, { status: 429, headers: { "retry-after": "20" } })
  ]
  /** The name, the time in milliseconds and the attributes of the events of a span. */
  const events = (
    ofSpan: { readonly events: ReadonlyArray<[string, bigint, Record<string, unknown>?]> }
  ): ReadonlyArray<readonly [string, number, Record<string, unknown>]> =>
    ofSpan.events.map(([name, time, attributes]) => [name, Number(time / 1_000_000n), { ...attributes }])
  for (const [way, call] of Object.entries({ ...bothWays, "of a list": listModels })) {
    it.effect(`tells each retry: why, after which delay, and the how manieth it is (${way})`, () =>
      Effect.gen(function*() {
        const { attributes, span } = yield* within(spanOf(Effect.asVoid(call())), "1 hour")
        assert.strictEqual(attributes["http.request.resend_count"], 3)
        assert.strictEqual(attributes["http.response.status_code"], 200)
        assert.notProperty(attributes, "error.type")
        const [first, second, third] = events(span)
        assert.deepStrictEqual(first, ["mistral_ai.retry", 1500, {
          "error.type": "ServerError",
          "http.request.resend_count": 1,
          "http.response.status_code": 503,
          "mistral_ai.request.id": "id-1",
          "mistral_ai.retry.delay": 1.5
        }])
        assert.deepStrictEqual(second, ["mistral_ai.retry", 4500, {
          "error.type": "ConnectionFailed",
          "http.request.resend_count": 2,
          "mistral_ai.retry.delay": 3
        }])
        const [, at, { "mistral_ai.retry.delay": delay, ...cause }] = third!
        assert.deepStrictEqual(cause, {
          "error.type": "RateLimited",
          "http.request.resend_count": 3,
          "http.response.status_code": 429
        })
        // `Retry-After`, and up to a second at random.
        assert.isTrue(Number(delay) >= 20 && Number(delay) <= 21, String(delay))
        assert.closeTo(at, 4500 + Number(delay) * 1000, 1)
        assert.lengthOf(span.events, 3)
      }).pipe(Effect.provide(clientOver((request, index) => answers[index] ?? good(request), { retry }))))

    it.effect(`tells the retries of one that failed in the end (${way})`, () =>
      Effect.gen(function*() {
        const { attributes, span } = yield* within(spanOf(Effect.asVoid(call())), "1 hour")
        assert.strictEqual(attributes["http.request.resend_count"], 3)
        assert.strictEqual(attributes["error.type"], "Authentication")
        assert.lengthOf(span.events, 3)
      }).pipe(Effect.provide(clientOver(
        (_, index) => answers[index] ?? ScriptedHttpClient.json({}, { status: 401 }),
        { retry }
      ))))

    it.effect(`does not tell a retry whose delay was not over (${way})`, () =>
      Effect.gen(function*() {
        const { spans, tracer } = recorder()
        const calling = yield* Effect.forkChild(Effect.withTracer(Effect.asVoid(call()), tracer), {
          startImmediately: true
        })
        yield* TestClock.adjust("2 seconds")
        yield* Fiber.interrupt(calling)
        assert.lengthOf(spans[0]!.events, 1)
        assert.strictEqual(spans[0]!.attributes.get("http.request.resend_count"), 1)
        assert.lengthOf(yield* requests, 2)
      }).pipe(Effect.provide(clientOver((request, index) => answers[index] ?? good(request), { retry }))))
  }

  it.effect("is not needed to hear of retries: RetryPolicy.retry tells them, too", () =>
    Effect.gen(function*() {
      const seen: Array<readonly [string, number]> = []
      const patient = RetryPolicy.make({ schedule: Schedule.spaced("2 seconds") })
      yield* within(
        RetryPolicy.retry(Completion.collect(stream()), patient, {
          onRetry: (error, delay) => seen.push([error.reason._tag, delay])
        }),
        "1 minute"
      )
      assert.deepStrictEqual(seen, [["ServerError", 2000], ["ServerError", 2000]])
    }).pipe(Effect.provide(clientOver((request, index) =>
      index < 2 ? ScriptedHttpClient.json({}, { status: 500 }) : good(request)
    ))))
})

describe("the span of a stream that was not read to its end", () => {
  const chunk = (
    choices: ReadonlyArray<readonly [index: number, content: string, reason?: string]>,
    further?: object
  ) => ({
    id: "cmpl-1",
    object: "chat.completion.chunk",
    created: 1,
    model: "m-2",
    choices: choices.map(([index, content, reason]) => ({ index, delta: { content }, finish_reason: reason ?? null })),
    ...further
  })
  const usage = { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 }
  const several = [
    chunk([[1, "b"], [0, "a"]]),
    chunk([[0, "a"]], { usage }),
    chunk([[2, "c"]]),
    chunk([[2, "", "length"]])
  ]
  const told = {
    "gen_ai.response.id": "cmpl-1",
    "gen_ai.response.model": "m-2",
    "gen_ai.response.finish_reasons": ["error", "error", "length"],
    "gen_ai.usage.input_tokens": 5,
    "gen_ai.usage.output_tokens": 2,
    "gen_ai.response.time_to_first_chunk": 2,
    "mistral_ai.response.chunks": 4
  }
  const ofResponse = (attributes: Telemetry.Attributes) =>
    Object.fromEntries(Object.entries(attributes).filter(([name]) => /response\.(?!status)|usage/.test(name)))

  for (const ending of ["end", "fail", "hang"] as const) {
    it.effect(`tells what came until it broke, with several choices (${ending})`, () =>
      Effect.gen(function*() {
        const { attributes } = yield* within(spanOf(bothWays.streamed()), "1 hour")
        assert.deepStrictEqual(ofResponse(attributes), told)
        assert.include(["StreamEndedEarly", "ConnectionLost", "Timeout"], attributes["error.type"])
      }).pipe(Effect.provide(clientOver([
        ScriptedHttpClient.sse(several, { done: false, ending, delay: "2 seconds" })
      ]))))
  }

  it.effect("tells what came until it was interrupted", () =>
    Effect.gen(function*() {
      const { spans, tracer } = recorder()
      const calling = yield* Effect.forkChild(Effect.withTracer(bothWays.streamed(), tracer), {
        startImmediately: true
      })
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.interrupt(calling)
      const attributes = Object.fromEntries(spans[0]!.attributes)
      assert.deepStrictEqual(ofResponse(attributes), told)
      assert.notProperty(attributes, "error.type")
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.sse(several, { done: false, ending: "hang", delay: "2 seconds" })
    ]))))

  it.effect("tells what came until its reader had read enough, or failed", () =>
    Effect.gen(function*() {
      const failing = Stream.runForEach(stream(), () => Effect.fail("the reader's own"))
      for (const reader of [Stream.runDrain(Stream.take(stream(), 1)), failing]) {
        const { attributes } = yield* within(spanOf(reader), "1 hour")
        assert.strictEqual(attributes["gen_ai.response.id"], "cmpl-1")
        assert.strictEqual(attributes["gen_ai.response.model"], "m-2")
        assert.isAtLeast(Number(attributes["mistral_ai.response.chunks"]), 1)
        assert.notProperty(attributes, "error.type")
      }
    }).pipe(Effect.provide(clientOver(() =>
      ScriptedHttpClient.sse(several, { done: false, ending: "hang", pause: "1 second" })
    ))))

  it.effect("does not take another call's error for its own", () =>
    Effect.gen(function*() {
      const { spans, tracer } = recorder()
      const reader = Stream.runForEach(stream(), () => listModels())
      const exit = yield* Effect.exit(Effect.withTracer(reader, tracer))
      assert.isTrue(Exit.isFailure(exit))
      assert.isFalse(spans[0]!.attributes.has("error.type"))
      assert.strictEqual(spans[1]!.attributes.get("error.type"), "NotFound")
    }).pipe(Effect.provide(clientOver((request) =>
      request.method === "GET" ? ScriptedHttpClient.json({}, { status: 404 }) : good(request)
    ))))

  it.effect("times the first chunk, and not the comments before it", () =>
    Effect.gen(function*() {
      const { attributes } = yield* within(spanOf(bothWays.streamed()), "1 hour")
      assert.strictEqual(attributes["gen_ai.response.time_to_first_chunk"], 5)
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.bytes(
        [": wait\n\n", ": wait\n\n", ...several.map((one) => `data: ${JSON.stringify(one)}\n\n`), "data: [DONE]\n\n"],
        { headers: eventStream, delay: "3 seconds", pause: Duration.seconds(1) }
      )
    ]))))
})

describe("genAiAttributes: false", () => {
  const names = (attributes: Telemetry.Attributes) => Object.keys(attributes).sort()
  for (const [way, call] of Object.entries(bothWays)) {
    it.effect(`leaves a span its plain name and no gen_ai attribute (${way})`, () =>
      Effect.gen(function*() {
        const own = yield* spanOf(call({ genAiAttributes: false }))
        assert.strictEqual(own.name, way === "whole" ? "Chat.complete" : "Chat.stream")
        const all = yield* spanOf(call())
        assert.strictEqual(all.name, "chat m")
        assert.deepStrictEqual(
          names(own.attributes),
          names(all.attributes).filter((name) => !name.startsWith("gen_ai."))
        )
        assert.includeMembers(names(own.attributes), [
          "http.response.status_code",
          "mistral_ai.operation",
          "server.address"
        ])
      }).pipe(Effect.provide(clientOver(good))))

    it.effect(`is an option of a client, too, and a call's wins (${way})`, () =>
      Effect.gen(function*() {
        assert.notProperty((yield* spanOf(call())).attributes, "gen_ai.request.model")
        assert.property((yield* spanOf(call({ genAiAttributes: true }))).attributes, "gen_ai.request.model")
      }).pipe(Effect.provide(clientOver(good, { genAiAttributes: false }))))

    it.effect(`leaves the error and the retries (${way})`, () =>
      Effect.gen(function*() {
        const { attributes, span } = yield* within(spanOf(call({ genAiAttributes: false })), "1 hour")
        assert.strictEqual(attributes["error.type"], "ServerError")
        assert.strictEqual(attributes["http.request.resend_count"], 1)
        assert.deepStrictEqual(span.events.map(([name]) => name), ["mistral_ai.retry"])
      }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.json({}, { status: 500 }), {
        retry: RetryPolicy.make({ schedule: Schedule.recurs(1) })
      }))))
  }
})

describe("a key that a server repeats", () => {
  for (const [form, quoted] of Object.entries({ plain: apiKey, "as base64": btoa(`for ${apiKey}`) })) {
    for (const [way, call] of Object.entries(bothWays)) {
      it.effect(`is not in the id, the model and the finish reason of a span, nor in a metric (${way}, ${form})`, () =>
        Effect.gen(function*() {
          let attributes: Telemetry.Attributes = {}
          const series = yield* seriesOf(
            Effect.tap(spanOf(call()), (span) => Effect.sync(() => attributes = span.attributes))
          )
          assert.deepInclude(attributes, {
            "gen_ai.response.id": "id <redacted>",
            "gen_ai.response.model": "<redacted>",
            "gen_ai.response.finish_reasons": ["<redacted>"]
          })
          assert.notInclude(JSON.stringify(series), quoted)
        }).pipe(Effect.provide(clientOver(({ headers }) => {
          const named = { id: `id ${quoted}`, model: quoted, finishReason: quoted }
          return headers["accept"] === "text/event-stream"
            ? ScriptedHttpClient.sse(TestCompletion.chunks("a b", named))
            : ScriptedHttpClient.json(TestCompletion.response("a b", named))
        }))))
    }
  }
})
