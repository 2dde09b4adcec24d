import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { ChatCompletionEvents, type Judge, ObservabilityEndpoint } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Result from "effect/Result"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { ask, local, post, settled } from "../support.ts"

const { judge, search } = ObservabilityEndpoint.chatCompletionEvents

const count = 60
const ids = Array.from({ length: count }, (_, at) => `e-${at}`)
const newestFirst = ids.toReversed()
const pages = { search_params: { filters: null }, page_size: 10 }

describe("a search of all events", () => {
  const passing: Readonly<Record<string, readonly [Fault.Fault, RequestOptions.Timeouts?]>> = {
    "a 429 that says when to come again": [Fault.status(429, { retryAfter: 0 })],
    "a server without capacity": [Fault.status(503)],
    "a connection that is reset": [Fault.reset],
    "a server that is gone for a moment": [Fault.refuse("20 millis")],
    "an answer that breaks off": [Fault.cut({ afterBytes: 100 })],
    "an answer that breaks off where it ends": [Fault.cut()],
    "an answer that breaks off inside a character": [Fault.cutCharacter],
    "an answer that does not come": [Fault.stall(), { firstByte: "100 millis" }],
    "an answer that stops in the middle": [Fault.stall({ afterBytes: 100 }), { idle: "100 millis" }],
    "an answer that comes in bits": [Fault.drip({ bytes: 500, pause: "1 millis" })]
  }
  for (const [what, [fault, timeout]] of Object.entries(passing)) {
    it.live(`goes on after ${what} on each of its pages, and loses and repeats no event`, () =>
      Effect.gen(function*() {
        const { faults, requests } = yield* Emulator.Emulator
        const spoil = faults.next(fault, { where: search })
        let read = 0
        yield* spoil
        const found = yield* ChatCompletionEvents.searchAll(pages, { retry: patient, timeout }).pipe(
          Stream.tap(() => ++read % 10 === 0 && read < count ? spoil : Effect.void),
          Stream.map(({ event_id }) => event_id),
          Stream.runCollect
        )
        assert.deepStrictEqual(found, newestFirst)
        const spoilt = (yield* requests).filter((request) => request.fault !== undefined)
        assert.strictEqual(spoilt.length, count / 10)
        yield* settled
      }).pipe(Effect.provide(seeded())))
  }

  for (
    const [what, fault, reason] of [
      ["is no JSON", Fault.status(200, { body: "<html></html>" }), "InvalidResponse"],
      ["is another JSON", Fault.status(200, { body: { results: [] } }), "InvalidResponse"],
      ["refuses the key", Fault.status(401), "Authentication"]
    ] as const
  ) {
    it.live(`gives every event before a page that ${what}, and asks for none after it`, () =>
      Effect.gen(function*() {
        const { faults, requests } = yield* Emulator.Emulator
        const found = new Array<string>()
        const error = yield* ChatCompletionEvents.searchAll(pages, { retry: patient }).pipe(
          Stream.runForEach(({ event_id }) =>
            found.push(event_id) === 20 ? faults.next(fault, { where: search }) : Effect.void
          ),
          Effect.flip
        )
        assert.strictEqual("reason" in error ? error.reason._tag : error._tag, reason)
        assert.deepStrictEqual(found, newestFirst.slice(0, 20))
        assert.strictEqual((yield* requests).length, 3)
      }).pipe(Effect.provide(seeded())))
  }

  it.live("leaves no request open when it is interrupted inside a page", () =>
    Effect.gen(function*() {
      const { active, faults, requests } = yield* Emulator.Emulator
      yield* faults.next(Fault.stall({ afterBytes: 100 }), { where: search })
      const searching = yield* Effect.forkChild(Stream.runDrain(ChatCompletionEvents.searchAll(pages)))
      yield* until(active, 1)
      yield* Fiber.interrupt(searching)
      yield* settled
      assert.strictEqual((yield* requests).length, 1)
    }).pipe(Effect.provide(seeded())))

  it.live("gives what was there when it began, whoever is answered meanwhile", () =>
    Effect.gen(function*() {
      const { requests } = yield* Emulator.Emulator
      let asked = 0
      const found = yield* ChatCompletionEvents.searchAll(pages).pipe(
        Stream.mapEffect(({ event_id }) => Effect.as(post(ask(`Question ${asked++}`)), event_id), { concurrency: 4 }),
        Stream.runCollect
      )
      assert.deepStrictEqual(found, newestFirst)
      assert.strictEqual((yield* requests).length, count + count / 10)
      const later = yield* Stream.runCount(ChatCompletionEvents.searchAll(pages))
      assert.strictEqual(later, 2 * count)
    }).pipe(Effect.provide(seeded())))
})

describe("judgeAll with a judge that does not answer", () => {
  it.live("waits for no more of them than it works on at once, and leaves none when it is interrupted", () =>
    Effect.gen(function*() {
      const { active, faults, requests } = yield* Emulator.Emulator
      yield* faults.withProbability(Fault.stall(), 1, { where: judge })
      const judging = yield* Effect.forkChild(
        Stream.runDrain(ChatCompletionEvents.judgeAll(ids, definition, { concurrency: 5 }))
      )
      yield* until(active, 5)
      yield* Fiber.interrupt(judging)
      yield* settled
      assert.strictEqual((yield* requests).length, 5)
    }).pipe(Effect.provide(seeded())))

  it.live("says so of each event that it has waited for too long, and goes on with the others", () =>
    Effect.gen(function*() {
      const { faults } = yield* Emulator.Emulator
      yield* faults.next(Fault.stall(), { times: 4, where: judge })
      const judged = yield* ChatCompletionEvents.judgeAll(ids, definition, {
        concurrency: 4,
        retry: RetryPolicy.none,
        timeout: { firstByte: "1 second" }
      }).pipe(Stream.runCollect)
      assert.deepStrictEqual(judged.map(({ eventId }) => eventId), ids)
      const late = judged.flatMap(({ eventId, result }) =>
        Result.isFailure(result) ? [[eventId, result.failure.reason._tag]] : []
      )
      assert.deepStrictEqual(late, ids.slice(0, 4).map((id) => [id, "Timeout"]))
      yield* settled
    }).pipe(Effect.provide(seeded())))
})

const definition: Judge.Definition = {
  name: "Politeness",
  description: "How polite the answer is",
  model_name: "mistral-small-latest",
  output: { type: "REGRESSION", min_description: "rude", max_description: "polite" },
  instructions: "Say how polite this is: {{ assistant_message }}",
  tools: []
}

/** Retries soon, and often enough for a server that is down for a moment. */
const patient = RetryPolicy.make({ schedule: Schedule.spaced("10 millis").pipe(Schedule.upTo({ times: 20 })) })

/** Waits until a number of requests are in progress. */
const until = (active: Effect.Effect<number>, wanted: number) =>
  active.pipe(Effect.repeat({ until: (now) => now === wanted, schedule: Schedule.spaced("5 millis") }))

/** An emulator with events, and its services. */
function seeded() {
  return Layer.effectDiscard(Effect.flatMap(Emulator.Emulator, ({ addEvents }) =>
    addEvents(ids.map((event_id, at) => ({
      event_id,
      created_at: new Date(Date.UTC(2026, 0, 1, 0, at)).toISOString(),
      request_messages: [{ role: "user", content: `Question ${at}` }],
      response_messages: [{ role: "assistant", content: `Reply ${at}` }]
    }))))).pipe(Layer.provideMerge(local()))
}
