/**
 * With `Stream.toPull`, a pull that was interrupted can be started again without losing data.
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, MistralClient, MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Layer, Option, type Pull, References, Stream } from "effect"
import { TestClock } from "effect/testing"
import { join, promptly } from "../../core/test/fixtures/promptly.ts"

const request = { model: "m", messages: [{ role: "user" as const, content: "Hi" }] }

const words = ["Claude", " Monet", " and", " Berthe", " Morisot", "."]

const services = (...answers: ReadonlyArray<ScriptedHttpClient.Answer>) =>
  Chat.layer.pipe(
    Layer.provide(MistralClient.layer({ retry: RetryPolicy.none })),
    Layer.provideMerge(ScriptedHttpClient.layer(answers))
  )

/** Pulls until the stream ends; each pull is interrupted and started again after `patience` milliseconds. */
const pullImpatiently = Effect.fnUntraced(function*(
  pull: Pull.Pull<ReadonlyArray<Completion.Chunk>, MistralError.MistralError>,
  patience: number
) {
  let text = ""
  let interrupted = 0
  const once = pull.pipe(
    Effect.map((chunks) => {
      text += chunks.map(Completion.chunkText).join("")
      return true
    }),
    Effect.catchIf(Cause.isDone, () => Effect.succeed(false))
  )
  while (true) {
    const fiber = yield* Effect.forkChild(once, { startImmediately: true })
    yield* TestClock.adjust(patience)
    const exit = fiber.pollUnsafe()
    if (exit === undefined) {
      yield* Fiber.interrupt(fiber)
      interrupted++
    } else if (!(yield* exit)) return { text, interrupted }
  }
})

describe("a pull that is given up", () => {
  for (const patience of [3, 10, 25]) {
    it.effect(`after ${patience} of 10 ms loses nothing of the stream`, () =>
      Effect.gen(function*() {
        const pull = yield* Stream.toPull(Chat.stream(request))
        const first = yield* Effect.forkChild(pull, { startImmediately: true })
        const chunks = yield* join(first)
        const { interrupted, text } = yield* pullImpatiently(pull, patience)
        assert.strictEqual(chunks.map(Completion.chunkText).join("") + text, words.join(""))
        if (patience < 10) assert.isAbove(interrupted, words.length)
        assert.lengthOf(yield* (yield* ScriptedHttpClient.ScriptedHttpClient).requests, 1)
        assert.strictEqual(yield* (yield* ScriptedHttpClient.ScriptedHttpClient).open, 0)
      }).pipe(Effect.provide(services(
        ScriptedHttpClient.sse(TestCompletion.chunks(words), { pause: "10 millis" })
      ))))
  }

  it.effect("before the first byte ends the stream, for the model may have run", () =>
    Effect.gen(function*() {
      const pull = yield* Stream.toPull(Chat.stream(request))
      const fiber = yield* Effect.forkChild(pull, { startImmediately: true })
      yield* TestClock.adjust("1 second")
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* (yield* ScriptedHttpClient.ScriptedHttpClient).open, 0)
      const again = yield* promptly(Effect.exit(pull))
      assert.isTrue(Exit.isFailure(again) && Cause.hasInterruptsOnly(again.cause))
      assert.lengthOf(yield* (yield* ScriptedHttpClient.ScriptedHttpClient).requests, 1)
    }).pipe(Effect.provide(services(
      ScriptedHttpClient.sse(TestCompletion.chunks(words), { delay: "1 minute" }),
      ScriptedHttpClient.sse(TestCompletion.chunks(words))
    ))))

  it.effect("does not stop the time limit of the read it had begun", () =>
    Effect.gen(function*() {
      const pull = yield* Stream.toPull(Chat.stream(request, { timeout: { idle: "1 second" } }))
      yield* promptly(pull)
      const fiber = yield* Effect.forkChild(pull, { startImmediately: true })
      yield* TestClock.adjust("500 millis")
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("500 millis")
      const failure = Option.getOrThrow(Exit.findErrorOption(yield* promptly(Effect.exit(pull))))
      assert.isTrue(MistralError.isMistralError(failure) && failure.reason._tag === "Timeout")
      assert.strictEqual(yield* (yield* ScriptedHttpClient.ScriptedHttpClient).open, 0)
    }).pipe(Effect.provide(services(
      ScriptedHttpClient.bytes([event("a")], { headers: { "content-type": "text/event-stream" }, ending: "hang" })
    ))))

  it.effect("and begun again does not begin its time limit again", () =>
    Effect.gen(function*() {
      const pull = yield* Stream.toPull(Chat.stream(request, { timeout: { idle: "1 second" } }))
      yield* promptly(pull)
      let failure: unknown
      let pulls = 0
      while (failure === undefined && pulls < 20) {
        pulls++
        const fiber = yield* Effect.forkChild(Effect.flip(pull), { startImmediately: true })
        yield* TestClock.adjust("100 millis")
        if (fiber.pollUnsafe() === undefined) yield* Fiber.interrupt(fiber)
        else failure = yield* join(fiber)
      }
      assert.isTrue(MistralError.isMistralError(failure) && failure.reason._tag === "Timeout")
      assert.strictEqual(pulls, 10)
    }).pipe(Effect.provide(services(
      ScriptedHttpClient.bytes([event("a")], { headers: { "content-type": "text/event-stream" }, ending: "hang" })
    ))))

  for (const [name, ending] of [["[DONE]", "data: [DONE]\n\n"], ["an error", "data: {\"error\":\"m\"}\n\n"]]) {
    it.effect(`loses no chunk that comes with ${name} while nobody waits`, () =>
      Effect.gen(function*() {
        const pull = yield* Stream.toPull(Chat.stream(request))
        yield* promptly(pull)
        const fiber = yield* Effect.forkChild(pull, { startImmediately: true })
        yield* TestClock.adjust("5 millis")
        yield* Fiber.interrupt(fiber)
        yield* TestClock.adjust("5 millis")
        assert.strictEqual((yield* promptly(pull)).map(Completion.chunkText).join(""), "b")
        assert.strictEqual(Cause.isDone(yield* promptly(Effect.flip(pull))), name === "[DONE]")
      }).pipe(Effect.provide(services(ScriptedHttpClient.bytes(
        [event("a"), `${event("b")}${ending}`],
        { headers: { "content-type": "text/event-stream" }, pause: "10 millis" }
      )))))
  }

  it.effect("between any two effects has sent its request once, and leaves nothing open", () =>
    Effect.gen(function*() {
      for (let turns = 0; turns < 100; turns++) {
        yield* Effect.gen(function*() {
          const scripted = yield* ScriptedHttpClient.ScriptedHttpClient
          yield* Effect.scoped(Effect.gen(function*() {
            const pull = yield* Stream.toPull(Chat.stream(request))
            // A fiber can be interrupted wherever it yields: here after a few effects each time.
            const fiber = yield* Effect.forever(pull).pipe(
              Effect.provideService(References.MaxOpsBeforeYield, 4 + turns % 3),
              Effect.forkChild({ startImmediately: true })
            )
            for (let i = 0; i < turns; i++) yield* Effect.yieldNow
            yield* Fiber.interrupt(fiber)
            yield* Effect.exit(Effect.forever(pull))
            assert.isAtMost((yield* scripted.requests).length, 1, `after ${turns} turns`)
          }))
          yield* TestClock.adjust("200 millis")
          assert.strictEqual(yield* scripted.open, 0)
        }).pipe(Effect.provide(services(
          ScriptedHttpClient.sse(TestCompletion.chunks(words)),
          ScriptedHttpClient.sse(TestCompletion.chunks(words))
        )))
      }
    }))
})

describe("a stream that has ended", () => {
  it.effect("by its reader's own failure fails with that, and leaves nothing open", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(Stream.runForEach(Chat.stream(request), () => Effect.fail("the reader's own")))
      assert.deepStrictEqual(exit, Exit.fail("the reader's own"))
      assert.strictEqual(yield* (yield* ScriptedHttpClient.ScriptedHttpClient).open, 0)
    }).pipe(Effect.provide(services(
      ScriptedHttpClient.bytes([event("a")], { headers: { "content-type": "text/event-stream" }, ending: "hang" })
    ))))

  it.effect("badly ends in the same way however often it is pulled, and asks for nothing more", () =>
    Effect.gen(function*() {
      const pull = yield* Stream.toPull(Chat.stream(request))
      yield* promptly(pull)
      const failures = yield* promptly(Effect.all([Effect.flip(pull), Effect.flip(pull), Effect.flip(pull)]))
      assert.strictEqual(failures[0], failures[1])
      assert.strictEqual(failures[0], failures[2])
      assert.isTrue(
        MistralError.isMistralError(failures[0]) && failures[0].reason._tag === "ConnectionLost"
      )
      assert.lengthOf(yield* (yield* ScriptedHttpClient.ScriptedHttpClient).requests, 1)
    }).pipe(Effect.provide(services(
      ScriptedHttpClient.bytes([event("a")], { headers: { "content-type": "text/event-stream" }, ending: "fail" })
    ))))
})

const event = (content: string): string =>
  `data: ${
    JSON.stringify({ id: "1", model: "m", choices: [{ index: 0, delta: { content }, finish_reason: null }] })
  }\n\n`
