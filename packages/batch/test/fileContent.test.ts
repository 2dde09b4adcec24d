import { Files } from "@effect-mistral/batch"
import { MistralClient, type RequestOptions, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Exit, Fiber, Layer, Pull, Schedule, Stream, Tracer } from "effect"
import { TestClock } from "effect/testing"

const fileId = "6a2b1c5e-6f1f-4a55-9d5b-0a4d5a3a8f11"
const atOnce = RetryPolicy.make({ schedule: Schedule.recurs(4) })

describe("Files.content", () => {
  it.effect("streams the bytes of a file", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.strictEqual(yield* text(Files.content(fileId)), "one two three")
      const [request] = yield* requests
      assert.strictEqual(request!.method, "GET")
      assert.strictEqual(request!.path, `/v1/files/${fileId}/content`)
      assert.strictEqual(request!.headers["accept"], "application/octet-stream")
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.bytes(["one ", "two ", "three"])]))))

  it.effect("gives nothing for an empty file", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* Stream.runCollect(Files.content(fileId)), [])
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.bytes([])]))))

  it.effect("goes on after a lost connection where it was, and gives no byte twice", () =>
    Effect.gen(function*() {
      const { open, requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      assert.strictEqual(yield* text(Files.content(fileId, { retry: atOnce })), "one two three")
      assert.strictEqual((yield* requests).length, 3)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.bytes(["one t"], { ending: "fail" }),
      ScriptedHttpClient.bytes(["o", "ne", " two", " "], { ending: "fail" }),
      ScriptedHttpClient.bytes(["one two three"])
    ]))))

  it.effect("gives the bytes before a lost connection before it requests the others", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const [first] = yield* Stream.runCollect(Stream.take(Files.content(fileId), 1))
      assert.strictEqual(decode(first!), "one ")
      assert.strictEqual((yield* requests).length, 1)
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.bytes(["one "], { ending: "fail" })]))))

  it.effect("waits between its requests as the policy says, and obeys Retry-After", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const retry = RetryPolicy.make({ schedule: Schedule.spaced("10 seconds") })
      const fiber = yield* Effect.forkChild(text(Files.content(fileId, { retry })))
      yield* TestClock.adjust("9 seconds")
      assert.strictEqual((yield* requests).length, 1)
      yield* TestClock.adjust("1 seconds")
      assert.strictEqual((yield* requests).length, 2)
      yield* TestClock.adjust("29 seconds")
      assert.strictEqual((yield* requests).length, 2)
      yield* TestClock.adjust("3 seconds")
      assert.strictEqual(yield* Fiber.join(fiber), "one two")
      assert.strictEqual((yield* requests).length, 3)
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.bytes(["one "], { ending: "fail" }),
      ScriptedHttpClient.json({ message: "busy" }, { status: 503, headers: { "retry-after": "30" } }),
      ScriptedHttpClient.bytes(["one two"])
    ]))))

  it.effect("gives up after as many failures in a row as the policy allows", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const pieces: Array<string> = []
      const error = yield* Effect.flip(Stream.runForEach(
        Files.content(fileId, { retry: atOnce }),
        (piece) => Effect.sync(() => pieces.push(decode(piece)))
      ))
      assert.strictEqual(error.reason._tag, "ConnectionLost")
      assert.deepStrictEqual(pieces, ["one "])
      assert.strictEqual((yield* requests).length, 5)
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.bytes(["one "], { ending: "fail" })))))

  it.effect("counts the failures anew after each new byte", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const bytes = yield* Stream.runCollect(Files.content(fileId, { retry: atOnce }))
      assert.strictEqual(bytes.length, 50)
      assert.strictEqual((yield* requests).length, 50)
    }).pipe(Effect.provide(scripted((_, index) =>
      ScriptedHttpClient.bytes(["x".repeat(index + 1)], { ending: index < 49 ? "fail" : "end" })
    ))))

  it.effect("fails as the request does that is sent again, where that helps nothing", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const error = yield* Effect.flip(text(Files.content(fileId, { retry: atOnce })))
      assert.strictEqual(error.reason._tag, "NotFound")
      assert.strictEqual((yield* requests).length, 2)
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.bytes(["one "], { ending: "fail" }),
      ScriptedHttpClient.json({ message: "deleted" }, { status: 404 })
    ]))))

  it.effect("does not multiply the retries of the request that is sent again", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const error = yield* Effect.flip(text(Files.content(fileId, { retry: atOnce })))
      assert.strictEqual(error.status, 503)
      assert.strictEqual((yield* requests).length, 6)
    }).pipe(Effect.provide(scripted((_, index) =>
      index === 0
        ? ScriptedHttpClient.bytes(["one "], { ending: "fail" })
        : ScriptedHttpClient.json({}, { status: 503 })
    ))))

  it.effect("is not resumed with `resume: false`, nor without a retry policy", () =>
    Effect.forEach(
      [{ resume: false, retry: atOnce }, { retry: RetryPolicy.none }],
      (options) =>
        Effect.gen(function*() {
          const { open, requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          const error = yield* Effect.flip(text(Files.content(fileId, options)))
          assert.strictEqual(error.reason._tag, "ConnectionLost")
          assert.strictEqual(error.chunks, 1)
          assert.strictEqual((yield* requests).length, 1)
          assert.strictEqual(yield* open, 0)
        }).pipe(Effect.provide(scripted([ScriptedHttpClient.bytes(["one "], { ending: "fail" })])))
    ))

  it.effect("takes the retry policy of the call, of the service, then of the client", () =>
    Effect.gen(function*() {
      const limited = (times: number) => ({ retry: RetryPolicy.make({ schedule: Schedule.recurs(times) }) })
      const cases: ReadonlyArray<readonly [RequestOptions.RequestOptions, RequestOptions.RequestOptions, number]> = [
        [{}, {}, 2],
        [{}, limited(3), 4],
        [limited(5), limited(3), 6]
      ]
      for (const [call, service, expected] of cases) {
        yield* Effect.gen(function*() {
          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          yield* Effect.flip(text(Files.content(fileId, call)))
          assert.strictEqual((yield* requests).length, expected)
        }).pipe(Effect.provide(
          Files.layerOptions(service).pipe(
            Layer.provide(MistralClient.layer(limited(1))),
            Layer.provideMerge(ScriptedHttpClient.layer(() => ScriptedHttpClient.bytes(["one "], { ending: "fail" })))
          )
        ))
      }
    }))

  it.effect("is resumed after an idle connection, too", () =>
    Effect.gen(function*() {
      const { open } = yield* ScriptedHttpClient.ScriptedHttpClient
      const fiber = yield* Effect.forkChild(
        text(Files.content(fileId, { retry: atOnce, timeout: { idle: "5 seconds" } }))
      )
      yield* TestClock.adjust("6 seconds")
      assert.strictEqual(yield* Fiber.join(fiber), "one two")
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.bytes(["one "], { ending: "hang" }),
      ScriptedHttpClient.bytes(["one two"])
    ]))))

  it.effect("restarts the idle limit with each piece that it leaves out", () =>
    Effect.gen(function*() {
      const options = { retry: atOnce, timeout: { idle: "5 seconds" } } as const
      const fiber = yield* Effect.forkChild(text(Files.content(fileId, options)))
      yield* TestClock.adjust("1 minute")
      assert.strictEqual(yield* Fiber.join(fiber), "abcdefgh")
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.bytes(["abcdefg"], { ending: "fail" }),
      ScriptedHttpClient.bytes([..."abcdefgh"], { pause: "4 seconds" })
    ]))))

  it.effect("has one total limit for all its requests, their delays and its reader", () =>
    Effect.gen(function*() {
      const options = {
        retry: RetryPolicy.make({ schedule: Schedule.spaced("4 seconds") }),
        timeout: { total: "10 seconds" }
      } as const
      const fiber = yield* Effect.forkChild(Effect.flip(text(Files.content(fileId, options))))
      yield* TestClock.adjust("9999 millis")
      assert.isUndefined(fiber.pollUnsafe())
      yield* TestClock.adjust("1 millis")
      const error = yield* Fiber.join(fiber)
      assert.isTrue(error.reason._tag === "Timeout" && error.reason.phase === "total")
      assert.isTrue(error.reason._tag === "Timeout" && Duration.toSeconds(error.reason.duration) === 10)
    }).pipe(Effect.provide(scripted(() => ScriptedHttpClient.bytes(["one "], { ending: "fail" })))))

  it.effect("is not resumed where its total time is over", () =>
    Effect.gen(function*() {
      const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
      const options = { retry: atOnce, timeout: { total: "10 seconds" } } as const
      const fiber = yield* Effect.forkChild(Effect.flip(text(Files.content(fileId, options))))
      yield* TestClock.adjust("10 seconds")
      const { reason } = yield* Fiber.join(fiber)
      assert.isTrue(reason._tag === "Timeout" && reason.phase === "total")
      assert.strictEqual((yield* requests).length, 1)
    }).pipe(Effect.provide(scripted([ScriptedHttpClient.bytes(["one "], { ending: "hang" })]))))

  it.effect("fails where the file has another length when it is requested again", () =>
    Effect.gen(function*() {
      const length = (value: number) => ({ headers: { "content-length": `${value}` } })
      const cases = [
        [
          [
            ScriptedHttpClient.bytes(["one "], { ...length(7), ending: "fail" }),
            ScriptedHttpClient.bytes(["one three"], length(9))
          ],
          "7 bytes then, 9 now"
        ],
        [
          [ScriptedHttpClient.bytes(["one two"], { ending: "fail" }), ScriptedHttpClient.bytes(["one"])],
          "7 bytes then, 3 now"
        ],
        [
          [ScriptedHttpClient.bytes(["one two"], { ending: "fail" }), ScriptedHttpClient.bytes([])],
          "7 bytes then, 0 now"
        ]
      ] as const
      for (const [answers, message] of cases) {
        yield* Effect.gen(function*() {
          const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
          // Even by a policy that retries everything.
          const retry = RetryPolicy.make({ schedule: Schedule.recurs(4), while: () => true })
          const error = yield* Effect.flip(text(Files.content(fileId, { retry })))
          assert.isTrue(error.reason._tag === "InvalidResponse" && error.reason.kind === "changed")
          assert.include(error.message, message)
          assert.isFalse(error.isRetryable)
          assert.strictEqual((yield* requests).length, 2)
        }).pipe(Effect.provide(scripted(answers)))
      }
    }))

  it.effect("does not compare lengths of different content codings", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* text(Files.content(fileId, { retry: atOnce })), "one two")
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.bytes(["one "], { headers: { "content-length": "7" }, ending: "fail" }),
      ScriptedHttpClient.bytes(["one two"], { headers: { "content-length": "27", "content-encoding": "x-test" } })
    ]))))

  it.effect("loses nothing where a pull is interrupted at any time and begun again", () =>
    Effect.gen(function*() {
      for (let interruptAt = 0; interruptAt < 70; interruptAt += 2) {
        yield* Effect.gen(function*() {
          const retry = RetryPolicy.make({ schedule: Schedule.spaced("10 seconds") })
          const pull = yield* Stream.toPull(Files.content(fileId, { retry }))
          const first = yield* pull
          const waiting = yield* Effect.forkChild(pull)
          yield* TestClock.adjust(Duration.seconds(interruptAt))
          yield* Fiber.interrupt(waiting)
          const exit = yield* Fiber.await(waiting)
          const pieces = [...first, ...Exit.isSuccess(exit) ? exit.value : []]
          const rest = yield* Effect.forkChild(
            Effect.gen(function*() {
              for (;;) pieces.push(...(yield* pull))
            }).pipe(Pull.catchDone(() => Effect.void))
          )
          yield* TestClock.adjust("5 minutes")
          yield* Fiber.join(rest)
          assert.strictEqual(pieces.map(decode).join(""), "one two three", `interrupted after ${interruptAt} seconds`)
          const { open } = yield* ScriptedHttpClient.ScriptedHttpClient
          assert.strictEqual(yield* open, 0)
        }).pipe(
          Effect.scoped,
          Effect.provide(scripted((_, index) =>
            index === 0
              ? ScriptedHttpClient.bytes(["one "], { ending: "fail" })
              : index === 1
              ? ScriptedHttpClient.bytes([..."one two"], { pause: "2 seconds", ending: "fail", delay: "3 seconds" })
              : ScriptedHttpClient.bytes([..."one two three"], { pause: "2 seconds", delay: "3 seconds" })
          ))
        )
      }
    }))

  it.effect("closes its connection when its reader ends it, also after it was resumed", () =>
    Effect.gen(function*() {
      const { open } = yield* ScriptedHttpClient.ScriptedHttpClient
      const pieces = yield* Stream.runCollect(Stream.take(Files.content(fileId, { retry: atOnce }), 2))
      assert.deepStrictEqual(pieces.map(decode), ["one ", "two "])
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.bytes(["one "], { ending: "fail" }),
      ScriptedHttpClient.bytes(["one ", "two ", "three"], { ending: "hang" })
    ]))))

  it.effect("is one span, with an event for each request that is sent again", () =>
    Effect.gen(function*() {
      const ended: Array<Tracer.NativeSpan> = []
      const tracer = Tracer.make({
        span: (options) => {
          const span = new Tracer.NativeSpan(options)
          ended.push(span)
          return span
        }
      })
      yield* Effect.withTracer(text(Files.content(fileId, { retry: atOnce })), tracer)
      const [span, ...others] = ended
      assert.strictEqual(span!.name, "Files.content")
      assert.deepStrictEqual(others, [])
      assert.deepStrictEqual(span!.events.map(([name]) => name), ["mistral_ai.retry", "mistral_ai.retry"])
      assert.strictEqual(span!.attributes.get("http.request.resend_count"), 2)
      assert.isUndefined(span!.attributes.get("error.type"))
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.bytes(["one "], { ending: "fail" }),
      ScriptedHttpClient.bytes(["one t"], { ending: "fail" }),
      ScriptedHttpClient.bytes(["one two"])
    ]))))

  it.effect("gives the head of its response once", () =>
    Effect.gen(function*() {
      const heads: Array<string | undefined> = []
      const onResponse: RequestOptions.OnResponse = ({ requestId }) => Effect.sync(() => heads.push(requestId))
      assert.strictEqual(yield* text(Files.content(fileId, { retry: atOnce, onResponse })), "one two")
      assert.deepStrictEqual(heads, ["first"])
    }).pipe(Effect.provide(scripted([
      ScriptedHttpClient.bytes(["one "], { ending: "fail", headers: { "x-request-id": "first" } }),
      ScriptedHttpClient.bytes(["one two"], { headers: { "x-request-id": "second" } })
    ]))))
})

type Script = Parameters<typeof ScriptedHttpClient.layer>[0]

const scripted = (script: Script) =>
  Files.layer.pipe(Layer.provide(MistralClient.layer({})), Layer.provideMerge(ScriptedHttpClient.layer(script)))

const text = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>) =>
  Effect.map(Stream.runCollect(bytes), (pieces) => pieces.map(decode).join(""))

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes)
