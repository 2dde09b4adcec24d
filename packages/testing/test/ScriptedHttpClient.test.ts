import { Chat } from "@effect-mistral/chat"
import { Completion, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted, Stream } from "effect"
import { HttpClient, HttpClientRequest, type HttpClientResponse } from "effect/http"
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

  it.effect("gives each kind of response with its content type, status 200, and its body", () =>
    Effect.gen(function*() {
      const responses = yield* Effect.forEach(
        [
          ScriptedHttpClient.json({ a: [1, null] }),
          ScriptedHttpClient.text("é"),
          ScriptedHttpClient.text(""),
          ScriptedHttpClient.sse(["raw", { a: 1 }]),
          ScriptedHttpClient.sse([], { done: false }),
          ScriptedHttpClient.sse([], { done: true }),
          ScriptedHttpClient.bytes(["a", new Uint8Array([98])])
        ],
        (answer) => Effect.flatMap(responseOf(answer), shown)
      )
      assert.deepStrictEqual(responses, [
        [200, "application/json", `{"a":[1,null]}`],
        [200, "text/plain", "é"],
        [200, "text/plain", ""],
        [200, "text/event-stream", `data: raw\n\ndata: {"a":1}\n\ndata: [DONE]\n\n`],
        [200, "text/event-stream", ""],
        [200, "text/event-stream", "data: [DONE]\n\n"],
        [200, undefined, "ab"]
      ])
    }))

  it.effect("takes the status, further headers, and a content type in place of its own", () =>
    Effect.gen(function*() {
      const options = { status: 503, headers: { "x-test": "yes", "content-type": "application/problem+json" } }
      for (
        const answer of [
          ScriptedHttpClient.json({}, options),
          ScriptedHttpClient.text("", options),
          ScriptedHttpClient.sse([], options),
          ScriptedHttpClient.bytes([], options)
        ]
      ) {
        const response = yield* responseOf(answer)
        assert.strictEqual(response.status, 503)
        assert.strictEqual(response.headers["x-test"], "yes")
        assert.strictEqual(response.headers["content-type"], "application/problem+json")
      }
      const { headers } = yield* responseOf(ScriptedHttpClient.json({}, { headers: { "x-test": "yes" } }))
      assert.strictEqual(headers["content-type"], "application/json")
    }))

  it.effect("gives one read for each element, an event being one", () =>
    Effect.gen(function*() {
      const reads = (answer: ScriptedHttpClient.Answer) =>
        Effect.flatMap(responseOf(answer), ({ stream }) =>
          Stream.runCollect(Stream.map(Stream.chunks(stream), (read) =>
            read.map((bytes) => decoder.decode(bytes)))))
      assert.deepStrictEqual(yield* reads(ScriptedHttpClient.bytes(["a", "bc"])), [["a"], ["bc"]])
      assert.deepStrictEqual(yield* reads(ScriptedHttpClient.sse(["a"])), [["data: a\n\n"], ["data: [DONE]\n\n"]])
      assert.deepStrictEqual(yield* reads(ScriptedHttpClient.json({ a: 1, b: 2 })), [[`{"a":1,"b":2}`]])
      assert.deepStrictEqual(yield* reads(ScriptedHttpClient.text("")), [])
    }))

  it.effect("gives a body as text, JSON and bytes; one that is empty is null as JSON", () =>
    Effect.gen(function*() {
      const response = yield* responseOf(ScriptedHttpClient.json({ a: 1 }))
      assert.deepStrictEqual(yield* response.json, { a: 1 })
      assert.strictEqual((yield* response.arrayBuffer).byteLength, 7)
      assert.isNull(yield* (yield* responseOf(ScriptedHttpClient.text(""))).json)
    }))

  it.effect("records a request's method, URL, path with query, headers and parsed body", () =>
    Effect.gen(function*() {
      const { client, service } = ScriptedHttpClient.make(() => ScriptedHttpClient.text("ok"))
      yield* client.execute(HttpClientRequest.get("https://host/path?q=1#f", { headers: { "x-test": "yes" } }))
      yield* client.execute(HttpClientRequest.bodyJsonUnsafe(HttpClientRequest.put("https://host/"), [1]))
      yield* client.execute(HttpClientRequest.bodyText(HttpClientRequest.post("https://host/"), ""))
      const requests = yield* service.requests
      assert.deepStrictEqual(requests.map(({ body, method, path, url }) => [method, url, path, body]), [
        ["GET", "https://host/path?q=1#f", "/path?q=1", undefined],
        ["PUT", "https://host/", "/", [1]],
        ["POST", "https://host/", "/", undefined]
      ])
      assert.strictEqual(requests[0]?.headers["x-test"], "yes")
      assert.strictEqual(Object.getPrototypeOf(requests[0]?.headers), Object.prototype)
      assert.strictEqual(requests[1]?.headers["content-type"], "application/json")
      yield* client.get("https://host/later")
      // The record that was given before does not grow.
      assert.lengthOf(requests, 3)
    }))

  it.effect("fails to connect with the cause it is given, after the delay", () =>
    Effect.gen(function*() {
      const cause = new Error("no route to host")
      const failing = yield* Effect.forkChild(
        Effect.flip(responseOf(ScriptedHttpClient.connectionError(cause, { delay: "1 second" })))
      )
      yield* TestClock.adjust("999 millis")
      assert.isUndefined(failing.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      const { reason } = yield* Fiber.join(failing)
      assert.isTrue(reason._tag === "TransportError" && reason.cause === cause && reason.request.url === "http://host/")
      const refused = yield* Effect.flip(responseOf(ScriptedHttpClient.connectionError()))
      assert.isTrue(refused.reason._tag === "TransportError" && String(refused.reason.cause).includes("ECONNREFUSED"))
    }))

  it.effect("counts a response as open from its head to the end of its body", () =>
    Effect.gen(function*() {
      const { client, service } = ScriptedHttpClient.make([
        ScriptedHttpClient.bytes(["a", "b"], { delay: "1 second", pause: "1 second" })
      ])
      const sending = yield* Effect.forkChild(client.get("http://host/"))
      yield* TestClock.adjust("999 millis")
      assert.strictEqual(yield* service.open, 0)
      yield* TestClock.adjust("1 millis")
      const response = yield* Fiber.join(sending)
      assert.strictEqual(yield* service.open, 1)
      const reading = yield* Effect.forkChild(response.text, { startImmediately: true })
      assert.strictEqual(yield* service.open, 1)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(reading), "ab")
      assert.strictEqual(yield* service.open, 0)
    }))

  it.effect("loses the connection with a DecodeError, after the reads it has", () =>
    Effect.gen(function*() {
      const read: Array<string> = []
      const { stream } = yield* responseOf(ScriptedHttpClient.bytes(["a"], { ending: "fail" }))
      const { reason } = yield* Effect.flip(
        Stream.runForEach(stream, (bytes) => Effect.sync(() => read.push(decoder.decode(bytes))))
      )
      assert.deepStrictEqual(read, ["a"])
      assert.isTrue(reason._tag === "DecodeError" && String(reason.cause).includes("socket hang up"))
    }))

  it.effect("leaves the list it was made from as it is, and each layer has a script of its own", () =>
    Effect.gen(function*() {
      const script = [ScriptedHttpClient.text("one")]
      const { client, service } = ScriptedHttpClient.make(script)
      yield* service.append(ScriptedHttpClient.text("two"), ScriptedHttpClient.text("three"))
      const texts = yield* Effect.forEach(
        [1, 2, 3],
        () => Effect.flatMap(client.get("http://host/"), ({ text }) => text)
      )
      assert.deepStrictEqual(texts, ["one", "two", "three"])
      assert.lengthOf(script, 1)
      const live = ScriptedHttpClient.layer(script)
      for (let i = 0; i < 2; i++) {
        const text = HttpClient.get("http://host/").pipe(Effect.flatMap(({ text }) => text), Effect.provide(live))
        assert.strictEqual(yield* text, "one")
      }
    }))
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

const decoder = new TextDecoder()

const responseOf = (answer: ScriptedHttpClient.Answer) => ScriptedHttpClient.make([answer]).client.get("http://host/")

const shown = ({ headers, status, text }: HttpClientResponse.HttpClientResponse) =>
  Effect.map(text, (text) => [status, headers["content-type"], text])

const scripted = (script: Parameters<typeof ScriptedHttpClient.layer>[0]) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("a-key"), retry: RetryPolicy.none })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )
