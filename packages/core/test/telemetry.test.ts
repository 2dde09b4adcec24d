/**
 * The spans of operations: one for each, whole, streamed, failed, cut or interrupted, with the same attributes each time
 * and no prompt, completion or key.
 */
import { RetryPolicy, type Telemetry } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Option, Redacted, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import {
  apiKey,
  bothWays,
  clientOver,
  eventStream,
  listModels,
  prompt,
  requests,
  stream,
  within
} from "./fixtures/scriptedClient.ts"
import {
  answered,
  common,
  completion,
  good,
  operations,
  recorder,
  spanOf,
  streamed as ofStream
} from "./fixtures/spans.ts"

describe("the span of an operation that succeeds", () => {
  for (const [operation, [call, name, attributes]] of Object.entries(operations)) {
    it.effect(`names what was requested and what came: ${operation}`, () =>
      Effect.gen(function*() {
        const span = yield* spanOf(call)
        assert.isTrue(Exit.isSuccess(span.exit), String(span.exit))
        assert.strictEqual(span.name, name)
        assert.deepStrictEqual(span.attributes, { ...attributes, "http.response.status_code": 200 })
        assert.isTrue(span.span.status._tag === "Ended" && Exit.isSuccess(span.span.status.exit))
      }).pipe(Effect.provide(clientOver(good))))
  }
})

describe("the span of an operation that fails", () => {
  const refusal = ScriptedHttpClient.json({ message: `no: ${prompt}` }, {
    status: 429,
    headers: { "mistral-correlation-id": "id-1" }
  })
  for (const [operation, [call, name, attributes]] of Object.entries(operations)) {
    it.effect(`names the reason, the status and the request id: ${operation}`, () =>
      Effect.gen(function*() {
        const span = yield* spanOf(call)
        assert.strictEqual(span.name, name)
        const before = Object.entries(attributes).filter(([key]) => !key.includes("response") && !key.includes("usage"))
        assert.deepStrictEqual(span.attributes, {
          ...Object.fromEntries(before),
          "error.type": "RateLimited",
          "http.response.status_code": 429,
          "mistral_ai.request.id": "id-1"
        })
        assert.isTrue(span.span.status._tag === "Ended" && Exit.isFailure(span.span.status.exit))
      }).pipe(Effect.provide(clientOver(() => refusal))))
  }

  type Failure = readonly [answer: ScriptedHttpClient.Answer, attributes: Telemetry.Attributes]
  const id = { headers: { ...eventStream, "mistral-correlation-id": "id-1" } }
  const chunks = TestCompletion.chunks([completion])
  const begun = {
    "gen_ai.response.id": answered["gen_ai.response.id"],
    "gen_ai.response.model": answered["gen_ai.response.model"],
    "gen_ai.response.finish_reasons": ["error"],
    "gen_ai.response.time_to_first_chunk": 0,
    "mistral_ai.response.chunks": 2
  }
  const streamed: Record<string, Failure> = {
    "whose connection failed": [ScriptedHttpClient.connectionError(), { "error.type": "ConnectionFailed" }],
    "whose connection was lost": [ScriptedHttpClient.sse(chunks.slice(0, 2), { ...id, done: false, ending: "fail" }), {
      ...begun,
      "error.type": "ConnectionLost",
      "http.response.status_code": 200,
      "mistral_ai.request.id": "id-1"
    }],
    "that ended early": [ScriptedHttpClient.sse(chunks.slice(0, 2), { ...id, done: false }), {
      ...begun,
      "error.type": "StreamEndedEarly",
      "http.response.status_code": 200,
      "mistral_ai.request.id": "id-1"
    }],
    "that ended early, after its last chunk": [ScriptedHttpClient.sse(chunks, { ...id, done: false }), {
      ...answered,
      ...ofStream,
      "error.type": "StreamEndedEarly",
      "http.response.status_code": 200,
      "mistral_ai.request.id": "id-1"
    }],
    "that fell silent": [ScriptedHttpClient.sse(chunks.slice(0, 2), { ...id, done: false, ending: "hang" }), {
      ...begun,
      "error.type": "Timeout",
      "http.response.status_code": 200,
      "mistral_ai.request.id": "id-1"
    }],
    "that never began": [ScriptedHttpClient.bytes([], { ...id, ending: "hang" }), {
      "error.type": "Timeout",
      "mistral_ai.request.id": "id-1"
    }],
    "that reported an error": [ScriptedHttpClient.sse([{ error: { message: prompt, raw_status_code: 503 } }], id), {
      "error.type": "StreamError",
      "http.response.status_code": 503,
      "mistral_ai.request.id": "id-1"
    }],
    "whose generation failed": [
      ScriptedHttpClient.sse(TestCompletion.chunks([completion], { finishReason: "error" }), id),
      {
        ...answered,
        ...ofStream,
        "gen_ai.response.finish_reasons": ["error"],
        "error.type": "GenerationFailed",
        "http.response.status_code": 200,
        "mistral_ai.request.id": "id-1"
      }
    ],
    "that did not fit": [ScriptedHttpClient.sse([[completion]], id), {
      "error.type": "InvalidResponse",
      "http.response.status_code": 200,
      "mistral_ai.request.id": "id-1"
    }]
  }
  for (const [what, [answer, attributes]] of Object.entries(streamed)) {
    it.effect(`says why: a stream ${what}`, () =>
      Effect.gen(function*() {
        const span = yield* within(spanOf(bothWays.streamed()), "1 hour")
        assert.deepStrictEqual(span.attributes, {
          ...common,
          "gen_ai.operation.name": "chat",
          "gen_ai.request.model": "m",
          "gen_ai.request.stream": true,
          "mistral_ai.operation": "Chat.stream",
          ...attributes
        })
        assert.isTrue(Exit.isFailure(span.exit))
        assert.isTrue(span.span.status._tag === "Ended" && Exit.isFailure(span.span.status.exit))
      }).pipe(Effect.provide(clientOver([answer]))))
  }

  for (const [way, call] of Object.entries(bothWays)) {
    it.effect(`says that the request was invalid, and nothing was sent (${way})`, () =>
      Effect.gen(function*() {
        const span = yield* spanOf(call({ baseUrl: "nowhere" }))
        assert.strictEqual(span.attributes["error.type"], "InvalidRequest")
        assert.notProperty(span.attributes, "server.address")
        assert.notProperty(span.attributes, "server.port")
        assert.notProperty(span.attributes, "http.response.status_code")
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(clientOver(good))))

    it.effect(`ends with the call where the call is interrupted (${way})`, () =>
      Effect.gen(function*() {
        const { spans, tracer } = recorder()
        const calling = yield* Effect.forkChild(Effect.withTracer(call(), tracer), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(spans.map(({ status }) => status._tag), ["Started"])
        yield* Fiber.interrupt(calling)
        assert.lengthOf(spans, 1)
        const { status } = spans[0]!
        assert.isTrue(status._tag === "Ended" && Exit.isFailure(status.exit) && Cause.hasInterrupts(status.exit.cause))
        assert.isFalse(spans[0]!.attributes.has("error.type"))
      }).pipe(Effect.provide(clientOver([ScriptedHttpClient.bytes([":"], { headers: eventStream, ending: "hang" })]))))
  }
})

describe("the span of a stream", () => {
  it.effect("begins with the first pull and not before, and is a new one for each run", () =>
    Effect.gen(function*() {
      const { spans, tracer } = recorder()
      const chunks = stream()
      assert.lengthOf(spans, 0)
      yield* Effect.withTracer(Effect.all([Stream.runDrain(chunks), Stream.runDrain(chunks)]), tracer)
      assert.lengthOf(spans, 2)
    }).pipe(Effect.provide(clientOver(good))))

  it.effect("ends well where its reader has read enough", () =>
    Effect.gen(function*() {
      const { attributes, span } = yield* spanOf(Stream.runDrain(Stream.take(stream(), 1)))
      assert.isTrue(span.status._tag === "Ended" && Exit.isSuccess(span.status.exit))
      assert.notProperty(attributes, "error.type")
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.sse(TestCompletion.chunks("a b"), { done: false, ending: "hang" })
    ]))))

  it.effect("does not take its reader's own failure for one of the operation", () =>
    Effect.gen(function*() {
      const { attributes } = yield* spanOf(Stream.runForEach(stream(), () => Effect.fail("the reader's own")))
      assert.notProperty(attributes, "error.type")
    }).pipe(Effect.provide(clientOver(good))))

  it.effect("has no tokens as long as chunks have null as their usage", () =>
    Effect.gen(function*() {
      const { attributes } = yield* spanOf(Effect.flip(bothWays.streamed()))
      assert.deepStrictEqual(Object.keys(attributes).filter((name) => name.startsWith("gen_ai.usage")), [])
      assert.strictEqual(attributes["gen_ai.response.id"], answered["gen_ai.response.id"])
      assert.strictEqual(attributes["error.type"], "StreamEndedEarly")
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.sse(
        TestCompletion.chunks("a b").slice(0, 2).map((chunk) => ({ ...chunk, usage: null })),
        { done: false }
      )
    ]))))

  it.effect("tells the usage that came last, also with the fast path", () =>
    Effect.gen(function*() {
      for (const fastPath of [true, false]) {
        const { attributes } = yield* spanOf(Stream.runDrain(stream({ fastPath })))
        assert.strictEqual(attributes["gen_ai.usage.output_tokens"], 40)
        assert.strictEqual(attributes["gen_ai.usage.input_tokens"], 2)
      }
    }).pipe(Effect.provide(clientOver(() =>
      ScriptedHttpClient.sse(TestCompletion.chunks("a b c d e f g h", {
        usage: { prompt_tokens: 2, completion_tokens: 40, total_tokens: 42 }
      }))
    ))))
})

describe("the span of a call that is retried", () => {
  it.effect("is one for all attempts, and tells of the last", () =>
    Effect.gen(function*() {
      const { attributes, exit } = yield* spanOf(listModels())
      assert.isTrue(Exit.isSuccess(exit))
      assert.notProperty(attributes, "error.type")
      assert.lengthOf(yield* requests, 3)
    }).pipe(Effect.provide(clientOver(
      (request, index) => index < 2 ? ScriptedHttpClient.json({}, { status: 503 }) : good(request),
      { retry: RetryPolicy.make({ schedule: Schedule.recurs(2) }) }
    ))))

  for (const [way, call] of Object.entries({ ...bothWays, "of a list": listModels })) {
    it.effect(`is the parent of each attempt's span, which is sent to the server if the trace is propagated (${way})`, () =>
      Effect.gen(function*() {
        const { spans, tracer } = recorder()
        yield* Effect.withTracer(Effect.withSpan(Effect.asVoid(call()), "program"), tracer)
        const [program, operation, ...attempts] = spans
        assert.strictEqual(program?.name, "program")
        assert.strictEqual(Option.getOrUndefined(operation!.parent)?.spanId, program?.spanId)
        assert.lengthOf(attempts, 3)
        for (const attempt of attempts) {
          assert.strictEqual(Option.getOrUndefined(attempt.parent)?.spanId, operation?.spanId)
        }
        assert.deepStrictEqual(
          (yield* requests).map(({ headers }) => headers["traceparent"]),
          attempts.map(({ spanId, traceId }) => `00-${traceId}-${spanId}-01`)
        )
      }).pipe(Effect.provide(clientOver(
        (request, index) => index < 2 ? ScriptedHttpClient.json({}, { status: 503 }) : good(request),
        { retry: RetryPolicy.make({ schedule: Schedule.recurs(2) }), propagateTrace: true }
      ))))

    it.effect(`is the only one, and is not sent to the server, unless the trace is propagated (${way})`, () =>
      Effect.gen(function*() {
        const { spans, tracer } = recorder()
        yield* Effect.withTracer(Effect.withSpan(Effect.asVoid(call()), "program"), tracer)
        assert.lengthOf(spans, 2)
        assert.strictEqual(Option.getOrUndefined(spans[1]!.parent)?.spanId, spans[0]?.spanId)
        for (const { headers } of yield* requests) {
          assert.deepStrictEqual(["traceparent", "b3", "tracestate"].filter((name) => name in headers), [])
        }
      }).pipe(Effect.provide(clientOver(good))))
  }
})

describe("the span of an operation as a parent", () => {
  const named = (name: string) => Effect.withSpan(Effect.void, name)
  for (const [way, call] of Object.entries({ ...bothWays, "of a list": listModels })) {
    it.effect(`has the spans of the effect that yields the key, and of the schedule of retries (${way})`, () =>
      Effect.gen(function*() {
        const { spans, tracer } = recorder()
        yield* Effect.withTracer(Effect.asVoid(call()), tracer)
        const [operation, ...children] = spans
        assert.deepStrictEqual(children.map(({ name }) => name), ["key", "backoff", "key"])
        for (const { parent } of children) {
          assert.strictEqual(Option.getOrUndefined(parent)?.spanId, operation?.spanId)
        }
      }).pipe(Effect.provide(clientOver(
        (request, index) => index === 0 ? ScriptedHttpClient.json({}, { status: 503 }) : good(request),
        {
          apiKey: Effect.as(named("key"), Redacted.make(apiKey)),
          retry: RetryPolicy.make({
            schedule: Schedule.recurs(1).pipe(
              Schedule.modifyDelay(({ duration }) => Effect.as(named("backoff"), duration))
            )
          })
        }
      ))))
  }
})

describe("the server that a span names", () => {
  type Address = readonly [client: string | undefined, call: string | undefined, address: string, port: number]
  const addresses: Record<string, Address> = {
    "is Mistral's where nothing is set": [undefined, undefined, "api.mistral.ai", 443],
    "is the client's": ["https://api.eu.mistral.ai/v1", undefined, "api.eu.mistral.ai", 443],
    "is the call's before the client's": ["https://api.eu.mistral.ai", "https://call.test", "call.test", 443],
    "has its port apart": ["http://localhost:8080/v1/", undefined, "localhost", 8080],
    "has the port of its scheme, also where the URL names that": [
      "http://gateway.test:80/v1",
      undefined,
      "gateway.test",
      80
    ],
    "has the port of the call's scheme": ["https://gateway.test:8443", "http://call.test/v1", "call.test", 80],
    "is an IPv6 address without brackets": ["http://[2001:db8::1]:8080/v1", undefined, "2001:db8::1", 8080],
    "is an IPv6 address without a port": ["https://[::1]", undefined, "::1", 443]
  }
  for (const [what, [ofClient, ofCall, address, port]] of Object.entries(addresses)) {
    it.effect(what, () =>
      Effect.gen(function*() {
        for (const call of Object.values(bothWays)) {
          const { attributes } = yield* spanOf(call({ baseUrl: ofCall }))
          assert.strictEqual(attributes["server.address"], address)
          assert.strictEqual(attributes["server.port"], port)
          assert.strictEqual(attributes["gen_ai.provider.name"], "mistral_ai")
        }
      }).pipe(Effect.provide(clientOver(good, { baseUrl: ofClient }))))
  }

  it.effect("is the deployment's, and so is the provider", () =>
    Effect.gen(function*() {
      for (const call of Object.values(bothWays)) {
        const { attributes } = yield* spanOf(call())
        assert.strictEqual(attributes["server.address"], "own.test")
        assert.strictEqual(attributes["gen_ai.provider.name"], "own")
      }
    }).pipe(Effect.provide(clientOver(good, {
      deployment: {
        provider: "own",
        baseUrl: "https://own.test/path",
        route: ({ body, path }) => ({ url: `https://a.test${path}`, body })
      }
    }))))
})
