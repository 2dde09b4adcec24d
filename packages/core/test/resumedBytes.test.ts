/** Bytes of a response that broke off, of an endpoint whose responses are the same each time. */
import { type Endpoint, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule, Stream } from "effect"
import { decode, thingContent } from "./fixtures/files.ts"
import { clientOver, open, requests } from "./fixtures/scriptedClient.ts"

const { bytes } = ScriptedHttpClient

const textOf = (endpoint: Endpoint.BytesEndpoint<void>, retry: RetryPolicy.RetryPolicy) =>
  MistralClient.MistralClient.use((client) =>
    Stream.runCollect(client.bytes(endpoint, undefined, { params: { thing_id: "t1" }, retry }))
  ).pipe(Effect.map((pieces) => pieces.map(decode).join("")))

const retry = RetryPolicy.make({ schedule: Schedule.recurs(2) })

const script = [
  bytes(["one ", "t"], { ending: "fail" }),
  bytes(["on"], { ending: "fail" }),
  bytes(["o", "ne two"], { ending: "fail" }),
  bytes(["one two", " three"])
]

describe("the bytes of a response that broke off", () => {
  it.effect("go on where they were, if the endpoint is resumable", () =>
    Effect.gen(function*() {
      assert.strictEqual(yield* textOf({ ...thingContent, resumable: true }, retry), "one two three")
      const sent = yield* requests
      assert.lengthOf(sent, 4)
      for (const request of sent) assert.deepStrictEqual(request, sent[0])
      assert.strictEqual(yield* open, 0)
    }).pipe(Effect.provide(clientOver(script))))

  it.effect("end there, if it is not, or if nothing is retried", () =>
    Effect.gen(function*() {
      for (
        const [endpoint, policy] of [
          [thingContent, retry],
          [{ ...thingContent, resumable: false }, retry],
          [{ ...thingContent, resumable: true }, RetryPolicy.none]
        ] as const
      ) {
        const error = yield* Effect.flip(textOf(endpoint, policy))
        assert.strictEqual(error.reason._tag, "ConnectionLost")
        assert.strictEqual(error.chunks, 2)
      }
      assert.lengthOf(yield* requests, 3)
    }).pipe(Effect.provide(clientOver(() => script[0]!))))

  it.effect("are not requested again after an error that the policy does not retry", () =>
    Effect.gen(function*() {
      const strict = RetryPolicy.make({ schedule: Schedule.recurs(2), while: ({ status }) => status === 503 })
      const error = yield* Effect.flip(textOf({ ...thingContent, resumable: true }, strict))
      assert.strictEqual(error.reason._tag, "ConnectionLost")
      assert.lengthOf(yield* requests, 1)
    }).pipe(Effect.provide(clientOver(script))))
})
