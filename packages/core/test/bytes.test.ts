/** Responses that are bytes: what the stream gives, how it ends, and what is closed with it. */
import { Metrics, type MistralClient, type MistralError, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Metric, Pull, Schedule, Stream } from "effect"
import { TestClock } from "effect/testing"
import { content, decode, encode } from "./fixtures/files.ts"
import { apiKey, clientOver, endedBy, open, requests, within } from "./fixtures/scriptedClient.ts"
import { failure } from "./fixtures/scriptedServer.ts"
import { recorder, spanOf } from "./fixtures/spans.ts"

const { bytes, json } = ScriptedHttpClient

const textOf = (options?: MistralClient.CallOptions) =>
  Effect.map(Stream.runCollect(content(options)), (pieces) => pieces.map(decode).join(""))

/** What a stream gave before it ended, and the error that ended it. */
const upTo = <E, R>(stream: Stream.Stream<Uint8Array, E, R>) =>
  Effect.gen(function*() {
    const read: Array<string> = []
    const error = yield* Effect.flip(Stream.runForEach(stream, (piece) => Effect.sync(() => read.push(decode(piece)))))
    return { read: read.join(""), error }
  })

const retry = RetryPolicy.make({ schedule: Schedule.recurs(2) })

describe("the bytes of a response", () => {
  it.effect("are given as they are, whatever they contain and however they were cut", () =>
    Effect.gen(function*() {
      const all = Uint8Array.from({ length: 256 }, (_, at) => at)
      const pieces = yield* Stream.runCollect(content())
      assert.deepStrictEqual([...pieces].flatMap((piece) => [...piece]), [...all])
      const [sent] = yield* requests
      assert.deepInclude(sent!, { method: "GET", path: "/v1/things/t1/content", body: undefined })
      assert.deepInclude(sent!.headers, { accept: "application/octet-stream", authorization: `Bearer ${apiKey}` })
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([
      bytes([0, 1, 128, 255].map((at, index, cuts) =>
        Uint8Array.from({ length: (cuts[index + 1] ?? 256) - at }, (_, n) => at + n)
      ))
    ]))))

  it.effect("are none where the body is empty", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* textOf(), "")
      assert.strictEqual(yield* textOf(), "")
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([bytes([]), bytes([], { status: 204 })]))))

  it.effect("are requested when the stream is pulled, and anew each time that it runs", () =>
    Effect.gen(function*() {
      const stream = content()
      assert.lengthOf(yield* requests, 0)
      const read = Stream.runCollect(stream)
      yield* read
      yield* read
      assert.lengthOf(yield* requests, 2)
    }).pipe(Effect.provide(clientOver(() => bytes(["abc"])))))

  it.effect("may look like JSON or an event stream, and are not interpreted", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* textOf(), "{\"object\":\"error\",\"message\":\"no\"}")
      assert.strictEqual(yield* textOf(), "data: [DONE]\n\nmore")
    }).pipe(Effect.provide(clientOver([
      json({ object: "error", message: "no" }),
      bytes(["data: [DONE]\n\nmore"], { headers: { "content-type": "text/event-stream" } })
    ]))))

  const statuses: ReadonlyArray<readonly [status: number, body: unknown, tag: string, message: string]> = [
    [401, { detail: "Unauthorized" }, "Authentication", "Unauthorized"],
    [404, { detail: "No file matches the given query." }, "NotFound", "No file matches the given query."],
    [422, { detail: [{ loc: ["path", "file_id"], msg: "not a uuid", type: "x" }] }, "Validation", "not a uuid"],
    [302, {}, "", ""],
    [500, "<html>", "ServerError", ""]
  ]
  for (const [status, body, tag, message] of statuses) {
    it.effect(`fail with the reason of a ${status}`, () =>
      Effect.gen(function*() {
        const error = yield* failure(textOf({ retry: RetryPolicy.none }))
        assert.strictEqual(error.status, status)
        if (tag !== "") assert.strictEqual(error.reason._tag, tag)
        assert.include(error.message, message)
        assert.strictEqual(yield* open, 0)
        assert.lengthOf(yield* requests, 1)
      }).pipe(Effect.provide(clientOver([
        typeof body === "string" ? bytes([body], { status }) : json(body, { status, headers: { location: "/x" } })
      ]))))
  }

  it.effect("are requested again after a 429, a 503 and a lost connection, before the first byte", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* within(textOf({ retry: RetryPolicy.make({ schedule: Schedule.recurs(3) }) }), 1), "abc")
      assert.lengthOf(yield* requests, 4)
    }).pipe(Effect.provide(clientOver([
      json({}, { status: 429 }),
      json({}, { status: 503 }),
      ScriptedHttpClient.connectionError(new Error("ECONNRESET")),
      bytes(["a", "bc"])
    ]))))

  it.effect("end with ConnectionLost where the download is cut, after all that came, and are not requested again", () =>
    Effect.gen(function*() {
      const { error, read } = yield* upTo(content({ retry }))
      assert.strictEqual(read, "abcd")
      assert.isTrue(error.reason._tag === "ConnectionLost" && error.reason.chunks === 2)
      assert.lengthOf(yield* requests, 1)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([bytes(["ab", "cd"], { ending: "fail" }), bytes(["abcd"])]))))

  it.effect("may take any time in all, and none of them longer than the idle limit", () =>
    Effect.gen(function*() {
      const timeout = { idle: "10 seconds", nextEvent: "1 second" } as const
      const fiber = yield* Effect.forkChild(upTo(content({ timeout })))
      yield* TestClock.adjust("27 seconds")
      yield* TestClock.adjust("10 seconds")
      const { error, read } = yield* endedBy(fiber)
      assert.strictEqual(read, "abcd")
      assert.isTrue(error.reason._tag === "Timeout" && error.reason.phase === "idle")
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver([bytes(["a", "b", "c", "d"], { pause: "9 seconds", ending: "hang" })]))))

  it.effect("have no idle time while their reader is busy", () =>
    Effect.gen(function*() {
      const read = Stream.runForEach(content({ timeout: { idle: "1 second" } }), () => Effect.sleep("1 hour"))
      const fiber = yield* Effect.forkChild(read)
      yield* TestClock.adjust("3 hours")
      yield* endedBy(fiber)
    }).pipe(Effect.provide(clientOver([bytes(["a", "b", "c"])]))))

  it.effect("close the connection where their reader has enough, fails or is interrupted", () =>
    Effect.gen(function*() {
      yield* Stream.runDrain(Stream.take(content(), 1))
      assert.strictEqual(yield* open, 0)
      yield* Effect.exit(Stream.runForEach(content(), () => Effect.fail("enough")))
      assert.strictEqual(yield* open, 0)
      const fiber = yield* Effect.forkChild(Stream.runDrain(content()), { startImmediately: true })
      yield* TestClock.adjust(1)
      assert.strictEqual(yield* open, 1)
      yield* Fiber.interrupt(fiber)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver(() => bytes(["a", "b"], { ending: "hang" })))))

  it.effect("are not lost by a pull that is interrupted", () =>
    Effect.scoped(Effect.gen(function*() {
      const pull = yield* Stream.toPull(content())
      const read: Array<string> = []
      const next = Effect.map(pull, (pieces) => read.push(...pieces.map(decode)))
      yield* next
      for (let i = 0; i < 5; i++) {
        const fiber = yield* Effect.forkChild(next, { startImmediately: true })
        yield* TestClock.adjust(400)
        yield* Fiber.interrupt(fiber)
      }
      const rest = yield* Effect.forkChild(Effect.exit(Effect.forever(next)))
      yield* TestClock.adjust("10 seconds")
      const exit: Exit.Exit<unknown, unknown> = yield* endedBy(rest)
      assert.isTrue(Exit.isFailure(exit) && Pull.isDoneCause(exit.cause))
      assert.strictEqual(read.join(""), "abcdef")
      assert.lengthOf(yield* requests, 1)
    })).pipe(Effect.provide(clientOver([bytes([..."abcdef"], { pause: "1 second" })]))))

  it.effect("are no longer than the longest whole response that a program allows, which does not limit them", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* textOf({ maxSize: 2 })).length, 5)
    }).pipe(Effect.provide(clientOver([bytes(["abcde"])]))))

  it.effect("leak no key where the transport quotes it", () =>
    Effect.gen(function*() {
      const error: MistralError.MistralError = yield* failure(textOf())
      assert.strictEqual(error.reason._tag, "ConnectionFailed")
      for (const text of [error.message, String(error), JSON.stringify(error)]) assert.notInclude(text, apiKey)
    }).pipe(Effect.provide(clientOver([
      ScriptedHttpClient.connectionError(new Error(`cannot send authorization: Bearer ${apiKey}`))
    ]))))

  it.effect("are requested with valid parameters only", () =>
    Effect.gen(function*() {
      const { reason } = yield* failure(textOf({ params: { thing_id: ".." } }))
      assert.strictEqual(reason._tag, "InvalidRequest")
      assert.lengthOf(yield* requests, 0)
    }).pipe(Effect.provide(clientOver([]))))
})

describe("the telemetry of bytes", () => {
  const attributes = {
    "gen_ai.provider.name": "mistral_ai",
    "server.address": "api.mistral.ai",
    "server.port": 443,
    "mistral_ai.operation": "Things.content"
  }

  it.effect("is one span over the whole stream, with the head of the response and without metrics", () =>
    Effect.gen(function*() {
      const { spans, tracer } = recorder()
      const fiber = yield* Effect.forkChild(Effect.withTracer(Stream.runDrain(content()), tracer))
      yield* TestClock.adjust("1 second")
      assert.strictEqual(spans[0]!.status._tag, "Started")
      yield* TestClock.adjust("1 second")
      yield* endedBy(fiber)
      assert.lengthOf(spans, 1)
      assert.deepInclude(spans[0], { name: "Things.content", kind: "client" })
      assert.strictEqual(spans[0]!.status._tag, "Ended")
      assert.deepStrictEqual(Object.fromEntries(spans[0]!.attributes), {
        ...attributes,
        "http.response.status_code": 200,
        "mistral_ai.request.id": "r1"
      })
      const names: ReadonlyArray<string> = Object.values(Metrics).map(({ id }) => id)
      assert.lengthOf((yield* Metric.snapshot).filter(({ id }) => names.includes(id)), 0)
    }).pipe(
      Effect.provide(clientOver([
        bytes(["a", "b", "c"], { pause: "1 second", headers: { "x-request-id": "r1" } })
      ])),
      Effect.provideService(Metric.MetricRegistry, new Map())
    ))

  it.effect("has the error of a download that is cut, and its retries", () =>
    Effect.gen(function*() {
      const cut = yield* spanOf(within(textOf({ retry }), 1))
      assert.deepInclude(cut.attributes, { "error.type": "ConnectionLost", "http.request.resend_count": 1 })
    }).pipe(Effect.provide(clientOver([json({}, { status: 503 }), bytes(["a secret question"], { ending: "fail" })]))))

  it.effect("gives the head of the response to onResponse before the first byte", () =>
    Effect.gen(function*() {
      const seen: Array<unknown> = []
      const onResponse: NonNullable<MistralClient.CallOptions["onResponse"]> = ({ status }) =>
        Effect.sync(() => seen.push(status))
      yield* Stream.runForEach(content({ onResponse }), (piece) => Effect.sync(() => seen.push(decode(piece))))
      assert.deepStrictEqual(seen, [200, "ab"])
    }).pipe(Effect.provide(clientOver([bytes([encode("ab")])]))))
})
