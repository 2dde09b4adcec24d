import { Chat } from "@effect-mistral/chat"
import { Completion, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"

describe("ScriptedHttpClient", () => {
  it.effect("answers in the order of the script and shows the requests with their bodies", () =>
    Effect.gen(function*() {
      const first = yield* Chat.complete(request)
      const second = yield* Completion.collect(Chat.stream({ ...request, max_tokens: 5 }))
      assert.strictEqual(Completion.text(first), "one")
      assert.strictEqual(Completion.text(second), "two words")
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual(
        (yield* requests).map(({ body, method, path }) => ({ method, path, body })),
        [
          { method: "POST", path: "/v1/chat/completions", body: { ...request, stream: false } },
          { method: "POST", path: "/v1/chat/completions", body: { ...request, max_tokens: 5, stream: true } }
        ]
      )
      assert.strictEqual((yield* requests)[0]!.headers.authorization, "Bearer a-key")
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.json(TestCompletion.response("one")),
      ScriptedHttpClient.sse(TestCompletion.chunks("two words"))
    ]))))

  it.effect("answers by a function of the request and its number", () =>
    Effect.gen(function*() {
      const texts = yield* Effect.forEach(["a", "b"], (model) =>
        Effect.map(Chat.complete({ ...request, model }), Completion.text))
      assert.deepStrictEqual(texts, ["a 0", "b 1"])
    }).pipe(Effect.provide(scripted((request, index) =>
      ScriptedHttpClient.json(TestCompletion.response(`${(request.body as { model: string }).model} ${index}`))
    ))))

  it.effect("lets delays and pauses pass under TestClock", () =>
    Effect.gen(function*() {
      const texts: Array<string> = []
      const fiber = yield* Chat.stream(request).pipe(
        Stream.runForEach((chunk) => Effect.sync(() => texts.push(Completion.chunkText(chunk)))),
        Effect.forkChild
      )
      yield* TestClock.adjust("999 millis")
      assert.deepStrictEqual(texts, [])
      yield* TestClock.adjust("1 millis")
      assert.deepStrictEqual(texts, [""])
      yield* TestClock.adjust("50 millis")
      assert.deepStrictEqual(texts, ["", "a"])
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual(texts, ["", "a", " b", ""])
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.sse(TestCompletion.chunks("a b"), { delay: "1 second", pause: "50 millis" })
    ]))))

  it.effect("fails, hangs or ends after the last read, as told", () =>
    Effect.gen(function*() {
      const lost = yield* Effect.flip(Stream.runDrain(Chat.stream(request)))
      assert.strictEqual(lost.reason._tag, "ConnectionLost")
      const ended = yield* Effect.flip(Stream.runDrain(Chat.stream(request)))
      assert.strictEqual(ended.reason._tag, "StreamEndedEarly")
      const refused = yield* Effect.flip(Chat.complete(request))
      assert.strictEqual(refused.reason._tag, "ConnectionFailed")
      const hanging = yield* Effect.forkChild(Effect.flip(Stream.runDrain(Chat.stream(request))))
      yield* TestClock.adjust("3 minutes")
      assert.strictEqual((yield* Fiber.join(hanging)).reason._tag, "Timeout")
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.sse(TestCompletion.chunks("a"), { done: false, ending: "fail" }),
      ScriptedHttpClient.sse(TestCompletion.chunks("a"), { done: false }),
      ScriptedHttpClient.connectionError(),
      ScriptedHttpClient.sse(TestCompletion.chunks("a"), { done: false, ending: "hang" })
    ]))))

  it.effect("counts the answers that are still open, and none is after an early end, an error or an interruption", () =>
    Effect.gen(function*() {
      const script = yield* ScriptedHttpClient.ScriptedHttpClient
      yield* Stream.runDrain(Stream.take(Chat.stream(request), 1))
      assert.strictEqual(yield* script.open, 0)
      const fiber = yield* Effect.forkChild(Stream.runDrain(Chat.stream(request)))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* script.open, 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* script.open, 0)
      const failing = yield* Effect.forkChild(Effect.flip(Chat.complete(request)))
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(failing)).reason._tag, "BadRequest")
      assert.strictEqual(yield* script.open, 0)
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.sse(TestCompletion.chunks("a b c"), { ending: "hang" }),
      ScriptedHttpClient.sse(TestCompletion.chunks("a b c"), { ending: "hang", done: false }),
      ScriptedHttpClient.bytes(["{\"message\":"], { status: 400, ending: "hang" })
    ]))))

  it.effect("takes further answers, and dies with a sentence when it has none left", () =>
    Effect.gen(function*() {
      const script = yield* ScriptedHttpClient.ScriptedHttpClient
      yield* script.append(ScriptedHttpClient.text("hello"))
      const http = yield* HttpClient.HttpClient
      assert.strictEqual(yield* Effect.flatMap(http.get("http://any/"), (response) => response.text), "hello")
      const exit = yield* Effect.exit(http.get("http://any/path?x=1"))
      assert.include(String(exit), "request 2 (GET /path?x=1) has no answer in the script")
    }).pipe(Effect.provide(scripted([]))))
})

describe("Layer.mock", () => {
  const askTwice = Effect.gen(function*() {
    const response = yield* Chat.complete(request)
    const streamed = yield* Stream.runCollect(Stream.map(Chat.stream(request), Completion.chunkText))
    return [Completion.text(response), streamed.join("")]
  })

  it.effect("replaces the chat service, or only the members a test needs", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* askTwice, ["whole", "in pieces"])
    }).pipe(Effect.provide(
      Layer.mock(Chat.Chat)({
        complete: () => Effect.succeed(TestCompletion.response("whole")),
        stream: () => Stream.fromIterable(TestCompletion.chunks("in pieces"))
      })
    )))

  it.effect("makes a member that was left out a defect that names it", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(askTwice)
      assert.include(String(exit), "stream")
      assert.strictEqual(exit._tag, "Failure")
    }).pipe(Effect.provide(
      Layer.mock(Chat.Chat)({
        complete: () => Effect.succeed(TestCompletion.response("whole"))
      })
    )))
})

const request = { model: "mistral-small-latest", messages: [{ role: "user" as const, content: "Hi" }] }

const scripted = (script: Parameters<typeof ScriptedHttpClient.layer>[0]) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("a-key"), retry: RetryPolicy.none })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )
