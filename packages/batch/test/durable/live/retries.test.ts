/** When items are asked again, and what their requests add up to. */
import { MistralError } from "@effect-mistral/core"
import { TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Duration, Effect, Fiber, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { answered, errorOf, numberOf, runPart, settle, TestPart, verdicts } from "./support.ts"

const limited = (retryAfter?: Duration.Duration) =>
  errorOf(new MistralError.RateLimited({ status: 429, ...(retryAfter === undefined ? {} : { retryAfter }) }))
const failed = errorOf(new MistralError.ServerError({ status: 500 }))

/** The times in milliseconds at which item 0 is asked, each time in vain until `errors` are used up. */
const times = Effect.fnUntraced(function*(
  errors: ReadonlyArray<MistralError.MistralError>,
  part: TestPart,
  settings?: Parameters<typeof runPart>[2]
) {
  const at: Array<number> = []
  const fiber = yield* Effect.forkChild(runPart(part, () =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const error = errors[at.length]
      at.push(now)
      return error === undefined ? Effect.succeed(answered(0)) : Effect.fail(error)
    }), settings))
  yield* TestClock.adjust("1 hour")
  yield* Fiber.join(fiber)
  return at
})

const waits = (at: ReadonlyArray<number>) => at.slice(1).map((time, index) => (time - at[index]!) / 1000)

const assertBetween = (value: number | undefined, [least, most]: readonly [number, number]) => {
  assert.isAtLeast(value ?? NaN, least)
  assert.isAtMost(value ?? NaN, most)
}

describe("the wait before an item is asked again", () => {
  it.effect("is about 2, 6, 18, 54 seconds, then a minute", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1, settings: { maxAttempts: 7 } })
      const found = waits(yield* times(Array.from({ length: 6 }, () => failed), part))
      assert.strictEqual(found.length, 6)
      for (const [index, seconds] of [2, 6, 18, 54, 60, 60].entries()) {
        assertBetween(found[index], [seconds * 0.8, seconds * 1.2])
      }
      assert.deepInclude(part.outcome(0), { failed: false, body: "\"answer 0\"", asked: 7, doubtful: 6 })
    }))

  it.effect("is that of Retry-After where that is longer, and up to a second more", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      const found = waits(yield* times([limited(Duration.seconds(30)), limited(Duration.millis(10))], part))
      assertBetween(found[0], [30, 31])
      assert.notStrictEqual(found[0], 30)
      assertBetween(found[1], [4.8, 7.2])
      assert.deepInclude(part.outcome(0), { failed: false, asked: 3, doubtful: 0 })
    }))

  it.effect("is that of the schedule of the route, and an item fails when that has ended", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1, settings: { maxAttempts: 100 } })
      const schedule = Schedule.spaced("3 seconds").pipe(Schedule.upTo({ times: 2 }))
      const at = yield* times(Array.from({ length: 10 }, () => failed), part, { schedule })
      assert.deepStrictEqual(at, [0, 3000, 6000])
      assert.deepInclude(part.outcome(0), { failed: true, asked: 3, doubtful: 3 })
      assert.deepStrictEqual(part.failure(0), failed)
      assert.strictEqual(part.unsettled.requests, 0)
    }))
})

describe("while an item waits to be asked again", () => {
  it.effect("the others are asked, because it holds no permit", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 4, permits: 1 })
      let tries = 0
      const fiber = yield* Effect.forkChild(runPart(part, (request) =>
        numberOf(request) === 0 && tries++ === 0 ? Effect.fail(failed) : Effect.succeed(answered(numberOf(request)))))
      yield* TestClock.adjust(1)
      assert.deepStrictEqual(
        part.written.map(({ seq }) =>
          seq
        ),
        [1, 2, 3]
      )
      // It may have been paid, and has no outcome: the ledger has it already.
      const charged = { asked: 1, doubtful: 1, promptTokens: 0, completionTokens: 0 }
      assert.deepStrictEqual([part.charges, part.unsettled], [[charged], { requests: 0, ended: 0 }])
      yield* TestClock.adjust("3 seconds")
      yield* Fiber.join(fiber)
      assert.deepInclude(part.outcome(0), { failed: false, asked: 2, doubtful: 1, charged })
      assert.deepStrictEqual([part.charges.length, part.unsettled], [1, { requests: 0, ended: 0 }])
    }))

  it.effect("it is asked within its turn though other items are left", () =>
    Effect.gen(function*() {
      const count = 200
      const part = new TestPart({ count, permits: 2 })
      const other = new TestPart({ count, permits: part.permits })
      const sent: Array<number> = []
      const ask = (request: object) =>
        Effect.gen(function*() {
          sent.push(numberOf(request))
          if (numberOf(request) === 7 && sent.filter((n) => n === 7).length === 1) return yield* Effect.fail(failed)
          return yield* Effect.delay(Effect.succeed(answered(numberOf(request))), "1 second")
        })
      const fiber = yield* Effect.forkChild(Effect.all(
        [runPart(part, ask), Effect.delay(runPart(other, ask), 1)],
        { concurrency: "unbounded" }
      ))
      yield* TestClock.adjust("1 hour")
      yield* Fiber.join(fiber)
      assert.deepStrictEqual([part.written.length, other.written.length], [count, count])
      assert.strictEqual(part.outcome(7).asked, 2)
    }))

  it.effect("hundreds of others may wait, too", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 500, permits: 4 })
      const seen = new Set<number>()
      const fiber = yield* Effect.forkChild(runPart(part, (request) => {
        const n = numberOf(request)
        if (seen.has(n)) return Effect.succeed(answered(n))
        seen.add(n)
        return Effect.fail(limited(Duration.seconds(10)))
      }))
      yield* TestClock.adjust(1)
      assert.deepStrictEqual([seen.size, part.written.length], [500, 0])
      yield* TestClock.adjust("12 seconds")
      yield* Fiber.join(fiber)
      assert.strictEqual(part.written.length, 500)
      assert.isTrue(part.written.every(({ asked, doubtful, failed }) => asked === 2 && doubtful === 0 && !failed))
    }))
})

describe("an answer that does not fit its schema", () => {
  const usage = { prompt_tokens: 10, completion_tokens: 4, total_tokens: 14 }
  const text = (content: string, finishReason?: "length") =>
    TestCompletion.response(content, { usage, ...(finishReason === undefined ? {} : { finishReason }) })

  it.effect("is asked for once more and at once, and its tokens count", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1, batch: verdicts })
      let sent = 0
      yield* runPart(part, () => Effect.succeed(text(sent++ === 0 ? "{\"good\":" : "{\"good\":true}")))
      assert.deepStrictEqual(part.written, [{
        seq: 0,
        failed: false,
        body: "{\"good\":true}",
        asked: 2,
        doubtful: 0,
        promptTokens: 20,
        completionTokens: 8,
        charged: { asked: 1, doubtful: 0, promptTokens: 10, completionTokens: 4 }
      }])
    }))

  it.effect("makes the item fail the second time, whatever the attempts", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1, batch: verdicts, settings: { maxAttempts: 9 } })
      yield* runPart(part, () => Effect.succeed(text("no JSON")))
      assert.deepInclude(part.outcome(0), { failed: true, asked: 2, doubtful: 0, promptTokens: 20 })
      const failure = part.failure(0)
      assert.isTrue(failure._tag === "MistralError" && failure.reason._tag === "InvalidOutput")
    }))

  it.effect("counts as an attempt", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1, batch: verdicts, settings: { maxAttempts: 1 } })
      yield* runPart(part, () => Effect.succeed(text("no JSON")))
      assert.deepInclude(part.outcome(0), { failed: true, asked: 1, doubtful: 0 })
    }))

  it.effect("makes the item fail at once where max_tokens cut it", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1, batch: verdicts })
      yield* runPart(part, () => Effect.succeed(text("{\"good\":tr", "length")))
      assert.deepInclude(part.outcome(0), { failed: true, asked: 1, doubtful: 0, completionTokens: 4 })
    }))

  it.effect("may be found by the function that asks, too", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      let sent = 0
      yield* runPart(part, () =>
        sent++ === 0
          ? Effect.fail(errorOf(new MistralError.InvalidOutput({ text: "", issues: [], response: text("") })))
          : Effect.succeed(answered(0, usage)))
      assert.deepInclude(part.outcome(0), { failed: false, asked: 2, doubtful: 0, promptTokens: 20 })
    }))
})

describe("the tokens of an item", () => {
  const usages: ReadonlyArray<readonly [string, unknown, number, number]> = [
    ["both counts", { prompt_tokens: 7, completion_tokens: 3, total_tokens: 10 }, 7, 3],
    ["the prompt alone, as for embeddings", { prompt_tokens: 7, total_tokens: 7 }, 7, 0],
    ["the total and the completion", { completion_tokens: 3, total_tokens: 10 }, 7, 3],
    ["no completion, but a total", { prompt_tokens: 7, total_tokens: 10 }, 7, 3],
    ["nothing", {}, 0, 0],
    ["what is no number", { prompt_tokens: null, completion_tokens: "3" }, 0, 0]
  ]
  for (const [name, usage, promptTokens, completionTokens] of usages) {
    it.effect(`are read out of a usage with ${name}`, () =>
      Effect.gen(function*() {
        const part = new TestPart({ count: 1 })
        yield* runPart(part, () => Effect.succeed({ ...answered(0), usage }))
        assert.deepInclude(part.outcome(0), { promptTokens, completionTokens })
      }))
  }

  it.effect("are 0 where the response has no usage", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      const { usage: _, ...response } = answered(0)
      yield* runPart(part, () => Effect.succeed(response))
      yield* settle
      assert.deepInclude(part.outcome(0), { failed: false, promptTokens: 0, completionTokens: 0 })
    }))
})
