/**
 * `onResponse`: once for each call with a good response, in the fiber and the span of the call, before its value or first
 * chunk; nothing of it for responses that fail.
 */
import { type RequestOptions, type ResponseMetadata, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Cause, Deferred, Effect, Exit, Fiber, Option, Schedule, Stream } from "effect"
import { inspect } from "node:util"
import { promptly } from "./fixtures/promptly.ts"
import {
  apiKey,
  bothWays,
  clientOver,
  complete,
  goodResponse,
  listModels,
  open,
  requests,
  stream
} from "./fixtures/scriptedClient.ts"
import { recorder, spanOf } from "./fixtures/spans.ts"

const ways = {
  ...bothWays,
  "of a list": (options: RequestOptions.RequestOptions) => Effect.asVoid(listModels(options))
}

const id = "0190f3f3-7c2e-7b1c-9d0e-1f2a3b4c5d6e"

const limits = {
  "x-ratelimit-limit-tokens-minute": "5000",
  "x-ratelimit-remaining-tokens-minute": "4990",
  "x-ratelimit-tokens-query-cost": "10"
}

const heads = { "mistral-correlation-id": id, ...limits, "set-cookie": "session=secret" }

/** A good response with some headers. */
const answer = (headers: Readonly<Record<string, string>> = heads) => (request: ScriptedHttpClient.SeenRequest) => {
  const good = goodResponse(request)
  return good._tag === "Response" ? { ...good, headers: { ...good.headers, ...headers } } : good
}

const keep = () => {
  const seen: Array<ResponseMetadata.ResponseMetadata> = []
  return { seen, onResponse: (one: ResponseMetadata.ResponseMetadata) => Effect.sync(() => seen.push(one)) }
}

describe("the metadata of a good response", () => {
  for (const [way, call] of Object.entries(ways)) {
    it.effect(`are its status, request id, rate limits and headers (${way})`, () =>
      Effect.gen(function*() {
        const { onResponse, seen } = keep()
        yield* call({ onResponse })
        assert.lengthOf(seen, 1)
        const { headers, rateLimits, requestId, status } = seen[0]!
        assert.deepStrictEqual({ rateLimits, requestId, status }, { rateLimits: limits, requestId: id, status: 200 })
        assert.strictEqual(headers["mistral-correlation-id"], id)
        assert.strictEqual(headers["set-cookie"], "session=secret")
        assert.include(headers["content-type"], way === "streamed" ? "text/event-stream" : "application/json")
      }).pipe(Effect.provide(clientOver(answer()))))

    it.effect(`have neither an id nor limits where the response has none (${way})`, () =>
      Effect.gen(function*() {
        const { onResponse, seen } = keep()
        yield* call({ onResponse })
        assert.strictEqual(seen[0]!.requestId, undefined)
        assert.strictEqual(seen[0]!.rateLimits, undefined)
      }).pipe(Effect.provide(clientOver(answer({})))))

    it.effect(`hold no key that the server quotes, and print no cookie (${way})`, () =>
      Effect.gen(function*() {
        const { onResponse, seen } = keep()
        yield* call({ onResponse, headers: { "x-tenant-token": "tenant-secret" } })
        const { headers, requestId } = seen[0]!
        assert.strictEqual(requestId, "id <redacted>")
        assert.strictEqual(headers["x-echo"], "<redacted>")
        for (const text of [inspect(seen, { depth: 9 }), JSON.stringify(seen), String(seen[0]!.headers)]) {
          for (const secret of [apiKey, "tenant-secret", btoa(apiKey), "session=secret"]) {
            assert.notInclude(text, secret)
          }
        }
      }).pipe(Effect.provide(
        clientOver(answer({ ...heads, "mistral-correlation-id": `id ${apiKey}`, "x-echo": btoa(`tenant-secret`) }))
      )))
  }
})

describe("onResponse", () => {
  it.effect("runs for the client, then for the call, and all of them", () =>
    Effect.gen(function*() {
      for (const [way, call] of Object.entries(ways)) {
        const order: Array<string> = []
        const named = (name: string) => () => Effect.sync(() => order.push(name))
        yield* call({ onResponse: named("call") }).pipe(
          Effect.provide(clientOver(answer(), { onResponse: named("client") }))
        )
        assert.deepStrictEqual(order, ["client", "call"], way)
      }
    }))

  it.effect("runs before the value is returned, and before the first chunk is delivered", () =>
    Effect.gen(function*() {
      const order: Array<string> = []
      const note = (name: string) => Effect.sync(() => order.push(name))
      const options = { onResponse: () => note("head") }
      yield* Effect.tap(complete(options), note("value"))
      yield* Stream.runForEach(stream(options), () => note("chunk"))
      assert.deepStrictEqual(order.slice(0, 4), ["head", "value", "head", "chunk"])
      assert.strictEqual(order.filter((name) => name === "head").length, 2)
    }).pipe(Effect.provide(clientOver(answer()))))

  it.effect("runs in the fiber of the call, inside its span", () =>
    Effect.gen(function*() {
      for (const [way, call] of Object.entries(ways)) {
        const { spans, tracer } = recorder()
        let fiberId: number | undefined
        const onResponse = () =>
          Effect.withSpan(Effect.withFiber((fiber) => Effect.sync(() => fiberId = fiber.id)), "tracker")
        const own = yield* Effect.withTracer(
          Effect.andThen(
            call({ onResponse, timeout: { total: "1 minute" } }),
            Effect.withFiber((fiber) => Effect.succeed(fiber.id))
          ),
          tracer
        )
        assert.strictEqual(fiberId, own, way)
        assert.lengthOf(spans, 2)
        assert.strictEqual(spans[1]?.name, "tracker")
        assert.strictEqual(Option.getOrUndefined(spans[1]!.parent)?.spanId, spans[0]?.spanId, way)
      }
    }).pipe(Effect.provide(clientOver(answer()))))

  it.effect("runs once for a call that was retried, with the head of its last response", () =>
    Effect.gen(function*() {
      for (const [way, call] of Object.entries(ways)) {
        const { onResponse, seen } = keep()
        yield* call({ onResponse }).pipe(Effect.provide(clientOver(
          (request, index) =>
            index === 0
              ? ScriptedHttpClient.json({}, { status: 503, headers: { "retry-after": "0" } })
              : answer()(request),
          { retry: RetryPolicy.make({ schedule: Schedule.recurs(1) }) }
        )))
        assert.deepStrictEqual(seen.map(({ requestId, status }) => [requestId, status]), [[id, 200]], way)
      }
    }))

  const failures: Readonly<Record<string, ScriptedHttpClient.Answer>> = {
    "an error status": ScriptedHttpClient.json({ message: "no" }, { status: 429, headers: heads }),
    "an error in a response with status 200": ScriptedHttpClient.json({ error: { message: "no", code: 503 } }),
    "an HTML page": ScriptedHttpClient.text("<html></html>", { headers: { "content-type": "text/html" } }),
    "no response": ScriptedHttpClient.connectionError()
  }
  for (const [what, failure] of Object.entries(failures)) {
    it.effect(`does not run for ${what}`, () =>
      Effect.gen(function*() {
        for (const call of Object.values(ways)) {
          const { onResponse, seen } = keep()
          yield* Effect.flip(call({ onResponse }))
          assert.lengthOf(seen, 0)
        }
      }).pipe(Effect.provide(clientOver(() => failure))))
  }

  for (const [way, call] of Object.entries(ways)) {
    it.effect(`ends the call with its own defect, and nothing stays open (${way})`, () =>
      Effect.gen(function*() {
        const thrown = () => {
          throw new Error("the tracker's own")
        }
        for (const onResponse of [() => Effect.die(new Error("the tracker's own")), thrown]) {
          const exit = yield* Effect.exit(call({ onResponse }))
          assert.isTrue(Exit.isFailure(exit) && Cause.hasDies(exit.cause))
          assert.strictEqual(yield* open, 0)
        }
        assert.lengthOf(yield* requests, 2)
      }).pipe(Effect.provide(clientOver(hanging))))

    it.effect(`is interrupted with the call, and nothing stays open (${way})`, () =>
      Effect.gen(function*() {
        const running = yield* Deferred.make<void>()
        const onResponse = () => Effect.andThen(Deferred.succeed(running, undefined), Effect.never)
        const fiber = yield* Effect.forkChild(call({ onResponse }))
        yield* promptly(Deferred.await(running))
        yield* Fiber.interrupt(fiber)
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver(hanging))))
  }
})

describe("the span of a call with a good response", () => {
  for (const [way, call] of Object.entries(ways)) {
    it.effect(`has status, request id and rate limits, also without onResponse (${way})`, () =>
      Effect.gen(function*() {
        const { attributes } = yield* spanOf(call({}))
        assert.strictEqual(attributes["http.response.status_code"], 200)
        assert.strictEqual(attributes["mistral_ai.request.id"], id)
        assert.deepStrictEqual(
          Object.entries(attributes).filter(([name]) => name.startsWith("http.response.header.")),
          Object.entries(limits).map(([name, value]) => [`http.response.header.${name}`, [value]])
            .sort() as Array<[string, Array<string>]>
        )
      }).pipe(Effect.provide(clientOver(answer()))))

    it.effect(`holds no key that the server quotes in its headers (${way})`, () =>
      Effect.gen(function*() {
        const { attributes } = yield* spanOf(call({}))
        assert.strictEqual(attributes["mistral_ai.request.id"], "<redacted>")
        assert.notInclude(JSON.stringify(attributes), apiKey)
      }).pipe(Effect.provide(clientOver(answer({ "x-request-id": apiKey, "x-ratelimit-limit": apiKey })))))
  }
})

describe("a MistralError", () => {
  for (const status of [400, 401, 404, 422, 429, 503]) {
    it.effect(`has status, request id and rate limits of a response with status ${status}`, () =>
      Effect.gen(function*() {
        for (const call of Object.values(ways)) {
          const error = yield* Effect.flip(call({}))
          assert.strictEqual(error.status, status)
          assert.strictEqual(error.requestId, id)
          assert.deepStrictEqual(error.rateLimits, limits)
        }
      }).pipe(Effect.provide(clientOver(() => ScriptedHttpClient.json({}, { status, headers: heads })))))
  }
})

/** A good response that only a whole one ends. */
const hanging = (request: ScriptedHttpClient.SeenRequest): ScriptedHttpClient.Answer =>
  request.headers["accept"] === "text/event-stream"
    ? ScriptedHttpClient.sse(TestCompletion.chunks("a b"), { done: false, ending: "hang" })
    : goodResponse(request)
