/** Durations while somebody sets the clock of the machine back. */
import * as Chat from "@effect-mistral/chat/Chat"
import { ChatCompletionEvents } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { TestClock } from "effect/testing"
import { create, ended, fetchJob, memory, questions, until } from "../batch/batchSupport.ts"
import { ask } from "../support.ts"

describe("when the clock is set back by an hour", () => {
  it.effect("a batch job keeps its pace", () =>
    withClock((setBack) =>
      Effect.gen(function*() {
        yield* TestClock.adjust("2 hours")
        const { id } = yield* create({ requests: questions(10) })
        yield* until(id, ({ status }) => status === "RUNNING")
        yield* TestClock.adjust("5 seconds")
        yield* until(id, ({ completed_requests }) => completed_requests === 5)
        setBack()
        yield* TestClock.adjust("4 seconds")
        yield* until(id, ({ completed_requests }) => completed_requests === 9)
        assert.strictEqual((yield* fetchJob(id)).status, "RUNNING")
        yield* TestClock.adjust("1 second")
        assert.strictEqual((yield* ended(id)).status, "SUCCESS")
      }).pipe(Effect.provide(memory({ batchRequestsPerSecond: 1 })))
    ))

  it.effect("an event still tells how long its completion took", () =>
    withClock((setBack) =>
      Effect.gen(function*() {
        yield* TestClock.adjust("2 hours")
        const reading = yield* Effect.forkChild(Stream.runDrain(Chat.stream(ask("Hi", { max_tokens: 3 }))))
        yield* TestClock.adjust("4 seconds")
        setBack()
        yield* TestClock.adjust("4 seconds")
        yield* Fiber.join(reading)
        const [event] = yield* Stream.runCollect(ChatCompletionEvents.searchAll({
          search_params: { filters: null },
          extra_fields: ["total_time_elapsed"]
        }))
        assert.deepStrictEqual(event?.extra_fields, { total_time_elapsed: 8 })
      }).pipe(
        Effect.provide(
          Layer.mergeAll(Chat.layer, ChatCompletionEvents.layer).pipe(
            Layer.provide(memory({ timeToFirstToken: "5 seconds", tokensPerSecond: 1 }))
          )
        )
      )
    ))
})

/** Runs a program whose time of day can be set back. Its monotonic time and its sleeps are those of the test clock. */
const withClock = <A, E, R>(program: (setBack: () => void) => Effect.Effect<A, E, R>) =>
  Effect.flatMap(Clock.Clock, (clock) => {
    let offset = 0
    const millis = () => clock.currentTimeMillisUnsafe() + offset
    // The cast is safe: everything but the time of day is inherited.
    const changed = Object.create(clock, {
      currentTimeMillisUnsafe: { value: millis },
      currentTimeMillis: { value: Effect.sync(millis) }
    }) as Clock.Clock
    return Effect.provideService(program(() => void (offset -= 3_600_000)), Clock.Clock, changed)
  })
