/** A part that is stopped: no further requests, and nothing of those in flight is lost or forgotten. */
import { BatchError } from "@effect-mistral/batch"
import { MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Latch, Layer } from "effect"
import { TestClock } from "effect/testing"
import { answered, errorOf, numberOf, RecordedLimits, runPart, settle, TestPart } from "./support.ts"

const whyOf = (exit: Exit.Exit<unknown, unknown>) =>
  Exit.isFailure(exit) ? String((Cause.squash(exit.cause) as { readonly why?: string }).why) : "success"

/** Requests get their answer when the latch is open. */
const start = Effect.fnUntraced(function*(part: TestPart, limits?: RecordedLimits) {
  const sent: Array<number> = []
  const answers = Latch.makeUnsafe(false)
  const ask = (request: object) =>
    Effect.suspend(() => {
      sent.push(numberOf(request))
      return Effect.as(answers.await, answered(numberOf(request)))
    })
  const fiber = yield* Effect.forkChild(runPart(part, ask, {}, limits?.layer))
  yield* settle
  return { sent, answers, fiber }
})

describe("a part that is stopped", () => {
  it.effect("sends no further request, and writes the answers of those in flight", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 20, permits: 3 })
      const { answers, fiber, sent } = yield* start(part)
      assert.deepStrictEqual([sent, part.unsettled.requests], [[0, 1, 2], 3])
      part.stop("another worker has it")
      yield* settle
      assert.isUndefined(fiber.pollUnsafe())
      yield* answers.open
      assert.strictEqual(whyOf(yield* Fiber.await(fiber)), "another worker has it")
      assert.sameMembers(part.written.map(({ seq }) => seq), [0, 1, 2])
      assert.deepStrictEqual([sent.length, part.unsettled], [3, { requests: 0, ended: 0 }])
    }))

  it.effect("ends at once where it only waits for permits, which others have", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 5, permits: 1 })
      yield* part.permits.take(1)
      const { fiber, sent } = yield* start(part)
      part.stop("paused")
      assert.strictEqual(whyOf(yield* Fiber.await(fiber)), "paused")
      assert.deepStrictEqual(sent, [])
      yield* part.permits.release(1)
      assert.isTrue(yield* part.permits.takeIfAvailable(1))
    }))

  it.effect("ends at once where it only waits for the limits", () =>
    Effect.gen(function*() {
      const limits = new RecordedLimits()
      limits.wait = Effect.never
      const part = new TestPart({ count: 5, permits: 2 })
      const { fiber, sent } = yield* start(part, limits)
      part.stop("paused")
      assert.strictEqual(whyOf(yield* Fiber.await(fiber)), "paused")
      assert.deepStrictEqual([sent, limits.acquired.length], [[], 2])
      assert.isTrue(yield* part.permits.takeIfAvailable(2))
    }))

  it.effect("ends at once where it only waits for retries, and what they may have cost is counted", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 3 })
      const fiber = yield* Effect.forkChild(runPart(part, (request) =>
        Effect.fail(errorOf(
          numberOf(request) === 0
            ? new MistralError.RateLimited({ status: 429 })
            : new MistralError.ServerError({ status: 500 })
        ))))
      yield* TestClock.adjust(1)
      part.stop("paused")
      assert.strictEqual(whyOf(yield* Fiber.await(fiber)), "paused")
      // What may have been paid was counted before the wait, and the refused request is counted with the part.
      const charged = { asked: 1, doubtful: 1, promptTokens: 0, completionTokens: 0 }
      assert.deepStrictEqual([part.written, part.charges], [[], [charged, charged]])
      assert.deepStrictEqual(part.unsettled, { requests: 0, ended: 1 })
    }))

  it.effect("gives back what the limits gave to requests that were not sent", () =>
    Effect.gen(function*() {
      const limits = new RecordedLimits()
      const part = new TestPart({ count: 5, permits: 2 })
      part.hold()
      const { fiber, sent } = yield* start(part, limits)
      part.stop("paused")
      assert.strictEqual(whyOf(yield* Fiber.await(fiber)), "paused")
      assert.deepStrictEqual(sent, [])
      assert.deepStrictEqual(limits.settled, [{ epoch: 1, tokens: 0 }, { epoch: 2, tokens: 0 }])
    }))

  it.effect("does not fail when all its items have an outcome", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 2 })
      const { answers, fiber } = yield* start(part)
      part.stop("paused")
      yield* answers.open
      assert.strictEqual(whyOf(yield* Fiber.await(fiber)), "success")
      assert.strictEqual(part.written.length, 2)
    }))

  it.effect("is stopped before its first request", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 2 })
      part.stop("cancelled")
      const { fiber, sent } = yield* start(part)
      assert.strictEqual(whyOf(yield* Fiber.await(fiber)), "cancelled")
      assert.deepStrictEqual(sent, [])
    }))
})

describe("a key that is refused", () => {
  it.effect("pauses the batch once, while the requests in flight finish", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 9, permits: 3 })
      const answers = Latch.makeUnsafe(false)
      const fiber = yield* Effect.forkChild(runPart(part, (request) =>
        numberOf(request) === 2
          ? Effect.as(answers.await, answered(2))
          : Effect.andThen(Effect.yieldNow, Effect.fail(errorOf(new MistralError.Authentication({ status: 401 }))))))
      yield* settle
      assert.strictEqual(part.pauses.length, 1)
      yield* answers.open
      assert.strictEqual(whyOf(yield* Fiber.await(fiber)), "paused")
      assert.deepStrictEqual(part.written.map(({ seq }) => seq), [2])
      // Two were refused, and their items are open.
      assert.deepStrictEqual(part.unsettled, { requests: 0, ended: 2 })
    }))
})

describe("a part that is interrupted", () => {
  it.effect("cancels its requests, counts them, and tells the limits", () =>
    Effect.gen(function*() {
      const limits = new RecordedLimits()
      const part = new TestPart({ count: 9, permits: 3 })
      const { fiber, sent } = yield* start(part, limits)
      yield* Fiber.interrupt(fiber)
      assert.deepStrictEqual([sent.length, part.written, part.unsettled], [3, [], { requests: 3, ended: 0 }])
      assert.deepStrictEqual(limits.settled, [{ epoch: 1 }, { epoch: 2 }, { epoch: 3 }])
      assert.isTrue(yield* part.permits.takeIfAvailable(3))
    }))
})

describe("a ledger that fails", () => {
  const error = new BatchError.LedgerError({ operation: "commit", description: "the disk is full", isRetryable: false })

  it.effect("stops the part, and what was not written stays counted", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 9, permits: 2 })
      part.beforeCommit = Effect.fail(error)
      const { answers, fiber, sent } = yield* start(part)
      yield* answers.open
      const exit = yield* Fiber.await(fiber)
      assert.deepStrictEqual(exit, Exit.fail(error))
      assert.deepStrictEqual([sent.length, part.unsettled], [2, { requests: 2, ended: 2 }])
    }))

  it.effect("stops the part where the limits cannot be kept", () =>
    Effect.gen(function*() {
      const limits = new RecordedLimits()
      limits.wait = Effect.fail(error)
      const part = new TestPart({ count: 9 })
      const { fiber, sent } = yield* start(part, limits)
      assert.deepStrictEqual(yield* Fiber.await(fiber), Exit.fail(error))
      assert.deepStrictEqual(sent, [])
    }))

  it.effect("is waited for where the database of the limits is away for a while", () =>
    Effect.gen(function*() {
      const limits = new RecordedLimits()
      const away = new BatchError.LedgerError({ ...error, operation: "acquire", isRetryable: true })
      limits.wait = Effect.suspend(() => limits.acquired.length < 4 ? Effect.fail(away) : Effect.void)
      const part = new TestPart({ count: 1 })
      const fiber = yield* Effect.forkChild(runPart(part, () => Effect.succeed(answered(0)), {}, limits.layer))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(fiber)
      assert.deepInclude(part.outcome(0), { failed: false, asked: 1 })
    }))

  it.effect("does not lose an answer where the limits cannot be told", () =>
    Effect.gen(function*() {
      const limits = new RecordedLimits()
      limits.settles = Effect.fail(error)
      const part = new TestPart({ count: 3 })
      yield* runPart(part, (request) => Effect.succeed(answered(numberOf(request))), {}, limits.layer)
      assert.strictEqual(part.written.length, 3)
    }))
})

describe("a part without items", () => {
  it.effect("ends", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 0 })
      yield* runPart(part, () => Effect.die("nothing is asked"), {}, Layer.fresh(new RecordedLimits().layer))
      assert.deepStrictEqual(part.written, [])
    }))
})
