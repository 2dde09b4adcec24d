/** The pace of completions and its jitter, on the test's clock. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { ask } from "../support.ts"

describe("pace", () => {
  it.effect("without jitter is a line", () =>
    Effect.gen(function*() {
      // The role comes with the first token's time, the finish reason with the last token.
      assert.deepStrictEqual(yield* times(0), [100, 120, 140, 160, 180, 200, 200])
    }))

  it.effect("with jitter makes each wait longer or shorter, in bounds and in order", () =>
    Effect.gen(function*() {
      const at = yield* times(0.5)
      assert.notDeepEqual(at, yield* times(0))
      const [first = 0, ...rest] = at
      assert.isTrue(first >= 50 && first <= 150)
      const waits = rest.slice(0, -1).map((one, index) => one - (at[index] ?? 0))
      assert.isTrue(waits.every((wait) => wait >= 9 && wait <= 31), waits.join(" "))
      assert.isAbove(new Set(waits).size, 1)
    }))

  it.effect("is the same for the same seed, and another for another seed or answer", () =>
    Effect.gen(function*() {
      const first = yield* times(0.5, { seed: 7 })
      assert.deepStrictEqual(yield* times(0.5, { seed: 7 }), first)
      assert.notDeepEqual(yield* times(0.5, { seed: 8 }), first)
      assert.notDeepEqual(yield* times(0.5, { seed: 7, about: "rain" }), first)
    }))

  it.effect("is that of the stream for a whole answer too", () =>
    Effect.gen(function*() {
      const last = (yield* times(0.5, { seed: 7 })).at(-1) ?? 0
      const took = yield* timed(
        Effect.andThen(Chat.complete(ask("Tell me about fog", { max_tokens: 5 })), Clock.currentTimeMillis),
        0.5,
        7
      )
      assert.closeTo(took, last, 0.001)
    }))
})

/**
 * When each chunk of a completion of five tokens arrives, with 100 ms to the first token and 20 ms per token, on a new
 * emulator.
 */
const times = (jitter: number, { about = "fog", seed = 0 } = {}) =>
  timed(
    Effect.map(
      Stream.runCollect(
        Stream.mapEffect(Chat.stream(ask(`Tell me about ${about}`, { max_tokens: 5 })), () => Clock.currentTimeMillis)
      ),
      (all) => [...all]
    ),
    jitter,
    seed
  )

/** Runs an effect against a new emulator while the clock advances from 0 in steps of a millisecond. */
const timed = <A, E>(effect: Effect.Effect<A, E, Chat.Chat>, jitter: number, seed: number) =>
  Effect.gen(function*() {
    yield* TestClock.setTime(0)
    const running = yield* Effect.forkChild(effect)
    for (let at = 0; at < 400; at++) yield* TestClock.adjust(1)
    return yield* Fiber.join(running)
  }).pipe(
    Effect.provide(Layer.fresh(Layer.provide(
      Layer.provide(Chat.layer, MistralClient.layer({ apiKey: Redacted.make("emulator-key") })),
      Emulator.layerMemory({ timeToFirstToken: 100, tokensPerSecond: 50, jitter, seed })
    )))
  )
