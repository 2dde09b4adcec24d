/**
 * The time limits of calls: their defaults, where they are set, what they measure, and that they end with the call.
 */
import { type MistralClient, MistralError, RequestOptions, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Deferred, Duration, Effect, Fiber, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import {
  bothWays,
  clientOver,
  endedBy,
  eventStream,
  goodResponse,
  listModels,
  modelList,
  open,
  requests,
  stream,
  within
} from "./fixtures/scriptedClient.ts"

const chunks = TestCompletion.chunks("a b c")

/** A response whose body never begins. */
const silent = ScriptedHttpClient.bytes([], { headers: eventStream, ending: "hang" })

describe("the default options of a call", () => {
  const { retry, timeout, ...rest } = RequestOptions.defaults

  it("are the deployment's base URL, no further headers or keys, 64 Mi characters, the fast path, and the deployment's checks", () => {
    assert.deepStrictEqual(rest, {
      baseUrl: undefined,
      headers: {},
      maxSize: 64 * 1024 * 1024,
      fastPath: true,
      extraBody: undefined,
      checks: {}
    })
  })

  it("are 5 minutes to the first byte, 2 minutes between two reads, and no limit to the next event or in total", () => {
    assert.deepStrictEqual(millisOf(timeout), {
      firstByte: 5 * 60_000,
      idle: 2 * 60_000,
      nextEvent: Infinity,
      total: Infinity
    })
  })

  it("are the default policy of retries: within two minutes, and no wait of more than one", () => {
    assert.strictEqual(retry, RetryPolicy.defaultPolicy)
    assert.strictEqual(retry.schedule, RetryPolicy.defaultSchedule)
    assert.strictEqual(Duration.toMillis(retry.maxRetryAfter), 60_000)
    assert.strictEqual(Duration.toMillis(retry.maxElapsed), 120_000)
    for (const retryable of [false, true]) {
      const error = new MistralError.MistralError({
        operation: "Chat.complete",
        method: "POST",
        path: "/v1/chat/completions",
        reason: new MistralError.BadRequest({ status: retryable ? 408 : 400 })
      })
      assert.strictEqual(retry.while(error), retryable)
    }
  })

  it("are laid under what is set, each limit by itself", () => {
    const resolved = (over: RequestOptions.RequestOptions) =>
      millisOf(RequestOptions.resolve(RequestOptions.defaults, over).timeout)
    const limits = millisOf(timeout)
    assert.deepStrictEqual(resolved({}), limits)
    assert.deepStrictEqual(resolved({ timeout: { firstByte: "1 second" } }), { ...limits, firstByte: 1000 })
    assert.deepStrictEqual(resolved({ timeout: { idle: 5 } }), { ...limits, idle: 5 })
    assert.deepStrictEqual(resolved({ timeout: { nextEvent: 5 } }), { ...limits, nextEvent: 5 })
    assert.deepStrictEqual(resolved({ timeout: { total: Duration.hours(1) } }), { ...limits, total: 3_600_000 })
    assert.strictEqual(RequestOptions.resolve(RequestOptions.defaults, undefined), RequestOptions.defaults)
  })

  for (const [way, call] of Object.entries(bothWays)) {
    it.effect(`let a response come after 4 minutes (${way})`, () =>
      within(call(), "4 minutes").pipe(
        Effect.provide(clientOver((request) => ({ ...goodResponse(request), delay: Duration.minutes(4) })))
      ))

    it.effect(`end a call that has no first byte within 5 minutes (${way})`, () =>
      Effect.gen(function*() {
        const calling = yield* Effect.forkChild(Effect.flip(call()), { startImmediately: true })
        yield* TestClock.adjust(5 * 60_000 - 1)
        assert.isUndefined(calling.pollUnsafe())
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(limitOf(yield* endedBy(calling)), ["firstByte", 5 * 60_000])
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver([silent]))))
  }

  it.effect("let a stream pause for just under 2 minutes, and no longer", () =>
    Effect.gen(function*() {
      yield* within(bothWays.streamed(), "1 hour")
      assert.deepStrictEqual(limitOf(yield* within(Effect.flip(bothWays.streamed()), "1 hour")), ["idle", 2 * 60_000])
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.sse(chunks, { pause: 2 * 60_000 - 1 }),
      ScriptedHttpClient.sse(chunks, { pause: 2 * 60_000 + 1 })
    ]))))
})

describe("a time limit", () => {
  const limits: Record<MistralError.Timeout["phase"], ScriptedHttpClient.Answer> = {
    firstByte: silent,
    idle: ScriptedHttpClient.bytes(["data: "], { headers: eventStream, ending: "hang" }),
    nextEvent: ScriptedHttpClient.bytes(Array.from({ length: 100 }, () => ": still there\n\n"), {
      headers: eventStream,
      pause: "100 millis"
    }),
    total: ScriptedHttpClient.bytes(Array.from({ length: 100 }, () => ": still there\n\n"), {
      headers: eventStream,
      pause: "100 millis"
    })
  }
  for (const [phase, answer] of Object.entries(limits)) {
    it.effect(`ends each of two calls that are made one after the other: ${phase}`, () =>
      Effect.gen(function*() {
        const call = Effect.flip(bothWays.streamed({ timeout: { [phase]: "1 second" } }))
        const errors = yield* within(Effect.all([call, call]), "2 seconds")
        assert.deepStrictEqual(errors.map(limitOf), [[phase, 1000], [phase, 1000]])
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver(() => answer))))

    it.effect(`ends each of two calls that are made at once, at its own time: ${phase}`, () =>
      Effect.gen(function*() {
        const call = (total: number) =>
          Effect.forkChild(Effect.flip(bothWays.streamed({ timeout: { [phase]: total } })), { startImmediately: true })
        const [late, early] = [yield* call(3000), yield* call(1000)]
        yield* TestClock.adjust("1 second")
        assert.deepStrictEqual(limitOf(yield* endedBy(early)), [phase, 1000])
        yield* TestClock.adjust(1999)
        assert.isUndefined(late.pollUnsafe())
        yield* TestClock.adjust(1)
        assert.deepStrictEqual(limitOf(yield* endedBy(late)), [phase, 3000])
      }).pipe(Effect.provide(clientOver(() => answer))))

    it.effect(`is taken from the call before the client, and holds for each call alone: ${phase}`, () =>
      Effect.gen(function*() {
        const ended = (options?: MistralClient.CallOptions) =>
          Effect.map(within(Effect.flip(bothWays.streamed(options)), "3 seconds"), limitOf)
        assert.deepStrictEqual(yield* ended(), [phase, 2000])
        assert.deepStrictEqual(yield* ended({ timeout: { [phase]: "1 second" } }), [phase, 1000])
        assert.deepStrictEqual(yield* ended({ timeout: { [phase]: "3 seconds" } }), [phase, 3000])
        assert.deepStrictEqual(yield* ended({ timeout: {} }), [phase, 2000])
      }).pipe(Effect.provide(clientOver(() => answer, { timeout: { [phase]: "2 seconds" } }))))
  }

  for (const [way, call] of Object.entries(bothWays)) {
    it.effect(`ends a call that is made in the moment in which another ended (${way})`, () =>
      Effect.gen(function*() {
        const calls = Effect.andThen(call(), Effect.flip(call()))
        const error = yield* within(calls, "1 second")
        assert.deepStrictEqual(limitOf(error), ["firstByte", 1000])
        assert.strictEqual(yield* open, 0)
      }).pipe(
        Effect.provide(clientOver((request, index) => index === 0 ? goodResponse(request) : silent, {
          timeout: { firstByte: "1 second" }
        }))
      ))

    it.effect(`ends a call that is made in the moment in which another was refused (${way})`, () =>
      Effect.gen(function*() {
        const error = yield* within(Effect.andThen(Effect.flip(call()), Effect.flip(call())), "1 second")
        assert.deepStrictEqual(limitOf(error), ["firstByte", 1000])
      }).pipe(
        Effect.provide(clientOver([ScriptedHttpClient.json({}, { status: 400 }), silent], {
          timeout: { firstByte: "1 second" }
        }))
      ))
  }

  it.effect("ends a call also where the clock is between two milliseconds", () =>
    Effect.gen(function*() {
      for (let call = 0; call < 200; call++) {
        yield* TestClock.adjust(Math.abs(Math.sin(call)) * 10)
        const error = yield* within(Effect.flip(bothWays.streamed({ timeout: { firstByte: 1000 } })), 1001)
        assert.deepStrictEqual(limitOf(error), ["firstByte", 1000])
      }
    }).pipe(Effect.provide(clientOver(() => silent))))

  it.effect("to the first byte is counted anew in each attempt", () =>
    Effect.gen(function*() {
      const error = yield* within(Effect.flip(listModels()), "3 seconds")
      assert.deepStrictEqual(limitOf(error), ["firstByte", 1000])
      assert.lengthOf(yield* requests, 3)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver(() => silent, {
      timeout: { firstByte: "1 second" },
      retry: RetryPolicy.make({ schedule: Schedule.recurs(2) })
    }))))

  it.effect("in total is not counted anew in each attempt, and the last attempt is cut short by it", () =>
    Effect.gen(function*() {
      const error = yield* within(Effect.flip(listModels()), "2500 millis")
      assert.deepStrictEqual(limitOf(error), ["total", 2500])
      assert.lengthOf(yield* requests, 3)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver(() => silent, {
      timeout: { firstByte: "1 second", total: "2500 millis" },
      retry: RetryPolicy.make({ schedule: Schedule.recurs(9) })
    }))))

  it.effect("that has expired fails with the request id and the number of chunks that came", () =>
    Effect.gen(function*() {
      const error = yield* within(Effect.flip(bothWays.streamed({ timeout: { idle: "1 second" } })), "1 second")
      assert.isTrue(error.reason._tag === "Timeout" && error.reason.chunks === 2)
      assert.strictEqual(error.requestId, "id-1")
      assert.isTrue(error.isRetryable)
      assert.include(error.message, "id-1")
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.sse(chunks.slice(0, 2), {
        done: false,
        ending: "hang",
        headers: { "x-request-id": "id-1" }
      })
    ]))))
})

describe("a response that comes in small pieces", () => {
  const piecesOf = (text: string) => text.match(/[^]{1,20}/g) ?? []
  const responses: Record<keyof typeof bothWays, ScriptedHttpClient.Answer> = {
    whole: ScriptedHttpClient.bytes(piecesOf(JSON.stringify(TestCompletion.response("a b c"))), { pause: 900 }),
    streamed: ScriptedHttpClient.bytes(
      piecesOf(`${chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`).join("")}data: [DONE]\n\n`),
      { headers: eventStream, pause: 900 }
    )
  }
  for (const way of ["whole", "streamed"] as const) {
    it.effect(`is idle only between two pieces, whatever the pieces hold (${way})`, () =>
      Effect.gen(function*() {
        yield* within(bothWays[way]({ timeout: { idle: "1 second" } }), "10 minutes")
        const error = yield* within(Effect.flip(bothWays[way]({ timeout: { idle: 899 } })), "10 minutes")
        assert.deepStrictEqual(limitOf(error), ["idle", 899])
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver(() => responses[way]))))
  }
})

describe("a reader that is slower than the limits", () => {
  const slow = (options: MistralClient.CallOptions) =>
    Effect.gen(function*() {
      let read = 0
      yield* Stream.runForEach(stream(options), () =>
        Effect.andThen(Effect.sleep("3 seconds"), Effect.sync(() => read++)))
      return read
    })

  it.effect("between two reads does not fail as if the server were idle", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* within(slow({ timeout: { idle: "1 second" } }), "1 minute"), chunks.length)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.sse(chunks)))))

  it.effect("to the first byte does not fail as if none had come", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* within(slow({ timeout: { firstByte: "1 second" } }), "1 minute"), chunks.length)
    }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.sse(chunks)))))

  it.effect("fails where the server is idle while the reader waits", () =>
    Effect.gen(function*() {
      const error = yield* within(Effect.flip(slow({ timeout: { idle: "1 second" } })), "1 minute")
      assert.deepStrictEqual(limitOf(error), ["idle", 1000])
    }).pipe(Effect.provide(clientOver([ScriptedHttpClient.sse(chunks, { done: false, ending: "hang" })]))))

  it.effect("fails where the time of the whole call is over", () =>
    Effect.gen(function*() {
      const error = yield* within(Effect.flip(slow({ timeout: { total: "7 seconds" } })), "1 minute")
      assert.deepStrictEqual(limitOf(error), ["total", 7000])
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.sse(chunks)))))
})

describe("a call that is over", () => {
  const ends: Record<
    string,
    readonly [ScriptedHttpClient.Answer, Effect.Effect<unknown, unknown, MistralClient.MistralClient>]
  > = {
    "when it is complete": [ScriptedHttpClient.json(modelList), listModels()],
    "when its stream has ended": [ScriptedHttpClient.sse(chunks), bothWays.streamed()],
    "when its reader has stopped": [
      ScriptedHttpClient.sse(chunks, { done: false, ending: "hang" }),
      Stream.runDrain(Stream.take(stream(), 1))
    ],
    "when it was refused": [ScriptedHttpClient.json({}, { status: 400 }), Effect.flip(listModels())],
    "when its connection has failed": [ScriptedHttpClient.connectionError(), Effect.flip(listModels())],
    "when its connection was lost": [
      ScriptedHttpClient.sse(chunks, { done: false, ending: "fail" }),
      Effect.flip(bothWays.streamed())
    ],
    "when it does not fit": [ScriptedHttpClient.text("not JSON"), Effect.flip(listModels())]
  }
  for (const [when, [answer, call]] of Object.entries(ends)) {
    it.effect(`has no timer left ${when}`, () =>
      Effect.gen(function*() {
        const { clock, sleeping } = yield* countingClock
        yield* within(Effect.provideService(call, Clock.Clock, clock), 0)
        for (let turn = 0; turn < 5; turn++) yield* Effect.yieldNow
        assert.strictEqual(sleeping(), 0)
      }).pipe(Effect.provide(clientOver([answer]))))
  }

  it.effect("has no timer left when it was interrupted, before and after its first byte", () =>
    Effect.gen(function*() {
      const { clock, sleeping } = yield* countingClock
      for (let call = 0; call < 2; call++) {
        const calling = yield* Effect.forkChild(Effect.provideService(bothWays.streamed(), Clock.Clock, clock), {
          startImmediately: true
        })
        yield* TestClock.adjust("1 second")
        assert.isAtLeast(sleeping(), 1)
        yield* Fiber.interrupt(calling)
        for (let turn = 0; turn < 5; turn++) yield* Effect.yieldNow
        assert.strictEqual(sleeping(), 0)
      }
    }).pipe(Effect.provide(clientOver([
      silent,
      ScriptedHttpClient.sse(chunks, { done: false, ending: "hang" })
    ]))))

  it.live("lets its program end by itself", () =>
    Effect.gen(function*() {
      const program = fileURLToPath(new URL("fixtures/oneCall.ts", import.meta.url))
      const over = yield* Deferred.make<void>()
      const ended = yield* Deferred.make<number | null>()
      yield* Effect.acquireRelease(
        Effect.sync(() => {
          const child = spawn(process.execPath, ["--conditions=@effect-mistral/source", program], {
            stdio: ["ignore", "pipe", "inherit"]
          })
          child.stdout.once("data", () => Deferred.doneUnsafe(over, Effect.void))
          child.once("exit", (code) => Deferred.doneUnsafe(ended, Effect.succeed(code)))
          return child
        }),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
      yield* Effect.raceFirst(Deferred.await(over), Deferred.await(ended))
      const code = yield* Effect.timeoutOrElse(Deferred.await(ended), {
        duration: "2 seconds",
        orElse: () => Effect.die(new Error("the program still runs 2 seconds after its call"))
      })
      assert.strictEqual(code, 0)
    }).pipe(Effect.scoped))
})

const millisOf = ({ firstByte, idle, nextEvent, total }: RequestOptions.Resolved["timeout"]) => ({
  firstByte: Duration.toMillis(firstByte),
  idle: Duration.toMillis(idle),
  nextEvent: Duration.toMillis(nextEvent),
  total: Duration.toMillis(total)
})

/** The limit that ran out, and its length in milliseconds. */
const limitOf = ({ reason }: MistralError.MistralError) =>
  reason._tag === "Timeout" ? [reason.phase, Duration.toMillis(reason.duration)] : [reason._tag]

/** The test's clock, and how many sleeps there are on it that have neither ended nor been interrupted. */
const countingClock = Effect.map(Clock.Clock, (clock) => {
  let sleeping = 0
  const counting: Clock.Clock = {
    currentTimeMillisUnsafe: () => clock.currentTimeMillisUnsafe(),
    currentTimeMillis: clock.currentTimeMillis,
    monotonicTimeNanosUnsafe: () => clock.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: clock.monotonicTimeNanos,
    currentTimeNanosUnsafe: () => clock.currentTimeNanosUnsafe(),
    currentTimeNanos: clock.currentTimeNanos,
    sleep: (duration) =>
      Effect.suspend(() => {
        sleeping++
        return Effect.ensuring(clock.sleep(duration), Effect.sync(() => sleeping--))
      })
  }
  return { clock: counting, sleeping: () => sleeping }
})
