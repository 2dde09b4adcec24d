/** A response whose connection breaks in the middle of its body. */
import { Endpoint, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Schedule, Schema } from "effect"

const cut = ScriptedHttpClient.bytes(["{\"object\": \"list\","], { ending: "fail" })
const whole = ScriptedHttpClient.json({ object: "list", data: [{ id: "m", capabilities: {} }] })

const run = <Response>(
  endpoint: Endpoint.Endpoint<void, Response>,
  retry: RetryPolicy.RetryPolicy,
  answers: ReadonlyArray<ScriptedHttpClient.Answer>
) =>
  Effect.gen(function*() {
    const client = yield* MistralClient.MistralClient
    const result = yield* Effect.result(client.request(endpoint, undefined))
    const { open, requests } = yield* ScriptedHttpClient.ScriptedHttpClient
    return { result, requests: (yield* requests).length, open: yield* open }
  }).pipe(
    Effect.provide(MistralClient.layer({ retry }).pipe(Layer.provideMerge(ScriptedHttpClient.layer(answers))))
  )

const anything: Endpoint.Endpoint<void, unknown> = { ...Endpoint.listModels, response: Schema.Unknown }

const atOnce = RetryPolicy.make({ schedule: Schedule.recurs(4) })

describe("a whole answer that is cut", () => {
  it.effect("is asked for again where no model ran for it, and every connection is given up", () =>
    Effect.gen(function*() {
      const { open, requests, result } = yield* run(Endpoint.listModels, atOnce, [cut, cut, whole])
      assert.isTrue(result._tag === "Success" && "data" in result.success)
      assert.deepStrictEqual([requests, open], [3, 0])
    }))

  it.effect("is a lost connection when the retries are used up", () =>
    Effect.gen(function*() {
      const { open, requests, result } = yield* run(Endpoint.listModels, atOnce, [cut, cut, cut, cut, cut])
      assert.isTrue(result._tag === "Failure" && result.failure.reason._tag === "ConnectionLost")
      assert.deepStrictEqual([requests, open], [5, 0])
    }))

  const once: Record<string, readonly [Endpoint.Endpoint<void, unknown>, RetryPolicy.RetryPolicy]> = {
    "where retries are off": [anything, RetryPolicy.none],
    "where asking twice would create two": [{ ...anything, retryable: "ifRejected" }, atOnce],
    "where a model has run": [{ ...anything, retryable: "beforeFirstByte" }, atOnce]
  }
  for (const [when, [endpoint, retry]] of Object.entries(once)) {
    it.effect(`is asked for once ${when}`, () =>
      Effect.gen(function*() {
        const { open, requests, result } = yield* run(endpoint, retry, [cut, whole])
        assert.isTrue(result._tag === "Failure" && result.failure.reason._tag === "ConnectionLost")
        assert.deepStrictEqual([requests, open], [1, 0])
      }))
  }
})
