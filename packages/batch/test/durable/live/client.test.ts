/** The live route through the client: the exact requests, the options of calls, and what is read out of responses. */
import { BatchRoute } from "@effect-mistral/batch"
import { MistralClient, type ResponseMetadata } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Layer, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { answered, RecordedLimits, TestPart } from "./support.ts"

const { connectionError, json, text } = ScriptedHttpClient

/** Runs a part through a client. Its requests are answered by the script, and all time passes. */
const run = Effect.fnUntraced(function*(
  part: TestPart,
  script: ReadonlyArray<ScriptedHttpClient.Answer>,
  options: BatchRoute.LiveOptions = {},
  client: MistralClient.Options = {}
) {
  const limits = new RecordedLimits()
  const { client: http, service } = ScriptedHttpClient.make(script)
  const route = BatchRoute.live(options).pipe(
    Layer.provide([
      Layer.effect(MistralClient.MistralClient, MistralClient.make({ ...client, transformClient: () => http })),
      limits.layer
    ]),
    Layer.provide(ScriptedHttpClient.layer())
  )
  const fiber = yield* Effect.forkChild(
    BatchRoute.BatchRoute.use(({ run }) => run(part.work)).pipe(Effect.provide(route))
  )
  yield* TestClock.adjust("1 hour")
  yield* Fiber.join(fiber)
  assert.strictEqual(yield* service.open, 0)
  return { requests: yield* service.requests, limits }
})

describe("the live route", () => {
  it.effect("sends the request of each item to the endpoint of the definition", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 2, permits: 1 })
      const { requests } = yield* run(part, [json(answered(0)), json(answered(1))])
      assert.deepStrictEqual(
        requests.map(({ body, method, path }) => ({ body, method, path })),
        [0, 1].map((n) => ({
          method: "POST",
          path: "/v1/chat/completions",
          body: { model: "mistral-small-latest", messages: [{ role: "user", content: `question ${n}` }] }
        }))
      )
      assert.deepStrictEqual(
        part.written,
        [0, 1].map((seq) => ({
          seq,
          failed: false,
          body: `"answer ${seq}"`,
          asked: 1,
          doubtful: 0,
          promptTokens: 10,
          completionTokens: 5
        }))
      )
    }))

  it.effect("sends each request once, whatever the client retries, and counts its own retries", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1, settings: { maxAttempts: 3 } })
      const { requests } = yield* run(part, [
        json({ message: "overloaded" }, { status: 503 }),
        json({ message: "failed" }, { status: 500 }),
        json({ message: "slow down" }, { status: 429, headers: { "retry-after": "20" } })
      ])
      assert.strictEqual(requests.length, 3)
      assert.deepInclude(part.outcome(0), { failed: true, asked: 3, doubtful: 1 })
    }))

  it.effect("has request options of its own, which win over those of the client", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      const { requests } = yield* run(
        part,
        [json(answered(0))],
        {
          apiKey: Redacted.make("key-of-the-batch"),
          headers: { "x-team": "batch" },
          extraBody: { priority: "low" },
          baseUrl: "https://batch.test"
        },
        { apiKey: Redacted.make("key-of-the-client"), headers: { "x-team": "client", "x-app": "a" } }
      )
      assert.deepInclude(requests[0]!.headers, {
        authorization: "Bearer key-of-the-batch",
        "x-team": "batch",
        "x-app": "a"
      })
      assert.strictEqual(requests[0]!.url, "https://batch.test/v1/chat/completions")
      assert.deepInclude(requests[0]!.body, { priority: "low" })
    }))

  it.effect("gives the heads of responses to every onResponse, and their rate limits to the limits", () =>
    Effect.gen(function*() {
      const seen: Array<string> = []
      const onResponse = (who: string) => ({ rateLimits }: ResponseMetadata.ResponseMetadata) =>
        Effect.sync(() => seen.push(`${who} ${rateLimits?.["x-ratelimit-limit-req-minute"]}`))
      const part = new TestPart({ count: 1 })
      const { limits } = yield* run(
        part,
        [
          json({}, { status: 429, headers: { "x-ratelimit-limit-req-minute": "50" } }),
          json(answered(0), { headers: { "x-ratelimit-limit-req-minute": "60" } })
        ],
        { onResponse: onResponse("route") },
        { onResponse: onResponse("client") }
      )
      assert.deepStrictEqual(seen, ["client 60", "route 60"])
      assert.deepStrictEqual(limits.settled.map(({ rateLimits, tokens }) => [rateLimits, tokens]), [
        [{ "x-ratelimit-limit-req-minute": "50" }, 0],
        [{ "x-ratelimit-limit-req-minute": "60" }, 15]
      ])
    }))

  it.effect("asks again after a request that took longer than its total limit", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      yield* run(part, [json(answered(0), { delay: "1 minute" }), json(answered(0))], {
        timeout: { total: "30 seconds" }
      })
      assert.deepInclude(part.outcome(0), { failed: false, asked: 2, doubtful: 1 })
    }))

  it.effect("counts a response that broke off and a connection that was reset as perhaps paid", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      const { limits } = yield* run(part, [
        json(answered(0), { ending: "fail" }),
        connectionError(new Error("read ECONNRESET")),
        json(answered(0))
      ])
      assert.deepInclude(part.outcome(0), { failed: false, asked: 3, doubtful: 2, promptTokens: 10 })
      assert.deepStrictEqual(limits.settled.map(({ tokens }) => tokens), [undefined, undefined, 15])
    }))

  it.effect("makes an item fail at once by a response that is not JSON", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      const { requests } = yield* run(part, [text("{\"id\":", { headers: { "content-type": "application/json" } })])
      assert.strictEqual(requests.length, 1)
      assert.deepInclude(part.outcome(0), { failed: true, asked: 1, doubtful: 1 })
    }))

  it.effect("keeps no key and no prompt in failures", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      yield* run(
        part,
        [json({ message: "question 0 is refused for secret-key-1" }, { status: 422 })],
        {},
        { apiKey: Redacted.make("secret-key-1") }
      )
      const { body } = part.outcome(0)
      assert.notInclude(body, "secret-key-1")
      assert.notInclude(body, "messages")
    }))

  it.effect("sends nothing for a request that does not fit its endpoint", () =>
    Effect.gen(function*() {
      const part = new TestPart({ count: 1 })
      const broken = { ...part.work, requests: [{ seq: 0, request: { model: 1 } }] }
      const { requests } = yield* run(Object.assign(part, { work: broken }), [])
      assert.deepStrictEqual(requests, [])
      assert.deepInclude(part.outcome(0), { failed: true, asked: 0, doubtful: 0 })
    }))
})
