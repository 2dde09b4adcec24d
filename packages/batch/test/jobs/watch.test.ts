/** Polling a job until it has ended, under a clock that the test moves. */
import { BatchJob, BatchJobs } from "@effect-mistral/batch"
import { RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Exit, Fiber, Layer, Random, Schedule, Stream } from "effect"
import { HttpClient } from "effect/http"
import { CircuitBreaker } from "effect/persistence"
import { TestClock } from "effect/testing"
import { count, jobAnswer, middle, refusal, scripted, withoutRetries } from "./services.ts"

const { connectionError, bytes } = ScriptedHttpClient

const statuses = (...all: ReadonlyArray<BatchJob.Status>) => all.map((status) => jobAnswer({ status }))

/** Watches the job `j1` for a time: what was given when, in milliseconds, and how it ended. */
const watched = (time: "1 hour" | "1 day", options?: BatchJobs.WatchOptions) =>
  Effect.gen(function*() {
    const seen: Array<readonly [at: number, status: BatchJob.Status]> = []
    const fiber = yield* Effect.forkChild(
      BatchJobs.watch("j1", options).pipe(
        Stream.runForEach(({ status }) => Effect.map(Clock.currentTimeMillis, (now) => void seen.push([now, status]))),
        Effect.result
      )
    )
    yield* TestClock.adjust(time)
    const result = fiber.pollUnsafe() === undefined ? undefined : yield* Fiber.join(fiber)
    yield* Fiber.interrupt(fiber)
    return { seen, result }
  }).pipe(Effect.provideService(Random.Random, middle))

describe("watch", () => {
  it.effect("polls at once, then after 1 s and each time half as long again, up to 30 s", () =>
    Effect.gen(function*() {
      const { result, seen } = yield* watched("1 hour")
      assert.strictEqual(result?._tag, "Success")
      const delays = seen.slice(1).map(([at], index) => at - seen[index]![0])
      const expected = [1000, 1500, 2250, 3375, 5062.5, 7593.75, 11390.625, 17085.9375, 25628.90625, 30000, 30000]
      assert.strictEqual(seen[0]?.[0], 0)
      assert.strictEqual(delays.length, expected.length)
      delays.forEach((delay, index) => assert.approximately(delay, expected[index]!, 1))
      assert.deepStrictEqual(seen.map(([, status]) => status), ["QUEUED", ...Array(10).fill("RUNNING"), "SUCCESS"])
    }).pipe(Effect.provide(scripted(statuses("QUEUED", ...Array(10).fill("RUNNING"), "SUCCESS")))))

  for (const [random, factor] of [[0, 0.8], [1, 1.2]] as const) {
    it.effect(`has a jitter: its delays are ${factor} of the schedule's at the edge`, () =>
      Effect.gen(function*() {
        const fiber = yield* Effect.forkChild(BatchJobs.await("j1"))
        yield* TestClock.adjust(factor * 1000 - 1)
        assert.strictEqual(yield* count, 1)
        yield* TestClock.adjust(1)
        assert.strictEqual(yield* count, 2)
        yield* TestClock.adjust("1 hour")
        yield* Fiber.join(fiber)
      }).pipe(
        Effect.provideService(Random.Random, { ...middle, nextDoubleUnsafe: () => random }),
        Effect.provide(scripted(statuses("QUEUED", "RUNNING", "RUNNING", "SUCCESS")))
      ))
  }

  for (const status of ["SUCCESS", "FAILED", "TIMEOUT_EXCEEDED", "CANCELLED"] as const) {
    it.effect(`gives a job that is ${status} once, without a wait`, () =>
      Effect.gen(function*() {
        assert.isTrue(BatchJob.hasEnded(status))
        const jobs = yield* Stream.runCollect(BatchJobs.watch("j1"))
        assert.deepStrictEqual(jobs.map(({ status }) => status), [status])
        assert.strictEqual((yield* BatchJobs.await("j1")).status, status)
        assert.strictEqual(yield* count, 2)
      }).pipe(Effect.provide(scripted(statuses(status, status)))))
  }

  for (const status of ["QUEUED", "RUNNING", "CANCELLATION_REQUESTED", "A_NEW_STATUS", "success", ""]) {
    it.effect(`goes on for a day while the status is "${status}", and gives it`, () =>
      Effect.gen(function*() {
        assert.isFalse(BatchJob.hasEnded(status))
        const { result, seen } = yield* watched("1 day", { schedule: Schedule.spaced("1 hour") })
        assert.isUndefined(result)
        assert.strictEqual(seen.length, 25)
        assert.isTrue(seen.every(([, one]) => one === status))
      }).pipe(Effect.provide(scripted(() => jobAnswer({ status })))))
  }

  it.effect("polls on the schedule that it is given, which sees each response", () =>
    Effect.gen(function*() {
      const inputs: Array<number> = []
      const schedule = Schedule.exponential("10 seconds").pipe(
        Schedule.passthrough,
        Schedule.tap(({ input }: { readonly input: BatchJob.BatchJob }) =>
          Effect.sync(() => inputs.push(input.completed_requests))
        )
      )
      const { result, seen } = yield* watched("1 hour", { schedule })
      assert.strictEqual(result?._tag, "Success")
      assert.deepStrictEqual(seen, [[0, "RUNNING"], [10_000, "RUNNING"], [30_000, "RUNNING"], [70_000, "SUCCESS"]])
      assert.deepStrictEqual(inputs, [0, 1, 2])
    }).pipe(Effect.provide(scripted([0, 1, 2, 3].map((completed_requests) =>
      jobAnswer({ completed_requests, status: completed_requests === 3 ? "SUCCESS" : "RUNNING" })
    )))))

  it.effect("ends where the schedule ends first, and await returns the last response", () =>
    Effect.gen(function*() {
      const { result, seen } = yield* watched("1 hour", { schedule: Schedule.recurs(2) })
      assert.strictEqual(result?._tag, "Success")
      assert.strictEqual(seen.length, 3)
      assert.strictEqual((yield* BatchJobs.await("j1", { schedule: Schedule.recurs(0) })).status, "RUNNING")
    }).pipe(Effect.provide(scripted(() => jobAnswer({ status: "RUNNING" })))))

  it.effect("polls only as its responses are consumed, and no more after it was left", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(
        BatchJobs.watch("j1", { schedule: Schedule.spaced("1 second") }).pipe(
          Stream.mapEffect((job) => Effect.delay(Effect.succeed(job), "1 minute")),
          Stream.take(2),
          Stream.runCollect
        )
      )
      yield* TestClock.adjust("61 seconds")
      assert.strictEqual(yield* count, 2)
      yield* TestClock.adjust("1 hour")
      assert.strictEqual((yield* Fiber.join(fiber)).length, 2)
      assert.strictEqual(yield* count, 2)
    }).pipe(Effect.provide(scripted(() => jobAnswer({ status: "RUNNING" })))))

  it.effect("sends nothing before it is run, and begins anew with each run", () =>
    Effect.gen(function*() {
      const watch = BatchJobs.watch("j1")
      assert.strictEqual(yield* count, 0)
      assert.strictEqual((yield* Stream.runCollect(watch)).length, 1)
      assert.strictEqual((yield* Stream.runCollect(watch)).length, 1)
    }).pipe(Effect.provide(scripted(statuses("SUCCESS", "SUCCESS")))))

  it.effect("is interrupted at once between two polls and within one, which it closes", () =>
    Effect.gen(function*() {
      for (const [time, polls] of [["10 seconds", 1], ["1 minute", 2]] as const) {
        const before = yield* count
        const fiber = yield* Effect.forkChild(
          BatchJobs.await("j1", { schedule: Schedule.spaced("30 seconds") })
        )
        yield* TestClock.adjust(time)
        assert.strictEqual((yield* count) - before, polls)
        yield* Fiber.interrupt(fiber)
        assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
        yield* TestClock.adjust("1 day")
        assert.strictEqual((yield* count) - before, polls)
      }
      const server = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.strictEqual(yield* server.open, 0)
    }).pipe(Effect.provide(scripted([
      ...statuses("RUNNING", "RUNNING"),
      bytes([`{"id":`], { ending: "hang" })
    ]))))
})

describe("a poll that fails", () => {
  it.effect("in passing is repeated after 1, 2, 4 ... 30 s, and what comes after it counts anew", () =>
    Effect.gen(function*() {
      const { result, seen } = yield* watched("1 hour", { schedule: Schedule.spaced("1 minute") })
      assert.strictEqual(result?._tag, "Success")
      assert.deepStrictEqual(seen, [
        [0, "QUEUED"],
        // 1 + 2 + 4 + 8 + 16 + 30 + 30 s after the poll at 60 s.
        [151_000, "RUNNING"],
        [212_000, "RUNNING"],
        [272_000, "SUCCESS"]
      ])
    }).pipe(Effect.provide(withoutRetries([
      ...statuses("QUEUED"),
      refusal(429, "slower"),
      refusal(503, "later"),
      connectionError(),
      bytes([`{"id":"j1`], { ending: "fail" }),
      refusal(500, "internal"),
      refusal(408, "too slow"),
      refusal(503, "Service tier capacity exceeded for this model."),
      ...statuses("RUNNING"),
      connectionError(),
      ...statuses("RUNNING", "SUCCESS")
    ]))))

  it.effect("waits as long as the server says, also longer than a request would", () =>
    Effect.gen(function*() {
      const { result, seen } = yield* watched("1 hour")
      assert.strictEqual(result?._tag, "Success")
      assert.deepStrictEqual(seen, [[600_000, "SUCCESS"]])
      assert.strictEqual(yield* count, 2)
    }).pipe(Effect.provide(scripted([refusal(429, "slower", { "retry-after": "600" }), ...statuses("SUCCESS")]))))

  it.effect("does not wait shorter than its backoff where the server says less", () =>
    Effect.gen(function*() {
      const { seen } = yield* watched("1 hour")
      assert.deepStrictEqual(seen, [[3000, "SUCCESS"]])
    }).pipe(Effect.provide(withoutRetries([
      refusal(503, "later", { "retry-after": "0" }),
      refusal(429, "slower", { "retry-after": "1" }),
      ...statuses("SUCCESS")
    ]))))

  it.effect("is retried by the policy of the client first", () =>
    Effect.gen(function*() {
      const { seen } = yield* watched("1 hour")
      assert.strictEqual(yield* count, 7)
      // 0.5 + 1 + 2 + 4 s of the policy, 1 s, and 0.5 s of the policy.
      assert.deepStrictEqual(seen, [[9000, "SUCCESS"]])
    }).pipe(Effect.provide(scripted([...Array.from({ length: 6 }, () => connectionError()), ...statuses("SUCCESS")]))))

  it.effect("within any time limit is repeated, also that of the whole request", () =>
    Effect.gen(function*() {
      const { seen } = yield* watched("1 hour", { timeout: { total: "10 seconds", firstByte: "5 seconds" } })
      assert.deepStrictEqual(seen, [[5000 + 1000 + 10_000 + 2000, "SUCCESS"]])
    }).pipe(Effect.provide(withoutRetries([
      bytes([], { ending: "hang" }),
      bytes(["{", " "], { pause: "20 seconds" }),
      ...statuses("SUCCESS")
    ]))))

  it.effect("because a circuit breaker is open is repeated when the circuit lets it through", () => {
    let healthy = false
    return Effect.gen(function*() {
      yield* Effect.flip(BatchJobs.fetch("j1", undefined, { retry: RetryPolicy.none }))
      const refused = yield* Effect.flip(BatchJobs.fetch("j1"))
      assert.isTrue(refused.reason._tag === "ConnectionFailed" && refused.reason.circuitOpen)
      assert.isFalse(refused.isRetryable)
      healthy = true
      const { seen } = yield* watched("1 hour")
      assert.deepStrictEqual(seen, [[30_000, "SUCCESS"]])
      assert.strictEqual(yield* count, 2)
    }).pipe(Effect.provide(
      Layer.unwrap(Effect.map(CircuitBreaker.CircuitBreaker, (breaker) =>
        scripted(
          () => healthy ? jobAnswer({ status: "SUCCESS" }) : refusal(503, "down"),
          { transformClient: HttpClient.withCircuitBreaker({ breaker }) }
        ))).pipe(
          Layer.provide(
            CircuitBreaker.layer({ tripPolicy: CircuitBreaker.consecutive(1), openDuration: "30 seconds" })
          ),
          Layer.provide(CircuitBreaker.layerStoreMemory())
        )
    ))
  })

  for (const [maxFailures, polls] of [[undefined, 11], [0, 1], [1, 2], [3, 4]] as const) {
    it.effect(`for good ends the watch with the last error: ${polls} polls with maxFailures ${maxFailures}`, () =>
      Effect.gen(function*() {
        const { result } = yield* watched("1 day", { maxFailures })
        assert.strictEqual(yield* count, polls)
        assert.strictEqual(result?._tag, "Failure")
        if (result?._tag !== "Failure") return
        assert.strictEqual(result.failure.operation, "BatchJobs.fetch")
        assert.strictEqual(result.failure.reason._tag, "ServerError")
        assert.include(result.failure.message, `failure ${polls}`)
        assert.strictEqual(result.failure.requestId, "request-503")
      }).pipe(Effect.provide(withoutRetries((_, index) => refusal(503, `failure ${index + 1}`)))))
  }

  it.effect("again and again survives as long as one in eleven succeeds", () =>
    Effect.gen(function*() {
      const { result, seen } = yield* watched("1 day", { schedule: Schedule.recurs(5) })
      assert.strictEqual(result?._tag, "Success")
      assert.strictEqual(seen.length, 6)
      assert.strictEqual(yield* count, 66)
    }).pipe(Effect.provide(withoutRetries((_, index) =>
      index % 11 === 10 ? jobAnswer({ status: "RUNNING" }) : refusal(500, "internal")
    ))))

  for (
    const [status, reason] of [[401, "Authentication"], [403, "PermissionDenied"], [404, "NotFound"], [
      422,
      "Validation"
    ], [501, "ServerError"]] as const
  ) {
    it.effect(`with ${status} fails at once, after what came before`, () =>
      Effect.gen(function*() {
        const { result, seen } = yield* watched("1 hour")
        assert.deepStrictEqual(seen.map(([, status]) => status), ["RUNNING"])
        assert.strictEqual(result?._tag === "Failure" ? result.failure.reason._tag : undefined, reason)
        assert.strictEqual(yield* count, 2)
      }).pipe(Effect.provide(scripted([...statuses("RUNNING"), refusal(status, "no")]))))
  }

  it.effect("with a response that is no job fails at once", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(BatchJobs.await("j1"))
      assert.strictEqual(error.reason._tag, "InvalidResponse")
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json({ id: "j1" })]))))

  it.effect("with a used-up quota fails at once", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(BatchJobs.await("j1", { retry: RetryPolicy.none }))
      assert.strictEqual(error.reason._tag, "RateLimited")
      assert.strictEqual(yield* count, 1)
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.json({ message: "used up", type: "insufficient_quota" }, { status: 429 })
    ]))))
})
