/** The time limit to the next event of a stream. */
import { type MistralClient, MistralError } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Fiber, Stream } from "effect"
import { TestClock } from "effect/testing"
import { bothWays, clientOver, endedBy, eventStream, open, stream, within } from "./fixtures/scriptedClient.ts"

const chunks = TestCompletion.chunks("a b c")

const eventOf = (chunk: unknown) => `data: ${JSON.stringify(chunk)}\n\n`

const nextEvent = (limit: Duration.Input): MistralClient.CallOptions => ({ timeout: { nextEvent: limit } })

/** A stream of which something without an event arrives every 100 ms, for ten minutes, after `before`. */
const endless = (piece: string, before: ReadonlyArray<string> = [], headers: Record<string, string> = eventStream) =>
  ScriptedHttpClient.bytes([...before, ...Array.from({ length: 6000 }, () => piece)], { headers, pause: "100 millis" })

const noEvents: Record<string, string> = {
  "comments": ": OPENROUTER PROCESSING\n\n",
  "comments without their empty line": ": keep-alive\n",
  "empty lines": "\n",
  "names of events without data": "event: ping\n\n",
  "fields that are ignored": "id: 7\nretry: 1000\n\n",
  "an event that never ends": "data: {\n",
  "single characters": "x"
}

describe("the time limit to the next event", () => {
  for (const [what, piece] of Object.entries(noEvents)) {
    it.effect(`ends a stream of nothing but ${what}`, () =>
      Effect.gen(function*() {
        const error = yield* within(Effect.flip(bothWays.streamed(nextEvent("1 second"))), "1 second")
        assert.deepStrictEqual(limitOf(error), { phase: "nextEvent", millis: 1000, chunks: 0 })
        assert.isTrue(error.isRetryable)
        assert.include(error.message, "no further event within 1s")
        assert.include(error.message, "timeout.nextEvent")
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver([endless(piece)]))))

    it.effect(`counts from the last event, with ${what} after it`, () =>
      Effect.gen(function*() {
        const calling = yield* Effect.forkChild(Effect.flip(bothWays.streamed(nextEvent("1 second"))), {
          startImmediately: true
        })
        // The second event is received after 100 ms.
        yield* TestClock.adjust(1099)
        assert.isUndefined(calling.pollUnsafe())
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(limitOf(yield* endedBy(calling)), { phase: "nextEvent", millis: 1000, chunks: 2 })
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver([endless(piece, chunks.slice(0, 2).map(eventOf))]))))
  }

  it.effect("is off by default", () =>
    Effect.gen(function*() {
      const calling = yield* Effect.forkChild(Effect.exit(bothWays.streamed()), { startImmediately: true })
      yield* TestClock.adjust("9 minutes")
      assert.isUndefined(calling.pollUnsafe())
      yield* Fiber.interrupt(calling)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([endless(": still there\n\n")]))))

  it.effect("counts from the first byte for the first event, after any time to that byte", () =>
    Effect.gen(function*() {
      const calling = yield* Effect.forkChild(Effect.flip(bothWays.streamed(nextEvent("1 second"))), {
        startImmediately: true
      })
      yield* TestClock.adjust(30_999)
      assert.isUndefined(calling.pollUnsafe())
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(limitOf(yield* endedBy(calling)), { phase: "nextEvent", millis: 1000, chunks: 0 })
    }).pipe(Effect.provide(clientOver([{ ...endless(": still there\n\n"), delay: Duration.seconds(30) }]))))

  it.effect("counts where the server names no content type, too", () =>
    Effect.gen(function*() {
      const error = yield* within(Effect.flip(bothWays.streamed(nextEvent("1 second"))), 1100)
      assert.deepStrictEqual(limitOf(error), { phase: "nextEvent", millis: 1000, chunks: 0 })
    }).pipe(Effect.provide(clientOver([endless(": still there\n\n", [], {})]))))

  it.effect("counts until the end of the stream, after its last event", () =>
    Effect.gen(function*() {
      const error = yield* within(Effect.flip(bothWays.streamed(nextEvent("1 second"))), "2 seconds")
      assert.deepStrictEqual(limitOf(error), { phase: "nextEvent", millis: 1000, chunks: chunks.length })
    }).pipe(Effect.provide(clientOver([endless(": still there\n\n", chunks.map(eventOf))]))))

  it.effect("lets a stream last for ever whose events come in time, in pieces or with comments between them", () =>
    Effect.gen(function*() {
      yield* within(bothWays.streamed(nextEvent("1 second")), "10 minutes")
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.bytes(
        [
          ...Array.from({ length: 500 }, () => [": wait\n\n", ...eventOf(chunks[1]).match(/[^]{1,60}/g)!]).flat(),
          eventOf(chunks.at(-1)),
          "data: [DONE]\n\n"
        ],
        { headers: eventStream, pause: 150 }
      )
    ]))))

  it.effect("does not count the time that the reader spends between two reads", () =>
    Effect.gen(function*() {
      let read = 0
      const reading = Stream.runForEach(
        stream(nextEvent("1 second")),
        () => Effect.andThen(Effect.sleep("1 minute"), Effect.sync(() => read++))
      )
      yield* within(reading, "1 hour")
      assert.strictEqual(read, chunks.length)
    }).pipe(Effect.provide(clientOver([ScriptedHttpClient.sse(chunks, { pause: 900 })]))))

  it.effect("goes on where a reader gives up waiting and reads on", () =>
    Effect.gen(function*() {
      const pull = yield* Stream.toPull(stream(nextEvent("1 second")))
      yield* within(pull, 0)
      yield* within(pull, 100)
      yield* within(Effect.timeoutOption(pull, 600), 600)
      const reading = yield* Effect.forkChild(Effect.flip(pull), { startImmediately: true })
      yield* TestClock.adjust(399)
      assert.isUndefined(reading.pollUnsafe())
      yield* TestClock.adjust(1)
      const error = yield* endedBy(reading)
      assert.isTrue(error instanceof MistralError.MistralError && limitOf(error).phase === "nextEvent")
    }).pipe(
      Effect.scoped,
      Effect.provide(clientOver([endless(": still there\n\n", chunks.slice(0, 2).map(eventOf))]))
    ))

  const beside: ReadonlyArray<readonly [string, MistralClient.CallOptions["timeout"], string, number]> = [
    ["a shorter idle limit, if nothing comes", { idle: 500, nextEvent: 1000 }, "idle", 500],
    ["an equal idle limit, if nothing comes", { idle: 1000, nextEvent: 1000 }, "idle", 1000],
    ["a longer idle limit", { idle: 2000, nextEvent: 1000 }, "nextEvent", 1000],
    ["a shorter limit in total", { total: 700, nextEvent: 1000 }, "total", 700],
    ["a longer limit in total", { total: 2000, nextEvent: 1000 }, "nextEvent", 1000]
  ]
  for (const [what, timeout, phase, millis] of beside) {
    it.effect(`stands beside ${what}`, () =>
      Effect.gen(function*() {
        const error = yield* within(Effect.flip(bothWays.streamed({ timeout })), millis)
        assert.deepStrictEqual(limitOf(error), { phase, millis, chunks: 1 })
      }).pipe(Effect.provide(clientOver([
        ScriptedHttpClient.sse(chunks.slice(0, 1), { done: false, ending: "hang" })
      ]))))
  }

  it.effect("does not concern whole responses", () =>
    within(bothWays.whole(nextEvent("1 second")), "10 minutes").pipe(
      Effect.provide(clientOver([
        ScriptedHttpClient.bytes(JSON.stringify(TestCompletion.response("a b c")).match(/[^]{1,20}/g)!, { pause: 900 })
      ]))
    ))
})

/** The limit that ran out. */
const limitOf = ({ reason }: MistralError.MistralError) =>
  reason._tag === "Timeout"
    ? { phase: reason.phase, millis: Duration.toMillis(reason.duration), chunks: reason.chunks }
    : { phase: reason._tag, millis: 0, chunks: 0 }
