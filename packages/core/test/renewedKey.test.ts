/** After a 401, the effect that yields the key runs anew, once, and the request is sent again with another key. */
import { MistralClient, RetryPolicy, VertexAi } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Effect, Redacted, Schedule } from "effect"
import { clientOver, complete, everyWay, goodResponse, open, requests, within } from "./fixtures/scriptedClient.ts"
import { spanOf } from "./fixtures/spans.ts"

const unauthorized = ScriptedHttpClient.json({ message: "token expired" }, { status: 401 })

/** Accepts one key. */
const accepting = (key: string) => (request: ScriptedHttpClient.SeenRequest): ScriptedHttpClient.Answer =>
  request.headers.authorization === `Bearer ${key}`
    ? goodResponse({ ...request, method: request.body === undefined ? "GET" : request.method })
    : unauthorized

/** An effect that yields one key after the other, the last one again and again, and the rejected keys that it was told. */
const rotating = (...keys: ReadonlyArray<string>) => {
  const told: Array<string | undefined> = []
  const apiKey = Effect.gen(function*() {
    const rejected = yield* MistralClient.RejectedApiKey
    const key = keys[Math.min(told.length, keys.length - 1)]!
    told.push(rejected && Redacted.value(rejected))
    return Redacted.make(key)
  })
  return { apiKey, told }
}

const sentKeys = Effect.map(requests, (all) => all.map(({ headers }) => headers.authorization?.replace("Bearer ", "")))

describe("a key that is rejected", () => {
  for (const [way, call] of Object.entries(everyWay)) {
    it.effect(`is replaced by another one, without a retry of the policy (${way})`, () => {
      const { apiKey, told } = rotating("old", "new")
      return Effect.gen(function*() {
        yield* within(call(), 0)
        assert.deepStrictEqual(yield* sentKeys, ["old", "new"])
        assert.deepStrictEqual(told, [undefined, "old"])
        assert.strictEqual(yield* open, 0)
        yield* call()
        assert.deepStrictEqual(yield* sentKeys, ["old", "new", "new"])
        assert.deepStrictEqual(told, [undefined, "old", undefined])
      }).pipe(Effect.provide(clientOver(accepting("new"), { apiKey, retry: RetryPolicy.none })))
    })

    it.effect(`is not sent again where the effect yields it again (${way})`, () => {
      const { apiKey, told } = rotating("old")
      return Effect.gen(function*() {
        const { reason } = yield* within(Effect.flip(call()), 0)
        assert.isTrue(reason._tag === "Authentication" && reason.serverMessage === "token expired")
        assert.deepStrictEqual(yield* sentKeys, ["old"])
        assert.deepStrictEqual(told, [undefined, "old"])
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver(accepting("new"), { apiKey, retry: RetryPolicy.defaultPolicy })))
    })

    it.effect(`is replaced once for a call: a second 401 fails it (${way})`, () => {
      const { apiKey, told } = rotating("1", "2", "3")
      return Effect.gen(function*() {
        const { reason } = yield* within(Effect.flip(call()), 0)
        assert.strictEqual(reason._tag, "Authentication")
        assert.deepStrictEqual(yield* sentKeys, ["1", "2"])
        assert.lengthOf(told, 2)
        yield* call()
        assert.deepStrictEqual(yield* sentKeys, ["1", "2", "3"])
      }).pipe(Effect.provide(clientOver(accepting("3"), { apiKey, retry: RetryPolicy.defaultPolicy })))
    })

    it.effect(`is not sent again where it is a value (${way})`, () =>
      Effect.gen(function*() {
        const { reason } = yield* within(Effect.flip(call()), 0)
        assert.strictEqual(reason._tag, "Authentication")
        assert.deepStrictEqual(yield* sentKeys, ["old"])
      }).pipe(Effect.provide(
        clientOver(accepting("new"), { apiKey: Redacted.make("old"), retry: RetryPolicy.defaultPolicy })
      )))

    it.effect(`does not use up a retry, before or after one (${way})`, () => {
      const { apiKey } = rotating("old", "old", "new", "new")
      return Effect.gen(function*() {
        yield* within(call(), "1 minute")
        assert.deepStrictEqual(yield* sentKeys, ["old", "old", "new", "new"])
      }).pipe(Effect.provide(clientOver(
        (request, index) => index % 2 === 0 ? ScriptedHttpClient.json({}, { status: 429 }) : accepting("new")(request),
        { apiKey, retry: RetryPolicy.make({ schedule: Schedule.recurs(2) }) }
      )))
    })

    it.effect(`is replaced within the total time limit (${way})`, () => {
      const { apiKey, told } = rotating("old", "new")
      return Effect.gen(function*() {
        const { reason } = yield* within(Effect.flip(call({ timeout: { total: "2 seconds" } })), "2 seconds")
        assert.isTrue(reason._tag === "Timeout" && reason.phase === "total")
        assert.deepStrictEqual(yield* sentKeys, ["old"])
        assert.strictEqual(yield* open, 0)
      }).pipe(Effect.provide(clientOver(accepting("new"), {
        apiKey: Effect.tap(apiKey, () => told.length === 1 ? Effect.void : Effect.sleep("3 seconds")),
        retry: RetryPolicy.none
      })))
    })
  }

  it.effect("is the one among the options of the call", () => {
    const { apiKey, told } = rotating("old", "new")
    return Effect.gen(function*() {
      yield* complete({ apiKey })
      assert.deepStrictEqual(yield* sentKeys, ["old", "new"])
      assert.deepStrictEqual(told, [undefined, "old"])
    }).pipe(Effect.provide(clientOver(accepting("new"), { apiKey: Redacted.make("client") })))
  })

  it.effect("is sent again by a policy that retries a 401", () =>
    Effect.gen(function*() {
      yield* within(complete(), "1 minute")
      assert.deepStrictEqual(yield* sentKeys, ["old", "old"])
    }).pipe(Effect.provide(clientOver(
      (request, index) => index === 0 ? unauthorized : goodResponse(request),
      { apiKey: rotating("old").apiKey, retry: RetryPolicy.make({ while: () => true }) }
    ))))

  for (const [way, call] of Object.entries(everyWay)) {
    it.effect(`is seen in the span of the call where the request is sent again, and only then (${way})`, () =>
      Effect.gen(function*() {
        for (const [keys, count] of [[["old", "new"], 1], [["old"], undefined]] as const) {
          const { attributes, span } = yield* spanOf(Effect.exit(call())).pipe(
            Effect.provide(clientOver(accepting("new"), { apiKey: rotating(...keys).apiKey }))
          )
          assert.strictEqual(attributes["http.request.resend_count"], count)
          assert.deepStrictEqual(
            span.events.map(([name, , event]) => [name, event?.["error.type"], event?.["mistral_ai.retry.delay"]]),
            count === undefined ? [] : [["mistral_ai.retry", "Authentication", 0]]
          )
        }
      }))
  }

  it.effect("is shown nowhere, nor is the new one", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(complete())
      assert.include(error.message, "no <redacted> nor <redacted>")
    }).pipe(Effect.provide(clientOver(
      () => ScriptedHttpClient.json({ message: "no old-key nor new-key" }, { status: 401 }),
      { apiKey: rotating("old-key", "new-key").apiKey }
    ))))
})

describe("VertexAi.untilExpired", () => {
  /** Tokens with a number of their own, which live for an hour. */
  const tokens = (during: Effect.Effect<void> = Effect.void) => {
    let fetched = 0
    const apiKey = VertexAi.untilExpired(Effect.gen(function*() {
      const token = Redacted.make(`token-${++fetched}`)
      yield* during
      return { token, expiresAt: DateTime.add(yield* DateTime.now, { hours: 1 }) }
    }))
    return { apiKey, fetched: () => fetched }
  }

  for (const [way, call] of Object.entries(everyWay)) {
    it.effect(`drops a rejected token, and ten calls at the same time share one fetch (${way})`, () => {
      const { apiKey, fetched } = tokens(Effect.sleep("1 second"))
      return Effect.gen(function*() {
        yield* within(Effect.all(Array.from({ length: 10 }, () => call()), { concurrency: 10 }), "10 seconds")
        assert.strictEqual(fetched(), 2)
        const sent = yield* sentKeys
        assert.lengthOf(sent.filter((key) => key === "token-1"), 10)
        assert.lengthOf(sent.filter((key) => key === "token-2"), 10)
        yield* call()
        assert.strictEqual(fetched(), 2)
      }).pipe(Effect.provide(clientOver(accepting("token-2"), { apiKey, retry: RetryPolicy.none })))
    })
  }

  it.effect("drops it also where the program puts the scheme before it", () => {
    const { apiKey, fetched } = tokens()
    return Effect.gen(function*() {
      yield* complete()
      assert.strictEqual(fetched(), 2)
    }).pipe(Effect.provide(clientOver(accepting("token-2"), {
      apiKey: Effect.map(apiKey, (token) => Redacted.make(`Bearer ${Redacted.value(token)}\n`))
    })))
  })

  it.effect("keeps a token that is younger than the rejected one", () => {
    const { apiKey, fetched } = tokens()
    return Effect.gen(function*() {
      yield* apiKey
      const late = yield* Effect.provideService(apiKey, MistralClient.RejectedApiKey, Redacted.make("token-0"))
      assert.strictEqual(Redacted.value(late), "token-1")
      assert.strictEqual(fetched(), 1)
    })
  })
})
