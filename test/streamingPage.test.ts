/** Streams end as the table of `docs/streaming.md` says, and its programs do what they are there for. */
import { Chat } from "@effect-mistral/chat"
import { Completion, MistralClient, type MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Exit, Fiber, Layer, Stream } from "effect"
import { TestClock } from "effect/testing"
import { page } from "./documents/page.ts"

const streaming = page("streaming.md")
const request: Chat.Request = { model: "m", messages: [{ role: "user", content: "Hi" }] }
const chunks = TestCompletion.chunks("a b c")
const { bytes, json, sse, text } = ScriptedHttpClient

const chatOver = (script: Parameters<typeof ScriptedHttpClient.layer>[0]) =>
  Chat.layer.pipe(Layer.provide(MistralClient.layer({})), Layer.provideMerge(ScriptedHttpClient.layer(script)))

const sent = ScriptedHttpClient.ScriptedHttpClient.use(({ requests }) => Effect.map(requests, ({ length }) => length))
const open = ScriptedHttpClient.ScriptedHttpClient.use((script) => script.open)

describe("the table of ends", () => {
  /** What the server sends in each row, and how the stream ends: the reason with the facts that the row names. */
  const ends: ReadonlyArray<
    readonly [row: string, answer: ScriptedHttpClient.Answer, chunks: number, end: string, facts?: object]
  > = [
    ["all chunks, then", sse(chunks), chunks.length, "normally"],
    [
      "a chunk with `finish_reason: \"length\"`",
      sse(TestCompletion.chunks("a", { finishReason: "length" })),
      3,
      "normally"
    ],
    ["a whole completion as JSON", json(TestCompletion.response("a")), 1, "normally"],
    ["chunks, and then the response ends", sse(chunks, { done: false }), chunks.length, "StreamEndedEarly"],
    ["`[DONE]` before any choice", sse([]), 0, "StreamEndedEarly", { withoutChoice: true }],
    [
      "chunks, and then the connection breaks",
      sse(chunks.slice(0, 2), { done: false, ending: "fail" }),
      2,
      "ConnectionLost"
    ],
    [
      "nothing more for two minutes",
      sse(chunks.slice(0, 2), { done: false, ending: "hang" }),
      2,
      "Timeout",
      { phase: "idle" }
    ],
    [
      "an event that reports an error",
      sse([...chunks.slice(0, 2), { error: { code: 429, message: "No" } }]),
      2,
      "StreamError",
      { status: 429 }
    ],
    [
      "a chunk with `finish_reason: \"error\"`",
      sse(TestCompletion.chunks("a", { finishReason: "error" })),
      3,
      "GenerationFailed"
    ],
    [
      "an event that is not JSON",
      bytes([`data: ${JSON.stringify(chunks[0])}\n\ndata: {nothing}\n\n`], {
        headers: { "content-type": "text/event-stream" }
      }),
      1,
      "InvalidResponse",
      { kind: "json" }
    ],
    [
      "an HTML page",
      text("<html></html>", { headers: { "content-type": "text/html" } }),
      0,
      "InvalidResponse",
      { kind: "contentType" }
    ],
    ["an error status", json({ message: "No" }, { status: 429 }), 0, "RateLimited", { status: 429 }]
  ]
  const rows = streaming.table("How streams end")

  it("has the rows that are tested here, and no other", () => {
    assert.lengthOf(rows, ends.length)
    for (const [at, [row]] of ends.entries()) assert.isTrue(rows[at]![0]!.startsWith(row), row)
  })

  for (const [at, [row, answer, count, end, facts = {}]] of ends.entries()) {
    it.effect(`says how a stream ends after ${row}`, () =>
      Effect.gen(function*() {
        let delivered = 0
        const read = Stream.runForEach(Chat.stream(request, { retry: RetryPolicy.none }), () =>
          Effect.sync(() => delivered++))
        const fiber = yield* Effect.forkChild(Effect.exit(read), { startImmediately: true })
        yield* TestClock.adjust("2 minutes")
        const exit = yield* Fiber.join(fiber)
        const said = rows[at]![1]!
        if (end === "normally") {
          assert.isTrue(Exit.isSuccess(exit))
          assert.match(said, /^normally/)
        } else {
          const { reason } = yield* Effect.flip(exit)
          assert.strictEqual(reason._tag, end)
          assert.deepInclude(reason, facts)
          if (!row.includes("error status")) {
            assert.include(said, `\`${end}\``)
          }
          for (const [fact, value] of Object.entries(facts)) {
            assert.include(said, value === true ? `\`${fact}\`` : fact === "status" ? "status" : `${fact} \`${value}\``)
          }
        }
        assert.strictEqual(delivered, count)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(chatOver(() =>
        answer
      ))))
  }

  it.effect("says that an error status is retried before the first chunk", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Stream.runCount(Chat.stream(request)), { startImmediately: true })
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* Fiber.join(fiber), chunks.length)
    }).pipe(Effect.provide(chatOver([json({ message: "No" }, { status: 503 }), sse(chunks)]))))
})

describe("the programs that retry a stream", () => {
  const cut = sse(chunks.slice(0, 2), { done: false })
  const programs = streaming.load<{
    readonly whole: (
      request: Chat.Request
    ) => Effect.Effect<Completion.Response, MistralError.MistralError, Chat.Chat>
    readonly shown: (
      request: Chat.Request
    ) => Stream.Stream<Completion.Chunk, MistralError.MistralError, Chat.Chat>
  }>("How to retry a stream")
  const after = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.exit(effect), { startImmediately: true })
      yield* TestClock.adjust("1 minute")
      return yield* Fiber.join(fiber)
    })

  it.effect("begin anew where only the whole response counts", () =>
    Effect.gen(function*() {
      const { whole } = yield* Effect.promise(() => programs)
      assert.isTrue(Exit.isSuccess(yield* after(whole(request))))
      assert.strictEqual(yield* sent, 2)
    }).pipe(Effect.provide(chatOver([cut, sse(chunks)]))))

  it.effect("do not show a chunk twice", () =>
    Effect.gen(function*() {
      const { shown } = yield* Effect.promise(() => programs)
      assert.isTrue(Exit.isFailure(yield* after(Stream.runDrain(shown(request)))))
      assert.strictEqual(yield* sent, 1)
    }).pipe(Effect.provide(chatOver([cut, sse(chunks)]))))

  it.effect("retry a stream of which nothing was shown", () =>
    Effect.gen(function*() {
      const { shown } = yield* Effect.promise(() => programs)
      const exit = yield* after(Stream.runCount(shown(request)))
      assert.deepStrictEqual(exit, Exit.succeed(chunks.length))
      assert.strictEqual(yield* sent, 2)
    }).pipe(Effect.provide(chatOver([sse([], { done: false }), sse(chunks)]))))
})

describe("the program that continues an answer that broke off", () => {
  const cut = sse(chunks.slice(0, 2), { done: false })
  const program = streaming.load<{
    readonly continued: (
      request: Chat.Request,
      show: (text: string) => Effect.Effect<void>
    ) => Effect.Effect<string, MistralError.MistralError, Chat.Chat>
  }>("How to continue an answer that broke off")
  const partial = Completion.text(TestCompletion.response("a"))

  const run = Effect.gen(function*() {
    const { continued } = yield* Effect.promise(() => program)
    let shown = ""
    const exit = yield* Effect.exit(continued(request, (text) => Effect.sync(() => shown += text)))
    const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
    return { exit, shown, sent: yield* requests }
  })

  for (const [server, content] of Object.entries({ "repeats the prefix": "a b c", "sends the rest alone": " b c" })) {
    it.effect(`shows and gives the whole text where the server ${server}`, () =>
      Effect.gen(function*() {
        const { exit, sent, shown } = yield* run
        assert.deepStrictEqual(exit, Exit.succeed("a b c"))
        assert.strictEqual(shown, "a b c")
        assert.lengthOf(sent, 2)
        assert.deepInclude(sent[1]!.body as object, {
          messages: [...request.messages, { role: "assistant", content: partial, prefix: true }]
        })
      }).pipe(Effect.provide(chatOver([cut, json(TestCompletion.response(content))]))))
  }

  const once: Record<string, readonly [answer: ScriptedHttpClient.Answer, succeeds: boolean]> = {
    "after a whole answer": [sse(chunks), true],
    "where no text came": [sse(chunks.slice(0, 1), { done: false }), false],
    "after an error that is not retryable": [
      sse([...chunks.slice(0, 2), { error: { code: 401, message: "No" } }]),
      false
    ]
  }
  for (const [name, [answer, succeeds]] of Object.entries(once)) {
    it.effect(`sends nothing more ${name}`, () =>
      Effect.gen(function*() {
        const { exit, sent } = yield* run
        assert.strictEqual(Exit.isSuccess(exit), succeeds)
        assert.lengthOf(sent, 1)
      }).pipe(Effect.provide(chatOver([answer]))))
  }
})

describe("a stream outside of Effect", () => {
  const hanging = sse(chunks, { done: false, ending: "hang" })
  const texts = Stream.map(Chat.stream(request), ({ id }) => id)

  it.effect("closes its connection when a loop over it is left", () =>
    Effect.gen(function*() {
      const iterable = yield* Stream.toAsyncIterableEffect(texts)
      yield* Effect.promise(async () => {
        for await (const _ of iterable) break
      })
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(chatOver([hanging]))))

  it.effect("closes its connection when the web stream of it is cancelled", () =>
    Effect.gen(function*() {
      const reader = (yield* Stream.toReadableStreamEffect(texts)).getReader()
      assert.isFalse((yield* Effect.promise(() => reader.read())).done)
      assert.strictEqual(yield* open, 1)
      yield* Effect.promise(() => reader.cancel())
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(chatOver([hanging]))))

  it.effect("closes its connection when an effect interrupts it", () =>
    Effect.gen(function*() {
      const stop = yield* Deferred.make<void>()
      const stopped = Stream.runDrain(Stream.interruptWhen(Chat.stream(request), Deferred.await(stop)))
      const fiber = yield* Effect.forkChild(stopped, { startImmediately: true })
      yield* Effect.yieldNow
      assert.strictEqual(yield* open, 1)
      yield* Deferred.succeed(stop, undefined)
      yield* Fiber.join(fiber)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(chatOver([hanging]))))
})
