/** The chat service end to end, over scripted responses: its accessors, options, endpoint, stream and mocks. */
import { Chat } from "@effect-mistral/chat"
import { Completion, MistralClient, MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Redacted, Schedule, Schema, Stream } from "effect"
import { promptly } from "../../core/test/fixtures/promptly.ts"
import { done, event, eventStream, json, scripted as server, settle } from "../../core/test/fixtures/scriptedServer.ts"

describe("chat", () => {
  it.effect("sends what it is given and gives the whole answer as it came", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Chat.complete(request), answer)
      const [{ body, headers, method, url }] = yield* only
      assert.deepStrictEqual({ method, url, body }, {
        method: "POST",
        url: "https://api.mistral.ai/v1/chat/completions",
        body: { ...request, stream: false }
      })
      assert.strictEqual(headers.authorization, "Bearer a-key")
      assert.strictEqual(headers.accept, "application/json")
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(answer)]))))

  it.effect("streams chunks as they came, which fold into the answer", () =>
    Effect.gen(function*() {
      const chunks = yield* Stream.runCollect(Chat.stream(request))
      assert.deepStrictEqual(chunks, TestCompletion.chunks("Claude Monet."))
      assert.strictEqual(Completion.text(yield* Completion.collect(Stream.fromIterable(chunks))), "Claude Monet.")
      const [{ body, headers, method, url }] = yield* only
      assert.deepStrictEqual({ method, url, body }, {
        method: "POST",
        url: "https://api.mistral.ai/v1/chat/completions",
        body: { ...request, stream: true }
      })
      assert.strictEqual(headers.accept, "text/event-stream")
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.sse(TestCompletion.chunks("Claude Monet."))]))))

  it.effect("delivers each chunk when it has come, while the rest is still to come", () =>
    Effect.gen(function*() {
      const texts: Array<string> = []
      const stream = Chat.stream(request).pipe(
        Stream.tap((chunk) => Effect.sync(() => void texts.push(Completion.chunkText(chunk)))),
        Stream.takeUntil((chunk) => Completion.chunkText(chunk) === "Claude")
      )
      yield* promptly(Stream.runDrain(stream), "the stream")
      assert.deepStrictEqual(texts, ["", "Claude"])
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.sse(TestCompletion.chunks("Claude").slice(0, 2), { done: false, ending: "hang" })
    ]))))

  it.effect("ends a stream well only after [DONE], and after its chunks", () =>
    Effect.gen(function*() {
      for (const ending of ["end", "fail"] as const) {
        const given: Array<Completion.Chunk> = []
        const { reason } = yield* Chat.stream(request).pipe(
          Stream.runForEach((chunk) => Effect.sync(() => void given.push(chunk))),
          Effect.flip,
          Effect.provide(scripted([
            ScriptedHttpClient.sse(TestCompletion.chunks("Claude"), { done: false, ending })
          ]))
        )
        assert.strictEqual(reason._tag, ending === "end" ? "StreamEndedEarly" : "ConnectionLost")
        assert.deepStrictEqual(given, TestCompletion.chunks("Claude"))
      }
    }))

  it.effect("closes the connection when its reader stops early, fails or is interrupted", () =>
    Effect.gen(function*() {
      const readers: ReadonlyArray<Effect.Effect<unknown, unknown, Chat.Chat | ScriptedHttpClient.ScriptedHttpClient>> =
        [
          Stream.runDrain(Stream.take(Chat.stream(request), 1)),
          Stream.runForEach(Chat.stream(request), () => Effect.fail("enough")),
          Effect.gen(function*() {
            const fiber = yield* Effect.forkChild(Stream.runDrain(Chat.stream(request)), { startImmediately: true })
            yield* settle
            assert.strictEqual(yield* open, 1)
            yield* Fiber.interrupt(fiber)
          })
        ]
      for (const reader of readers) {
        yield* promptly(Effect.exit(reader), "the reader")
        assert.strictEqual(yield* open, 0)
      }
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.lengthOf(yield* requests, readers.length)
    }).pipe(
      Effect.provide(
        scripted(() => ScriptedHttpClient.sse(TestCompletion.chunks("Claude"), { done: false, ending: "hang" }))
      )
    ))

  it.effect("fails with an error that names the operation, its path and the server's sentence", () =>
    Effect.gen(function*() {
      const calls = { complete: Effect.asVoid(Chat.complete(request)), stream: Stream.runDrain(Chat.stream(request)) }
      for (const [name, call] of Object.entries(calls)) {
        const error = yield* Effect.flip(call)
        assert.strictEqual(error.operation, `Chat.${name}`)
        assert.strictEqual(error.path, "/v1/chat/completions")
        assert.strictEqual(error.reason._tag, "NotFound")
        assert.include(error.message, "No such model")
      }
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json({ message: "No such model" }, { status: 404 })))))

  it.effect("sends neither request whose stream contradicts the operation", () =>
    Effect.gen(function*() {
      const errors = [
        yield* Effect.flip(Chat.complete({ ...request, stream: true })),
        yield* Effect.flip(Stream.runDrain(Chat.stream({ ...request, stream: false })))
      ]
      for (const { reason } of errors) {
        assert.isTrue(reason._tag === "InvalidRequest" && reason.issues[0]?.path[0] === "stream")
      }
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(scripted([]))))

  for (const [name, operation] of Object.entries(operations())) {
    it.effect(`gives ${name} the options of the call before those of the service`, () =>
      Effect.gen(function*() {
        yield* operation({ baseUrl: "https://call.test", headers: { "x-call": "1", "x-both": "call" } })
        const [{ headers, url }] = yield* only
        assert.strictEqual(url, "https://call.test/v1/chat/completions")
        assert.deepInclude(headers, { "x-call": "1", "x-service": "1", "x-both": "call" })
      }).pipe(Effect.provide(
        Chat.layerOptions({ baseUrl: "https://service.test", headers: { "x-service": "1", "x-both": "service" } }).pipe(
          Layer.provide(MistralClient.layer({})),
          Layer.provideMerge(ScriptedHttpClient.layer(answerTo))
        )
      )))
  }

  it.effect("is made with options that hold for all calls", () =>
    Effect.gen(function*() {
      const service = yield* Chat.make({ baseUrl: "https://service.test" })
      yield* service.complete(request)
      yield* Stream.runDrain(service.stream(request))
      yield* service.complete(request, { baseUrl: "https://call.test" })
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.deepStrictEqual((yield* requests).map(({ url }) => url), [
        "https://service.test/v1/chat/completions",
        "https://service.test/v1/chat/completions",
        "https://call.test/v1/chat/completions"
      ])
    }).pipe(Effect.provide(MistralClient.layer({}).pipe(Layer.provideMerge(ScriptedHttpClient.layer(answerTo))))))

  it.effect("is mocked by a layer", () =>
    Effect.gen(function*() {
      assert.strictEqual(Completion.text(yield* Chat.complete(request)), "mocked")
      const { reason } = yield* Effect.flip(Stream.runDrain(Chat.stream(request)))
      assert.strictEqual(reason._tag, "RateLimited")
    }).pipe(Effect.provide(
      Layer.mock(Chat.Chat)({
        complete: () => Effect.succeed(TestCompletion.response("mocked")),
        stream: () =>
          Stream.fail(
            new MistralError.MistralError({
              operation: "Chat.stream",
              method: "POST",
              path: "/v1/chat/completions",
              reason: new MistralError.RateLimited({ status: 429 })
            })
          )
      })
    )))

  it.effect("dies where an operation is called that its mock leaves out", () =>
    Effect.gen(function*() {
      yield* Chat.complete(request)
      assert.isTrue(Exit.hasDies(yield* Effect.exit(Stream.runDrain(Chat.stream(request)))))
    }).pipe(Effect.provide(
      Layer.mock(Chat.Chat)({ complete: () => Effect.succeed(TestCompletion.response("mocked")) })
    )))
})

for (const operation of ["complete", "stream"] as const) {
  describe(`Chat.${operation}`, () => {
    it.effect("takes its policy from the call, else the service, else the client", () =>
      Effect.gen(function*() {
        const attempts = (client: number | undefined, service: number | undefined, own: number | undefined) =>
          Effect.gen(function*() {
            const { layer: clientLayer, sent } = server(() => json(503, {}), retries(client))
            const layer = Layer.provide(
              service === undefined ? Chat.layer : Chat.layerOptions(retries(service)),
              clientLayer
            )
            const options = own === undefined ? undefined : retries(own)
            yield* promptly(operations()[operation](options).pipe(Effect.exit, Effect.provide(layer)))
            return sent.length
          })
        assert.strictEqual(yield* attempts(1, undefined, undefined), 2)
        assert.strictEqual(yield* attempts(1, 2, undefined), 3)
        assert.strictEqual(yield* attempts(1, 2, 3), 4)
        assert.strictEqual(yield* attempts(1, undefined, 3), 4)
        assert.strictEqual(yield* attempts(3, 2, 0), 1)
      }))
  })
}

describe("Chat.stream", () => {
  it.effect("sends a new request each time it is run", () =>
    Effect.gen(function*() {
      const { layer: client, sent } = server(() => eventStream(event("a") + done))
      const stream = Chat.stream(request)
      yield* Effect.all([Stream.runDrain(stream), Stream.runDrain(stream)]).pipe(
        Effect.provide(Layer.provide(Chat.layer, client))
      )
      assert.strictEqual(sent.length, 2)
    }))
})

const request: Chat.Request = { model: "m", messages: [{ role: "user", content: "Who?" }] }

const answer = TestCompletion.response("Claude Monet.")

/** Every operation of the module, by name. */
function operations() {
  const schema = Schema.Struct({ name: Schema.String })
  type Options = Parameters<typeof Chat.complete>[1]
  return {
    complete: (options: Options) => Effect.asVoid(Chat.complete(request, options)),
    stream: (options: Options) => Stream.runDrain(Chat.stream(request, options)),
    completeObject: (options: Options) => Effect.asVoid(Chat.completeObject({ ...request, schema }, options)),
    streamObject: (options: Options) => Stream.runDrain(Chat.streamObject({ ...request, schema }, options))
  }
}

/** An answer that is also an object of the schema of `operations`. */
const answerTo = ({ headers }: ScriptedHttpClient.SeenRequest): ScriptedHttpClient.Answer =>
  headers.accept === "text/event-stream"
    ? ScriptedHttpClient.sse(TestCompletion.chunks("{\"name\":\"Monet\"}"))
    : ScriptedHttpClient.json(TestCompletion.response("{\"name\":\"Monet\"}"))

const retries = (times: number | undefined): { readonly retry?: RetryPolicy.RetryPolicy } =>
  times === undefined ? {} : { retry: RetryPolicy.make({ schedule: Schedule.recurs(times) }) }

/** The service over a script. */
const scripted = (script: Parameters<typeof ScriptedHttpClient.layer>[0]) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ apiKey: Redacted.make("a-key"), retry: RetryPolicy.none })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )

const open = ScriptedHttpClient.ScriptedHttpClient.use(({ open }) => open)

/** The one request that was sent. */
const only = ScriptedHttpClient.ScriptedHttpClient.use(({ requests }) =>
  Effect.map(requests, (seen) => {
    assert.lengthOf(seen, 1)
    return [seen[0]!] as const
  })
)
