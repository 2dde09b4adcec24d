/** Fetching and judging many events: in order, with limited concurrency, and with backpressure. */
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ChatCompletionEvents, ErrorCode } from "@effect-mistral/observability"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Fiber, Layer, Result, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import { definition, event, output } from "./fixtures/resources.ts"
import { failure, requests, scripted } from "./fixtures/services.ts"

const ids = (length: number) => Array.from({ length }, (_, i) => `e${i}`)

const idOf = (path: string): string => path.split("/")[4]!

describe("judgeAll", () => {
  it.effect("gives a result for each of 1,000 events, in their order, eight at once, failures as values", () => {
    const { inFlight, layer } = counted((request) => {
      const number = Number(idOf(request.path).slice(1))
      if (number % 10 === 3) {
        return ScriptedHttpClient.json({
          detail: { message: "no such format", error_code: "JUDGE_CONVERSATION_FORMAT_ERROR" }
        }, { status: 400, delay: "30 millis" })
      }
      if (number % 10 === 7) return ScriptedHttpClient.connectionError(new Error("reset"), { delay: "10 millis" })
      // Of eight concurrent requests, the later ones complete first.
      return ScriptedHttpClient.json(output, { delay: 100 - number % 8 * 10 })
    })
    return Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(
        Stream.runCollect(ChatCompletionEvents.judgeAll(ids(1000), definition, { retry: RetryPolicy.none }))
      )
      yield* TestClock.adjust("10 minutes")
      const judged = yield* Fiber.join(fiber)
      assert.deepStrictEqual(judged.map(({ eventId }) => eventId), ids(1000))
      judged.forEach(({ result }, number) => {
        const said = Result.match(result, {
          onSuccess: ({ answer }) => answer,
          onFailure: (error) => ErrorCode.of(error) ?? error.reason._tag
        })
        const expected = number % 10 === 3
          ? "JUDGE_CONVERSATION_FORMAT_ERROR"
          : number % 10 === 7
          ? "ConnectionFailed"
          : "good"
        assert.strictEqual(said, expected, `e${number}`)
      })
      assert.strictEqual(inFlight.most, 8)
      assert.strictEqual((yield* requests).length, 1000)
    }).pipe(Effect.provide(layer))
  })

  it.effect("takes an id that no path can have for an event that cannot be judged", () =>
    Effect.gen(function*() {
      const judged = yield* Stream.runCollect(ChatCompletionEvents.judgeAll(["..", "\ud800", "", "e1"], definition))
      const reasons = judged.map(({ result }) => Result.isFailure(result) ? result.failure.reason._tag : "judged")
      assert.deepStrictEqual(reasons, ["InvalidRequest", "InvalidRequest", "InvalidRequest", "judged"])
      assert.strictEqual((yield* requests).length, 1)
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(output)]))))

  it.effect("works on as many at once as it is told, and retries each by itself", () => {
    const { inFlight, layer } = counted((_, index) =>
      index < 3
        ? ScriptedHttpClient.json({}, { status: 503, delay: "1 second" })
        : ScriptedHttpClient.json(output, { delay: "1 second" })
    )
    return Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(
        Stream.runCollect(ChatCompletionEvents.judgeAll(ids(9), definition, { concurrency: 3 }))
      )
      yield* TestClock.adjust("1 minute")
      const judged = yield* Fiber.join(fiber)
      assert.deepStrictEqual(judged.map(({ result }) => result._tag), Array(9).fill("Success"))
      assert.strictEqual(inFlight.most, 3)
      assert.strictEqual((yield* requests).length, 12)
    }).pipe(Effect.provide(layer))
  })

  it.effect("pulls ids no further than it works, and stops when nobody reads on", () => {
    let pulled = 0
    const endless = Stream.map(Stream.iterate(0, (n) => n + 1), (n) => {
      pulled = n + 1
      return `e${n}`
    }).pipe(Stream.rechunk(1))
    return Effect.gen(function*() {
      const judged = yield* ChatCompletionEvents.judgeAll(endless, definition, { concurrency: 2 }).pipe(
        Stream.take(3),
        Stream.runCollect
      )
      assert.deepStrictEqual(judged.map(({ eventId }) => eventId), ["e0", "e1", "e2"])
      assert.isAtMost(pulled, 40)
      const asked = (yield* requests).length
      assert.isAtMost(asked, 40)
      yield* TestClock.adjust("1 minute")
      assert.strictEqual((yield* requests).length, asked)
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json(output))))
  })

  for (const concurrency of [1, 2, 8]) {
    it.effect(`ends with the error of its ids, after the results of those before it, ${concurrency} at once`, () =>
      Effect.gen(function*() {
        const seen: Array<string> = []
        const some = Stream.concat(Stream.make("e1", "e2", "e3"), Stream.fail(new NoMoreIds()))
        const judging = yield* ChatCompletionEvents.judgeAll(some, definition, { concurrency }).pipe(
          Stream.runForEach(({ eventId }) => Effect.sync(() => seen.push(eventId))),
          Effect.flip,
          Effect.forkChild
        )
        yield* TestClock.adjust("1 minute")
        assert.deepStrictEqual(yield* Fiber.join(judging), new NoMoreIds())
        assert.deepStrictEqual(seen, ["e1", "e2", "e3"])
      }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.json(output, { delay: "1 second" })))))
  }

  it.effect("is interrupted at once, and leaves no request open", () =>
    Effect.gen(function*() {
      const server = yield* ScriptedHttpClient.ScriptedHttpClient
      const fiber = yield* Effect.forkChild(Stream.runDrain(ChatCompletionEvents.judgeAll(ids(20), definition)))
      while ((yield* server.open) < 8) yield* Effect.yieldNow
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* server.open, 8)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* server.open, 0)
      assert.strictEqual((yield* requests).length, 8)
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.bytes(["{"], { ending: "hang" })))))

  it.effect("takes a text for one id", () =>
    Effect.gen(function*() {
      const judged = yield* Stream.runCollect(ChatCompletionEvents.judgeAll("e17", definition))
      assert.deepStrictEqual(judged.map(({ eventId }) => eventId), ["e17"])
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.json(output)]))))
})

describe("fetchAll", () => {
  it.effect("gives the events in the order of the ids, whichever comes first", () => {
    const { inFlight, layer } = counted((request) => {
      const id = idOf(request.path)
      return ScriptedHttpClient.json({ ...event, event_id: id }, { delay: 100 - Number(id.slice(1)) })
    })
    return Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(
        Stream.runCollect(ChatCompletionEvents.fetchAll(new Set(ids(50)), { concurrency: 5 }))
      )
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual((yield* Fiber.join(fiber)).map(({ event_id }) => event_id), ids(50))
      assert.strictEqual(inFlight.most, 5)
    }).pipe(Effect.provide(layer))
  })

  it.effect("fetches 8 events concurrently by default", () => {
    const { inFlight, layer } = counted((request) =>
      ScriptedHttpClient.json({ ...event, event_id: idOf(request.path) }, { delay: "1 second" })
    )
    return Effect.gen(function*() {
      const fiber = yield* Effect.forkChild(Stream.runDrain(ChatCompletionEvents.fetchAll(ids(20))))
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(inFlight.most, 8)
      yield* Fiber.join(fiber)
    }).pipe(Effect.provide(layer))
  })

  for (const concurrency of [1, 2, 8]) {
    it.effect(`ends with the first event that cannot be fetched, after those before it, ${concurrency} at once`, () =>
      Effect.gen(function*() {
        const server = yield* ScriptedHttpClient.ScriptedHttpClient
        const seen: Array<string> = []
        const fetching = yield* ChatCompletionEvents.fetchAll(ids(100), { concurrency }).pipe(
          Stream.runForEach(({ event_id }) => Effect.sync(() => seen.push(event_id))),
          failure,
          Effect.forkChild
        )
        yield* TestClock.adjust("1 minute")
        assert.strictEqual(ErrorCode.of(yield* Fiber.join(fetching)), "SEARCH_NOT_FOUND")
        assert.deepStrictEqual(seen, ["e0", "e1"])
        // The concurrent requests are cancelled.
        assert.isAtMost((yield* requests).length, 2 + 2 * concurrency)
        assert.strictEqual(yield* server.open, 0)
      }).pipe(Effect.provide(scripted((request) => {
        const id = idOf(request.path)
        return id === "e2"
          ? ScriptedHttpClient.json({ detail: { message: "gone", error_code: "SEARCH_NOT_FOUND" } }, { status: 404 })
          : ScriptedHttpClient.json({ ...event, event_id: id }, { delay: id < "e2" ? "1 second" : "1 hour" })
      }))))
  }
})

class NoMoreIds extends Data.TaggedError("NoMoreIds") {}

/** A scripted server that counts its concurrent requests. */
function counted(script: (request: ScriptedHttpClient.SeenRequest, index: number) => ScriptedHttpClient.Answer) {
  const inFlight = { now: 0, most: 0 }
  const { client, service } = ScriptedHttpClient.make(script)
  const counting = HttpClient.make((request) =>
    Effect.acquireUseRelease(
      Effect.sync(() => {
        inFlight.most = Math.max(inFlight.most, ++inFlight.now)
      }),
      () => client.execute(request),
      () => Effect.sync(() => inFlight.now--)
    )
  )
  const layer = ChatCompletionEvents.layer.pipe(
    Layer.provide(MistralClient.layer({})),
    Layer.provide(Layer.succeed(HttpClient.HttpClient, counting)),
    Layer.merge(Layer.succeed(ScriptedHttpClient.ScriptedHttpClient, service))
  )
  return { inFlight, layer }
}
