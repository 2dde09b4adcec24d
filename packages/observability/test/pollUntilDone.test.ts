import { RetryPolicy } from "@effect-mistral/core"
import { Campaigns, type Dataset, Datasets, TaskStatus } from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Schedule } from "effect"
import { TestClock } from "effect/testing"
import { task } from "./fixtures/resources.ts"
import { requests, scripted } from "./fixtures/services.ts"

const asked = Effect.map(requests, (seen) => seen.length)

describe("Campaigns.await", () => {
  it.effect("asks at once, then every two seconds, until the campaign has ended", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Campaigns.await("c1"))
      yield* TestClock.adjust(0)
      assert.strictEqual(yield* asked, 1)
      yield* TestClock.adjust("1999 millis")
      assert.strictEqual(yield* asked, 1)
      yield* TestClock.adjust("1 millis")
      assert.strictEqual(yield* asked, 2)
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* asked, 3)
      assert.strictEqual(yield* Fiber.join(fiber), "FAILED")
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* asked, 3)
    }).pipe(Effect.provide(scripted(statuses("RUNNING", "RUNNING", "FAILED")))))

  for (const ended of ["COMPLETED", "FAILED", "CANCELED", "TERMINATED", "TIMED_OUT"] as const) {
    it.effect(`takes ${ended} for the end`, () =>
      Effect.gen(function*() {
        assert.isTrue(TaskStatus.hasEnded(ended))
        assert.strictEqual(yield* Campaigns.await("c1"), ended)
        assert.strictEqual(yield* asked, 1)
      }).pipe(Effect.provide(scripted(statuses(ended)))))
  }

  for (const going of ["RUNNING", "CONTINUED_AS_NEW", "UNKNOWN", "A_NEW_STATUS"]) {
    it.effect(`does not take ${going} for the end, a day long`, () =>
      Effect.gen(function*() {
        assert.isFalse(TaskStatus.hasEnded(going))
        const fiber = yield* Effect.forkChild(Campaigns.await("c1", { schedule: Schedule.spaced("1 hour") }))
        yield* TestClock.adjust("1 day")
        assert.strictEqual(yield* asked, 25)
        yield* Fiber.interrupt(fiber)
      }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json({ status: going })))))
  }

  it.effect("asks on the schedule it is given, which sees each status", () =>
    Effect.gen(function*() {
      const seen: Array<TaskStatus.TaskStatus> = []
      const schedule = Schedule.exponential("1 second").pipe(
        Schedule.passthrough,
        Schedule.tap(({ input }: { readonly input: TaskStatus.TaskStatus }) => Effect.sync(() => seen.push(input)))
      )
      const fiber = yield* Effect.forkChild(Campaigns.await("c1", { schedule }))
      const times: Array<number> = []
      for (let second = 0; second <= 7; second++) {
        yield* TestClock.adjust(second === 0 ? 0 : "1 second")
        times.push(yield* asked)
      }
      assert.deepStrictEqual(times, [1, 2, 2, 3, 3, 3, 3, 4])
      assert.strictEqual(yield* Fiber.join(fiber), "COMPLETED")
      assert.deepStrictEqual(seen.slice(0, 3), ["RUNNING", "UNKNOWN", "RUNNING"])
    }).pipe(Effect.provide(scripted(statuses("RUNNING", "UNKNOWN", "RUNNING", "COMPLETED")))))

  it.effect("gives the status it came to where the schedule ends first", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Campaigns.await("c1", { schedule: Schedule.recurs(2) }))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(fiber), "RUNNING")
      assert.strictEqual(yield* asked, 3)
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json({ status: "RUNNING" })))))

  it.effect("asks again where one question fails in passing, and goes on", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Campaigns.await("c1"))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(fiber), "COMPLETED")
      assert.strictEqual(yield* asked, 6)
    }).pipe(Effect.provide(scripted([
      ...statuses("RUNNING"),
      ScriptedHttpClient.json({ detail: { message: "later", error_code: null } }, { status: 503 }),
      ScriptedHttpClient.connectionError(),
      ScriptedHttpClient.bytes([`{"status":"COMPL`], { ending: "fail" }),
      ...statuses("RUNNING", "COMPLETED")
    ]))))

  it.effect("fails where a question fails for good", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Effect.flip(Campaigns.await("c1")))
      yield* TestClock.adjust("1 minute")
      const error = yield* Fiber.join(fiber)
      assert.strictEqual(error.reason._tag, "ObservabilityError")
      assert.strictEqual(error.operation, "Campaigns.fetchStatus")
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(scripted([
      ...statuses("RUNNING"),
      ScriptedHttpClient.json({ detail: { message: "gone", error_code: "CAMPAIGN_NOT_FOUND" } }, { status: 404 })
    ]))))

  it.effect("asks with the options it is given", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(
        Campaigns.await("c1", { retry: RetryPolicy.none, headers: { "x-why": "waiting" } })
      )
      assert.strictEqual(error.reason._tag, "ServerError")
      const seen = yield* Effect.flatMap(ScriptedHttpClient.ScriptedHttpClient, ({ requests }) => requests)
      assert.deepStrictEqual(seen.map(({ headers }) => headers["x-why"]), ["waiting"])
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json({}, { status: 500 })]))))

  it.effect("is interrupted at once between two questions, and asks no more", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Campaigns.await("c1"))
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* asked, 2)
      yield* Fiber.interrupt(fiber)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      yield* TestClock.adjust("1 hour")
      assert.strictEqual(yield* asked, 2)
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json({ status: "RUNNING" })))))

  it.effect("is interrupted at once in the middle of a question, and leaves none open", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedHttpClient.ScriptedHttpClient
      const fiber = yield* Effect.forkChild(Campaigns.await("c1"))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* server.open, 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* server.open, 0)
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.bytes([`{"status":`], { ending: "hang" })]))))
})

describe("Datasets.awaitTask", () => {
  it.effect("gives the import as it is at its end", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Datasets.awaitTask("d1", "t1"))
      yield* TestClock.adjust("2 seconds")
      assert.strictEqual(yield* asked, 2)
      assert.deepStrictEqual(yield* Fiber.join(fiber), { ...task, status: "COMPLETED", progress: 100 })
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.json(task),
      ScriptedHttpClient.json({ ...task, status: "COMPLETED", progress: 100 })
    ]))))

  it.effect("gives it as far as it came where the schedule ends first, by what the schedule sees of it", () =>
    Effect.gen(function*() {
      // The schedule ends when half of the import is done.
      const schedule = Schedule.spaced("1 second").pipe(
        Schedule.setInputType<Dataset.ImportTask>(),
        Schedule.while(({ input }) => (input.progress ?? 0) < 50)
      )
      const fiber = yield* Effect.forkChild(Datasets.awaitTask("d1", "t1", { schedule }))
      yield* TestClock.adjust("1 minute")
      const given = yield* Fiber.join(fiber)
      assert.strictEqual(given.progress, 60)
      assert.strictEqual(given.status, "RUNNING")
      assert.strictEqual(yield* asked, 3)
    }).pipe(Effect.provide(scripted((_, index) => ScriptedHttpClient.json({ ...task, progress: 20 * (index + 1) })))))
})

function statuses(...all: ReadonlyArray<TaskStatus.TaskStatus>): ReadonlyArray<ScriptedHttpClient.Answer> {
  return all.map((status) => ScriptedHttpClient.json({ status }))
}
