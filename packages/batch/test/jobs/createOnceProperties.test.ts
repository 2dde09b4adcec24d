/** Properties of `createOnce` over servers that lose, delay and refuse responses in any order. */
import { type BatchJob, BatchJobs } from "@effect-mistral/batch"
import { type RequestOptions, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema } from "effect"
import { TestClock } from "effect/testing"
import { job, page, refusal, scripted } from "./services.ts"

const request: BatchJobs.CreateOnceRequest = {
  endpoint: "/v1/chat/completions",
  model: "mistral-small-latest",
  input_files: ["f1"],
  metadata: { run: "r1" }
}

/** What becomes of a creation: whether the job exists then, and the response. */
const creations = {
  good: [true, (made: BatchJob.BatchJob) => ScriptedHttpClient.json(made)],
  doneAndConnectionFailed: [true, () => ScriptedHttpClient.connectionError()],
  doneAndCut: [true, () => ScriptedHttpClient.bytes([`{"id":"j`], { ending: "fail" })],
  doneAndSilent: [true, () => ScriptedHttpClient.bytes([], { ending: "hang" })],
  doneAndServerError: [true, () => ScriptedHttpClient.text("", { status: 500 })],
  doneAndBadGateway: [true, () => ScriptedHttpClient.text("<html>", { status: 502 })],
  doneAndUnreadable: [true, () => ScriptedHttpClient.text("<html>", { headers: { "content-type": "text/html" } })],
  connectionFailed: [false, () => ScriptedHttpClient.connectionError()],
  silent: [false, () => ScriptedHttpClient.bytes([], { ending: "hang" })],
  serverError: [false, () => refusal(500, "internal")],
  unavailable: [false, () => ScriptedHttpClient.text("", { status: 503 })],
  rateLimited: [false, () => refusal(429, "slower")],
  fileNotFound: [false, () => refusal(404, "file not found")],
  refused: [false, () => refusal(400, "no")]
} satisfies Record<string, readonly [done: boolean, answer: (made: BatchJob.BatchJob) => ScriptedHttpClient.Answer]>

/** What becomes of a list. */
const lists = {
  good: undefined,
  connectionFailed: ScriptedHttpClient.connectionError(),
  cut: ScriptedHttpClient.bytes([`{"data":[`], { ending: "fail" }),
  rateLimited: refusal(429, "slower", { "retry-after": "3" }),
  unavailable: refusal(503, "later"),
  refused: refusal(401, "no")
} satisfies Record<string, ScriptedHttpClient.Answer | undefined>

const Creation = Schema.Literals(Object.keys(creations) as Array<keyof typeof creations>)

const List = Schema.Literals(Object.keys(lists) as Array<keyof typeof lists>)

/** A server that does as it is told, in order, and well from then on. `lag` lists in a row do not show a new job yet. */
const makeServer = (
  toCreate: ReadonlyArray<typeof Creation.Type>,
  toList: ReadonlyArray<typeof List.Type>,
  lag = 0
) => {
  const jobs: Array<{ readonly made: BatchJob.BatchJob; hiddenFor: number }> = []
  const others = Array.from({ length: 3 }, (_, index) => job({ id: `other${index}`, metadata: { run: `o${index}` } }))
  let creation = 0
  let list = 0
  const sent = { creations: 0, lists: 0 }
  const script = ({ method }: ScriptedHttpClient.SeenRequest): ScriptedHttpClient.Answer => {
    if (method === "POST") {
      sent.creations++
      const [done, answer] = creations[toCreate[creation++] ?? "good"]
      const made = job({ id: `j${jobs.length}` })
      if (done) jobs.unshift({ made, hiddenFor: lag })
      return answer(made)
    }
    sent.lists++
    const failure = lists[toList[list++] ?? "good"]
    if (failure !== undefined) return failure
    // The server does not filter.
    return page([...jobs.filter((one) => one.hiddenFor-- <= 0).map(({ made }) => made), ...others])
  }
  return { script, jobs, sent }
}

const run = (options?: BatchJobs.CreateOnceOptions) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Effect.result(BatchJobs.createOnce(request, options)))
    yield* TestClock.adjust("2 hours")
    return yield* Fiber.join(fiber)
  })

const order = {
  toCreate: Schema.Array(Creation).check(Schema.isMaxLength(6)),
  toList: Schema.Array(List).check(Schema.isMaxLength(12)),
  retries: Schema.Boolean
}

const options = (retries: boolean): RequestOptions.RequestOptions => ({
  ...retries ? {} : { retry: RetryPolicy.none },
  timeout: { firstByte: "10 seconds" }
})

describe("createOnce", () => {
  it.effect.prop(
    "creates at most one job where the list shows it at once, and says which it is or fails",
    order,
    ({ retries, toCreate, toList }) => {
      const { jobs, script, sent } = makeServer(toCreate, toList)
      return Effect.gen(function*() {
        const result = yield* run()
        assert.isAtMost(jobs.length, 1)
        if (result._tag === "Success") {
          assert.deepStrictEqual(jobs.map(({ made }) => made), [result.success])
        } else {
          assert.strictEqual(result.failure._tag, "MistralError")
        }
        if (jobs.length === 0) assert.strictEqual(result._tag, "Failure")
        assert.isAtLeast(sent.lists, 1)
      }).pipe(Effect.provide(scripted(script, options(retries))))
    },
    { arbitrary: { runs: 120 } }
  )

  it.effect.prop(
    "creates one job in all where a program that failed or was killed runs again until it has it",
    { ...order, killedAfter: Schema.Array(Schema.Natural).check(Schema.isMaxLength(4)) },
    ({ killedAfter, retries, toCreate, toList }) => {
      const { jobs, script } = makeServer(toCreate, toList)
      return Effect.gen(function*() {
        for (const millis of killedAfter) {
          const fiber = yield* Effect.forkChild(BatchJobs.createOnce(request))
          yield* TestClock.adjust(millis % 20_000)
          yield* Fiber.interrupt(fiber)
        }
        for (let times = 0; times < 20; times++) {
          const result = yield* run()
          assert.isAtMost(jobs.length, 1)
          if (result._tag === "Failure") continue
          assert.deepStrictEqual(jobs.map(({ made }) => made), [result.success])
          return
        }
        return assert.fail("it never came to an end")
      }).pipe(Effect.provide(scripted(script, options(retries))))
    },
    { arbitrary: { runs: 80 } }
  )

  it.effect.prop(
    "creates at most one job where the list shows it after fewer lists than it searches",
    { toCreate: order.toCreate, lag: Schema.Natural },
    ({ lag, toCreate }) => {
      const { jobs, script } = makeServer(toCreate, [], lag % 4)
      return Effect.gen(function*() {
        yield* run()
        assert.isAtMost(jobs.length, 1)
      }).pipe(Effect.provide(scripted(script, options(false))))
    },
    { arbitrary: { runs: 80 } }
  )

  it.effect.prop(
    "sends no creation beyond its attempts, whatever the server does, and always ends",
    { ...order, lag: Schema.Natural, attempts: Schema.Natural },
    ({ attempts: some, lag, toCreate, toList }) => {
      const attempts = 1 + some % 4
      const { script, sent } = makeServer(toCreate, toList, lag)
      return Effect.gen(function*() {
        yield* run({ attempts, fileTimeout: 0 })
        assert.isAtMost(sent.creations, attempts)
      }).pipe(Effect.provide(scripted(script, options(false))))
    },
    { arbitrary: { runs: 80 } }
  )

  it.effect("creates a second job where the list hides the first for longer than it searches", () => {
    const { jobs, script } = makeServer(["doneAndCut"], [], 4)
    return Effect.gen(function*() {
      yield* run()
      assert.strictEqual(jobs.length, 2)
    }).pipe(Effect.provide(scripted(script, options(false))))
  })
})
