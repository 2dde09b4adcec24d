import * as Chat from "@effect-mistral/chat/Chat"
import * as Completion from "@effect-mistral/core/Completion"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import { ask, instant, local, post, settled } from "../support.ts"

describe("500 streams at once", () => {
  it.live("all come to their end, each with exactly its own text", () =>
    Effect.gen(function*() {
      const { active, requests } = yield* Emulator.Emulator
      const expected = yield* Effect.forEach(
        all,
        (request) => Effect.map(post(request), ({ json }) => Completion.text(json as Completion.Response))
      ).pipe(Effect.provide(Emulator.layer(instant)))
      const busiest = yield* Effect.forkChild(active.pipe(
        Effect.repeat({ until: (count) => count > 400, schedule: Schedule.spaced("5 millis") })
      ))
      const texts = yield* Effect.forEach(
        all,
        (request) =>
          Stream.runFold(Chat.stream(request), () => "", (text, chunk) => text + Completion.chunkText(chunk)),
        { concurrency: "unbounded" }
      )
      yield* Fiber.join(busiest)
      assert.deepStrictEqual(texts, expected)
      assert.strictEqual(new Set(texts).size, 500)
      assert.strictEqual((yield* requests).length, 500)
      yield* settled
    }).pipe(Effect.provide(local(paced))), 60_000)

  it.live(
    "some of which break, stall or are left, harm no other and leave nothing behind",
    () =>
      Effect.gen(function*() {
        const { faults, requests } = yield* Emulator.Emulator
        for (
          const fault of [Fault.cut({ afterEvents: 3 }), Fault.reset, Fault.cut(), Fault.missingDone, Fault.status(503)]
        ) {
          yield* faults.withProbability(fault, 0.05)
        }
        yield* faults.withProbability(Fault.stall({ afterEvents: 2 }), 0.05)
        const results = yield* Effect.forEach(
          all,
          (request, index) =>
            Stream.runDrain(index % 10 === 0 ? Stream.take(Chat.stream(request), 2) : Chat.stream(request)).pipe(
              Effect.timeoutOption("4 seconds"),
              Effect.result
            ),
          { concurrency: "unbounded" }
        )
        const failed = results.filter(({ _tag }) => _tag === "Failure").length
        const faulty = (yield* requests).filter(({ fault }) => fault !== undefined).length
        assert.isAbove(faulty, 50)
        assert.isAtMost(failed, faulty)
        assert.isAbove(failed, 30)
        yield* settled
        yield* faults.clear
        const [request = ask("Hi")] = all
        assert.isAbove((yield* Stream.runCollect(Chat.stream(request))).length, 2)
      }).pipe(Effect.provide(local(paced))),
    60_000
  )
})

/** The first token comes after a second, so that all requests are in progress at once; then 100 tokens a second. */
const paced = { timeToFirstToken: "1 second", tokensPerSecond: 100 } satisfies Emulator.Options

/** Each completion begins with its own number. */
const all = Array.from({ length: 500 }, (_, index) =>
  ask("Tell me about fog", {
    messages: [{ role: "user", content: "Tell me about fog" }, {
      role: "assistant",
      content: `${index}: `,
      prefix: true
    }],
    max_tokens: 24
  }))
