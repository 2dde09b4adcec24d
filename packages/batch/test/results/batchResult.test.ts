import { type Completion, Endpoint, MistralError } from "@effect-mistral/core"
import { assert, describe, it } from "@effect/vitest"
import { Context, Effect, Result, Schema, Stream } from "effect"
import { BatchResult } from "../../src/index.ts"
import { job, over } from "./memoryServer.ts"

const limited = MistralError.make(Endpoint.chat.complete, new MistralError.RateLimited({ status: 429 }))
const invalid = MistralError.make(Endpoint.chat.complete, new MistralError.BadRequest({ status: 400 }))
const missing = new BatchResult.NotProcessed({
  custom_id: "d",
  jobId: "job-1",
  status: "CANCELLED",
  requests: 1,
  problems: []
})

const results: ReadonlyArray<BatchResult.BatchResult<number>> = [
  { custom_id: "a", result: Result.succeed(1) },
  { custom_id: "b", result: Result.fail(limited) },
  { custom_id: "c", result: Result.fail(invalid) },
  { custom_id: "d", result: Result.fail(missing) },
  { custom_id: "e", result: Result.succeed(2) }
]

describe("results", () => {
  it("are separated into failures and successes, in their order", () => {
    const [failed, succeeded] = BatchResult.partition(results)
    assert.deepStrictEqual(failed.map(({ custom_id, result }) => [custom_id, result.failure]), [
      ["b", limited],
      ["c", invalid],
      ["d", missing]
    ])
    assert.deepStrictEqual(succeeded.map(({ custom_id, result }) => [custom_id, result.success]), [["a", 1], ["e", 2]])
    assert.deepStrictEqual(BatchResult.partition(new Set<BatchResult.BatchResult<number>>()), [[], []])
  })

  it("are to be sent again where the error may pass, or the job ended without them", () => {
    assert.deepStrictEqual(results.filter(BatchResult.isRetryable).map(({ custom_id }) => custom_id), ["b", "d"])
  })

  it("are failures or successes", () => {
    assert.deepStrictEqual(results.map(BatchResult.isFailure), [false, true, true, true, false])
    assert.deepStrictEqual(results.map(BatchResult.isSuccess), [true, false, false, false, true])
  })
})

describe("a request that was not processed", () => {
  const messages: Record<string, readonly [fields: Partial<BatchResult.NotProcessed>, message: string]> = {
    "says its id, its job and what to do": [
      {},
      "request \"d\" of batch job job-1 has no result: the job ended with CANCELLED. Send the request again in another job."
    ],
    "says the problem of its job, which is to be corrected": [
      { status: "FAILED", problems: ["Unknown model.", "No quota"] },
      "request \"d\" of batch job job-1 has no result: the job ended with FAILED (Unknown model; No quota)."
      + " Correct the problem, then send the request in another job."
    ],
    "says that its id is not known": [
      { custom_id: null },
      "a request of batch job job-1, whose custom_id is not known, has no result: the job ended with CANCELLED."
      + " Give `customIds`, so that such requests are named."
    ],
    "says how many there are of which no id is known": [
      { custom_id: null, requests: 12 },
      "12 requests of batch job job-1, whose custom_ids are not known, have no result: the job ended with CANCELLED."
      + " Give `customIds`, so that such requests are named."
    ]
  }
  for (const [name, [fields, message]] of Object.entries(messages)) {
    it(name, () => {
      const error = new BatchResult.NotProcessed({ ...missing, ...fields })
      assert.strictEqual(error.message, message)
      assert.isTrue(error.isRetryable)
    })
  }

  it.effect("is caught by its tag, and survives its encoding", () =>
    Effect.gen(function*() {
      const caught = yield* Effect.fail(missing).pipe(
        Effect.catchTag("NotProcessed", (error) => Effect.succeed(error.custom_id))
      )
      assert.strictEqual(caught, "d")
      const encoded = JSON.parse(JSON.stringify(Schema.encodeSync(BatchResult.NotProcessed)(missing)))
      const decoded = Schema.decodeUnknownSync(BatchResult.NotProcessed)(encoded)
      assert.strictEqual(decoded.message, missing.message)
    }))
})

describe("the types", () => {
  const { failures, results } = over({})
  type Same<A, B> = [A] extends [B] ? [B] extends [A] ? true : false : false
  const same = <A, B>(_same: Same<A, B>): void => {}

  it("are those of the endpoint's response, the library's errors and the caller's", () => {
    const completions = results(job(), Endpoint.chat.complete)
    same<Stream.Success<typeof completions>, BatchResult.BatchResult<Completion.Response>>(true)
    same<Stream.Error<typeof completions>, MistralError.MistralError>(true)
    same<Stream.Services<typeof completions>, never>(true)

    const customIds = Stream.fromEffect(Effect.as(Effect.service(BatchIds), "a")).pipe(
      Stream.concat(Stream.fail("mine" as const))
    )
    const withIds = results("job-1", Endpoint.createModerations, { customIds, timeout: { total: "1 minute" } })
    same<Stream.Error<typeof withIds>, MistralError.MistralError | "mine">(true)
    same<Stream.Services<typeof withIds>, BatchIds>(true)

    const failed = failures(job(), Endpoint.createEmbeddings, { customIds: ["a"] })
    same<Stream.Success<typeof failed>, BatchResult.Failed>(true)

    // @ts-expect-error: a stream of events has no response.
    void (() => results(job(), Endpoint.chat.stream))
    // @ts-expect-error: ids are texts.
    void (() => results(job(), Endpoint.chat.complete, { customIds: [1] }))
  })

  it("of a failure has no response, and of a success no failure", () => {
    const [failed, succeeded] = BatchResult.partition<number>([])
    same<typeof failed[number]["result"], Result.Failure<never, MistralError.MistralError | BatchResult.NotProcessed>>(
      true
    )
    same<typeof succeeded[number]["result"]["success"], number>(true)
  })
})

class BatchIds extends Context.Service<BatchIds, ReadonlyArray<string>>()("test/BatchIds") {}
