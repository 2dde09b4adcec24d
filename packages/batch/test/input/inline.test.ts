import { BatchEndpoint, BatchInput } from "@effect-mistral/batch"
import { Endpoint, EndpointCodec } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Result, Stream } from "effect"
import { type ChatEntry, entries, entry, invalidInput, untyped } from "./support.ts"

describe("inline requests", () => {
  it.effect("fit a request to create a job", () =>
    Effect.gen(function*() {
      const requests = yield* BatchInput.inline({
        endpoint: Endpoint.chat.complete,
        model: "m",
        requests: [
          { custom_id: "a", request: { messages: [{ role: "user", content: "Hi" }], max_tokens: undefined } },
          entry("b", "Grüße")
        ]
      })
      assert.deepStrictEqual(requests, [
        { custom_id: "a", body: { messages: [{ role: "user", content: "Hi" }] } },
        { custom_id: "b", body: { model: "m", messages: [{ role: "user", content: "Grüße" }] } }
      ])
      const job = { endpoint: Endpoint.chat.complete.path, model: "m", requests }
      assert.deepStrictEqual(
        JSON.parse(Result.getOrThrow(EndpointCodec.encode(BatchEndpoint.createJob, job))),
        job
      )
    }))

  it.effect("are checked as those of files", () =>
    Effect.gen(function*() {
      const error = yield* invalidInput(inline(untyped([
        entry("a"),
        { custom_id: "b", request: { model: "m", messages: [], stream: true } },
        entry("a"),
        { custom_id: "", request: { model: "m", messages: 1 } }
      ])))
      assert.deepStrictEqual(
        error.problems.map(({ issues, line }) => [line, issues.map(({ path }) => path.join("."))]),
        [[2, ["stream"]], [3, ["custom_id"]], [4, ["custom_id", "messages"]]]
      )
      assert.deepStrictEqual([error.count, error.requests], [3, 4])
    }))

  it.effect("are 10,000 at most", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* inline(entries(10_000))).length, 10_000)
      const error = yield* invalidInput(inline(entries(10_005)))
      assert.deepStrictEqual(error.problems, [{
        line: 10_001,
        custom_id: "10001",
        issues: [{ path: [], message: "Expected at most 10000 requests inline. Send more as files" }]
      }])
      assert.deepStrictEqual([error.count, error.requests], [1, 10_005])
    }))

  it.effect("are at least one, and may come from a stream that fails", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* Effect.flip(inline([])))._tag, "EmptyInput")
      const source = Stream.concat(Stream.fromIterable(entries(2)), Stream.fail("lost connection" as const))
      const error = yield* Effect.flip(BatchInput.inline({ endpoint: Endpoint.chat.complete, requests: source }))
      assert.strictEqual(error, "lost connection")
    }))
})

const inline = (requests: Iterable<ChatEntry>) => BatchInput.inline({ endpoint: Endpoint.chat.complete, requests })
