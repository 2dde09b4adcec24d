/**
 * The attempts of a call: when each is made, which responses are refusals, and that no attempt leaves its connection open.
 */
import { DirectTransport, Endpoint, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Schedule, Schema } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
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
  type Script,
  within
} from "./fixtures/scriptedClient.ts"

const calls = { ...bothWays, "of a list": (options?: MistralClient.CallOptions) => Effect.asVoid(listModels(options)) }

/** Refuses the first requests, then answers well. */
const goodAfter = (...refusals: ReadonlyArray<ScriptedHttpClient.Answer>): Script => (request, index) =>
  refusals[index] ?? goodResponse(request)

const retrying = (script: Script) => clientOver(script, { retry: RetryPolicy.defaultPolicy })

const unfinished = (status: number) =>
  ScriptedHttpClient.bytes(["{\"message\":\"overloaded\""], { status, ending: "hang" })

for (const [way, call] of Object.entries(calls)) {
  describe(`a call that is refused at first (${way})`, () => {
    it.effect("leaves no connection open where the refusal never ends", () =>
      Effect.gen(function*() {
        yield* within(call(), "10 seconds")
        assert.lengthOf(yield* requests, 2)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(retrying(goodAfter(unfinished(503))))))

    it.effect("leaves no connection open between its attempts", () =>
      Effect.gen(function*() {
        const calling = yield* Effect.forkChild(call(), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* open, 1)
        // The body of a refusal is read for 2 seconds, and the next attempt is made 60 seconds later.
        yield* TestClock.adjust("3 seconds")
        assert.strictEqual(yield* open, 0)
        assert.lengthOf(yield* requests, 1)
        yield* TestClock.adjust("59 seconds")
        yield* endedBy(calling)
        assert.lengthOf(yield* requests, 2)
      }).pipe(Effect.provide(retrying(goodAfter(
        ScriptedHttpClient.bytes(["{"], { status: 429, ending: "hang", headers: { "retry-after": "60" } })
      )))))

    it.effect("leaves no connection open where every attempt is refused", () =>
      Effect.gen(function*() {
        const error = yield* within(Effect.flip(call()), "1 minute")
        assert.strictEqual(error.status, 503)
        assert.lengthOf(yield* requests, 5)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(retrying(() => unfinished(503)))))

    it.effect("leaves no connection open where it is interrupted while a refusal is read", () =>
      Effect.gen(function*() {
        const calling = yield* Effect.forkChild(call(), { startImmediately: true })
        yield* TestClock.adjust("1 second")
        assert.strictEqual(yield* open, 1)
        yield* Fiber.interrupt(calling)
        assert.strictEqual(yield* open, 0)
        yield* TestClock.adjust("1 minute")
        assert.lengthOf(yield* requests, 1)
      }).pipe(Effect.provide(retrying(() => unfinished(503)))))

    it.effect("leaves no connection open where an attempt had no first byte in time", () =>
      Effect.gen(function*() {
        yield* within(call({ timeout: { firstByte: "1 second" } }), "10 seconds")
        assert.lengthOf(yield* requests, 2)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(retrying(goodAfter(ScriptedHttpClient.bytes([], { ending: "hang" }))))))

    it.effect("is retried with the same request", () =>
      Effect.gen(function*() {
        yield* within(call({ headers: { "x-a": "1" } }), "10 seconds")
        const [first, second] = yield* requests
        assert.deepStrictEqual(second, first)
        assert.strictEqual(second?.headers["x-a"], "1")
      }).pipe(Effect.provide(retrying(goodAfter(ScriptedHttpClient.connectionError())))))

    it.effect("is retried with jitter, not at the same moment as nine others", () =>
      Effect.gen(function*() {
        const clock = yield* Clock.Clock
        const times: Array<number> = []
        yield* within(Effect.all(Array.from({ length: 10 }, () => call()), { concurrency: "unbounded" }), "2 seconds")
          .pipe(
            Effect.provide(retrying((request, index) => {
              times.push(clock.currentTimeMillisUnsafe())
              return index < 10 ? ScriptedHttpClient.json({}, { status: 503 }) : goodResponse(request)
            }))
          )
        assert.deepStrictEqual(times.slice(0, 10), Array.from({ length: 10 }, () => 0))
        const moments = new Set(times.slice(10))
        assert.isAbove(moments.size, 3)
        for (const moment of moments) {
          assert.isAtLeast(moment, 400)
          assert.isAtMost(moment, 601)
        }
      }))
  })

  describe(`the status of a response (${way})`, () => {
    for (const status of [300, 301, 302, 303, 304, 305, 307, 308, 399]) {
      it.effect(`of ${status} is a refusal, and where it leads is not followed`, () =>
        Effect.gen(function*() {
          const error = yield* within(Effect.flip(call()), "10 seconds")
          assert.strictEqual(error.reason._tag, "BadRequest")
          assert.strictEqual(error.status, status)
          assert.isFalse(error.isRetryable)
          assert.include(error.message, String(status))
          assert.lengthOf(yield* requests, 1)
          assert.strictEqual(yield* open, 0)
        }).pipe(Effect.provide(retrying(() =>
          ScriptedHttpClient.json(modelList, { status, headers: { location: "https://elsewhere.test/" } })
        ))))
    }

    for (const status of [200, 201, 202, 203, 299]) {
      it.effect(`of ${status} is a success`, () =>
        within(call(), "1 second").pipe(
          Effect.provide(clientOver((request) => ({ ...goodResponse(request), status })))
        ))
    }

    for (const status of [400, 401, 403, 404, 409, 410, 413, 418, 422, 451, 499]) {
      it.effect(`of ${status} is not retried`, () =>
        Effect.gen(function*() {
          const error = yield* within(Effect.flip(call()), "1 second")
          assert.strictEqual(error.status, status)
          assert.isFalse(error.isRetryable)
          assert.lengthOf(yield* requests, 1)
        }).pipe(Effect.provide(retrying(() => ScriptedHttpClient.json({}, { status })))))
    }

    for (const status of [408, 425, 429, 500, 502, 503, 504, 520, 529, 599]) {
      it.effect(`of ${status} is retried`, () =>
        Effect.gen(function*() {
          yield* within(call(), "1 second")
          assert.lengthOf(yield* requests, 2)
        }).pipe(Effect.provide(retrying(goodAfter(ScriptedHttpClient.json({}, { status }))))))
    }
  })
}

describe("a whole response that does not come to its end", () => {
  const cut = "{\"object\": \"list\","
  const atOnce = RetryPolicy.make({ schedule: Schedule.recurs(2) })
  const anything = (retryable: Endpoint.Retryable): Endpoint.Endpoint<void, unknown> => ({
    ...Endpoint.listModels,
    response: Schema.Unknown,
    retryable
  })
  const send = (retryable: Endpoint.Retryable, options?: MistralClient.CallOptions) =>
    MistralClient.MistralClient.use((client) => client.request(anything(retryable), undefined, options))

  const ways: Record<string, readonly [ScriptedHttpClient.Answer, tag: string]> = {
    "because its connection breaks": [ScriptedHttpClient.bytes([cut], { ending: "fail" }), "ConnectionLost"],
    "because its server falls silent": [ScriptedHttpClient.bytes([cut], { ending: "hang" }), "Timeout"]
  }
  for (const [why, [answer, tag]] of Object.entries(ways)) {
    it.effect(`${why} is requested again where the operation is free`, () =>
      Effect.gen(function*() {
        const value = yield* within(send("always", { timeout: { idle: "1 second" } }), "3 seconds")
        assert.deepStrictEqual(value, modelList)
        assert.lengthOf(yield* requests, 3)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver(goodAfter(answer, answer), { retry: atOnce }))))

    for (const retryable of ["beforeFirstByte", "ifRejected"] as const) {
      it.effect(`${why} is not requested again where the operation may be retried ${retryable}`, () =>
        Effect.gen(function*() {
          const error = yield* within(Effect.flip(send(retryable, { timeout: { idle: "1 second" } })), "3 seconds")
          assert.strictEqual(error.reason._tag, tag)
          assert.lengthOf(yield* requests, 1)
          assert.strictEqual(yield* open, 0)
        }).pipe(Effect.provide(clientOver(goodAfter(answer), { retry: atOnce }))))
    }
  }

  it.effect("though its connection has ended as it should is not JSON, and is not requested again", () =>
    Effect.gen(function*() {
      const { reason } = yield* within(Effect.flip(send("always")), "10 seconds")
      assert.isTrue(reason._tag === "InvalidResponse" && reason.kind === "json")
      assert.lengthOf(yield* requests, 1)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver(goodAfter(ScriptedHttpClient.bytes([cut])), { retry: atOnce }))))

  it.effect("before its first byte is requested again where the operation is idempotent", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* within(send("beforeFirstByte"), "1 second"), modelList)
      assert.lengthOf(yield* requests, 2)
    }).pipe(
      Effect.provide(clientOver(goodAfter(ScriptedHttpClient.bytes([], { ending: "fail" })), { retry: atOnce }))
    ))

  it.effect("of a stream is not requested again once its first byte has come", () =>
    Effect.gen(function*() {
      const error = yield* within(Effect.flip(bothWays.streamed()), "10 seconds")
      assert.strictEqual(error.reason._tag, "ConnectionLost")
      assert.lengthOf(yield* requests, 1)
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(retrying(goodAfter(
      ScriptedHttpClient.bytes([":"], { headers: eventStream, ending: "fail" })
    )))))
})

describe("a response that begins when its call is over", () => {
  for (const [way, call] of Object.entries(calls)) {
    it.effect(`is not read (${way})`, () =>
      Effect.gen(function*() {
        const receivers: Array<DirectTransport.Receiver> = []
        let reads = 0
        const http = DirectTransport.offer(HttpClient.make(() => Effect.never), {
          send: (_, receiver) => {
            receivers.push(receiver)
            return () => {}
          }
        })
        const live = Layer.provide(
          MistralClient.layer({ retry: RetryPolicy.none, timeout: { firstByte: "1 second" } }),
          Layer.succeed(HttpClient.HttpClient, http)
        )
        yield* within(Effect.flip(call()), "1 second").pipe(Effect.provide(live))
        const calling = yield* Effect.forkChild(Effect.provide(call(), live), { startImmediately: true })
        yield* Fiber.interrupt(calling)
        assert.lengthOf(receivers, 2)
        for (const receiver of receivers) {
          receiver.onResponse({
            status: 200,
            header: () => undefined,
            headers: () => ({}),
            body: {
              read: () => {
                reads++
                return () => {}
              }
            }
          })
        }
        assert.strictEqual(reads, 0)
      }))
  }
})

describe("a truncated response of an endpoint", () => {
  const client = MistralClient.MistralClient
  const messages = [{ role: "user" as const, content: "Hi" }]
  const calls: Record<
    string,
    readonly [call: Effect.Effect<unknown, unknown, MistralClient.MistralClient>, requests: number]
  > = {
    "Models.list": [
      client.use((one) => one.request({ ...Endpoint.listModels, response: Schema.Unknown }, undefined)),
      2
    ],
    "Models.fetch": [
      client.use((one) =>
        one.request({ ...Endpoint.fetchModel, response: Schema.Unknown }, undefined, { params: { model_id: "m" } })
      ),
      2
    ],
    "Moderations.create": [
      client.use((one) =>
        one.request({ ...Endpoint.createModerations, response: Schema.Unknown }, { model: "m", input: "a" })
      ),
      2
    ],
    "Moderations.createChat": [
      client.use((one) =>
        one.request({ ...Endpoint.createChatModerations, response: Schema.Unknown }, { model: "m", input: messages })
      ),
      2
    ],
    "Classifiers.classify": [
      client.use((one) => one.request({ ...Endpoint.classify, response: Schema.Unknown }, { model: "m", input: "a" })),
      2
    ],
    "Ocr.process": [
      client.use((one) =>
        one.request({ ...Endpoint.processOcr, response: Schema.Unknown }, {
          model: "m",
          document: { type: "image_url", image_url: "https://a.test/a.png" }
        })
      ),
      1
    ],
    "Embeddings.create": [
      client.use((one) =>
        one.request({ ...Endpoint.createEmbeddings, response: Schema.Unknown }, { model: "m", input: "a" })
      ),
      1
    ],
    "Chat.complete": [
      client.use((one) =>
        one.request({ ...Endpoint.chat.complete, response: Schema.Unknown }, { model: "m", messages })
      ),
      1
    ],
    "Agents.complete": [
      client.use((one) =>
        one.request({ ...Endpoint.agents.complete, response: Schema.Unknown }, { agent_id: "a", messages })
      ),
      1
    ],
    "Fim.complete": [
      client.use((one) =>
        one.request({ ...Endpoint.fim.complete, response: Schema.Unknown }, { model: "m", prompt: "a" })
      ),
      1
    ]
  }
  for (const [name, [call, expected]] of Object.entries(calls)) {
    it.effect(`is ${expected === 2 ? "requested again" : "not requested again, because a model ran"}: ${name}`, () =>
      Effect.gen(function*() {
        yield* within(Effect.exit(call), "1 second")
        assert.lengthOf(yield* requests, expected)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver(
        (_, index) => index === 0 ? ScriptedHttpClient.bytes(["{"], { ending: "fail" }) : ScriptedHttpClient.json({}),
        { retry: RetryPolicy.make({ schedule: Schedule.recurs(3) }) }
      ))))
  }
})
