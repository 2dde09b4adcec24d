/** The service replaced by a mock, over two clients, and the types of its operations. */
import { BatchJob, BatchJobs, type BatchResult } from "@effect-mistral/batch"
import { type Completion, type Embedding, Endpoint, MistralClient, type MistralError } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Context, Data, Effect, Layer, Redacted, Schema, Stream } from "effect"
import { job, page } from "./services.ts"

describe("the service", () => {
  it.effect("is replaced in part by Layer.mock, and dies of what was not given", () =>
    Effect.gen(function*() {
      assert.strictEqual((yield* BatchJobs.await("j1")).id, "mock")
      assert.deepStrictEqual(yield* Stream.runCollect(BatchJobs.watch("j1")), [job({ status: "A_NEW_STATUS" })])
      assert.strictEqual((yield* BatchJobs.delete("j1")).deleted, true)
      const missing = [
        BatchJobs.create({ endpoint: "/v1/ocr" }),
        BatchJobs.createOnce({ endpoint: "/v1/ocr", metadata: {} }),
        BatchJobs.find({ run: "r1" }),
        BatchJobs.list(),
        Stream.runDrain(BatchJobs.results("j1", Endpoint.chat.complete)),
        Stream.runDrain(BatchJobs.failures("j1", Endpoint.chat.complete)),
        Stream.runDrain(BatchJobs.listAll()),
        BatchJobs.fetch("j1"),
        BatchJobs.cancel("j1")
      ]
      for (const one of missing) {
        assert.include(
          String(yield* Effect.exit(Effect.asVoid<unknown, unknown, BatchJobs.BatchJobs>(one))),
          "Unimplemented"
        )
      }
    }).pipe(Effect.provide(
      Layer.mock(BatchJobs.BatchJobs)({
        await: () => Effect.succeed(job({ id: "mock" })),
        watch: () => Stream.make(job({ status: "A_NEW_STATUS" })),
        delete: (id) => Effect.succeed({ id, deleted: true })
      })
    )))

  for (
    const [name, layer] of [
      ["layer", BatchJobs.layer],
      ["layerOptions", BatchJobs.layerOptions({ timeout: { total: "1 hour" } })]
    ] as const
  ) {
    it.effect(`over two clients of one program, by ${name}, sends each request to its own host`, () =>
      Effect.gen(function*() {
        yield* Effect.flatMap(European, ({ list }) => list())
        yield* Effect.flatMap(American, ({ list }) => list())
        const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
        assert.deepStrictEqual((yield* requests).map(({ headers, url }) => [url, headers["authorization"]]), [
          ["https://eu.example/v1/batch/jobs", "Bearer key-eu"],
          ["https://us.example/v1/batch/jobs", "Bearer key-us"]
        ])
      }).pipe(Effect.provide(
        Layer.mergeAll(over(European, layer, "eu"), over(American, layer, "us")).pipe(
          Layer.provideMerge(ScriptedHttpClient.layer([page([]), page([])]))
        )
      )))
  }
})

describe("a mismatch", () => {
  it("survives JSON, with the job and the differences", () => {
    const error = new BatchJob.JobMismatch({ job: job({ status: "A_NEW_STATUS" }), differences: ["model"] })
    const codec = Schema.toCodecJson(BatchJob.JobMismatch)
    const read = Schema.decodeUnknownSync(codec)(JSON.parse(JSON.stringify(Schema.encodeSync(codec)(error))))
    assert.instanceOf(read, BatchJob.JobMismatch)
    assert.deepStrictEqual(read.job, error.job)
    assert.strictEqual(read.message, error.message)
  })
})

class European extends Context.Service<European, BatchJobs.Service>()("European") {}

class American extends Context.Service<American, BatchJobs.Service>()("American") {}

function over<Self>(
  service: Context.Service<Self, BatchJobs.Service>,
  layer: typeof BatchJobs.layer,
  tenant: string
) {
  return Layer.effect(service, Effect.map(BatchJobs.BatchJobs, (jobs) => jobs)).pipe(
    Layer.provide(layer),
    Layer.provide(
      MistralClient.layer({ apiKey: Redacted.make(`key-${tenant}`), baseUrl: `https://${tenant}.example` })
    )
  )
}

class NoIds extends Data.TaggedError("NoIds") {}

class Ids extends Context.Service<Ids, Stream.Stream<string, NoIds>>()("Ids") {}

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : never

const same = <A, B>(proof: Same<A, B>): true => proof

/** These are checked by the compiler only. */
export const types = () => {
  const awaited = BatchJobs.await("j1")
  same<typeof awaited, Effect.Effect<BatchJob.BatchJob, MistralError.MistralError, BatchJobs.BatchJobs>>(true)
  const once = BatchJobs.createOnce({ endpoint: "/v1/ocr", input_files: ["f1"], metadata: { run: "r1" } })
  same<Effect.Error<typeof once>, MistralError.MistralError | BatchJob.JobMismatch>(true)
  const watched = BatchJobs.watch("j1")
  same<typeof watched, Stream.Stream<BatchJob.BatchJob, MistralError.MistralError, BatchJobs.BatchJobs>>(true)
  const results = BatchJobs.results("j1", Endpoint.chat.complete)
  same<
    typeof results,
    Stream.Stream<BatchResult.BatchResult<Completion.Response>, MistralError.MistralError, BatchJobs.BatchJobs>
  >(true)
  const embedded = BatchJobs.results(job(), Endpoint.createEmbeddings, { customIds: Stream.unwrap(Ids) })
  same<Stream.Success<typeof embedded>, BatchResult.BatchResult<Embedding.Response>>(true)
  same<Stream.Error<typeof embedded>, MistralError.MistralError | NoIds>(true)
  same<Stream.Services<typeof embedded>, BatchJobs.BatchJobs | Ids>(true)
  const failures = BatchJobs.failures("j1", Endpoint.createEmbeddings, { customIds: ["1"] })
  same<
    typeof failures,
    Stream.Stream<BatchResult.Failed, MistralError.MistralError, BatchJobs.BatchJobs>
  >(true)
  // @ts-expect-error the metadata identifies the job
  BatchJobs.createOnce({ endpoint: "/v1/ocr", input_files: ["f1"] })
  // @ts-expect-error a misspelt key
  BatchJobs.create({ endpoint: "/v1/ocr", input_file: ["f1"] })
  // @ts-expect-error metadata are texts
  BatchJobs.create({ endpoint: "/v1/ocr", input_files: ["f1"], metadata: { run: 1 } })
  // The documented endpoints are completed by editors, others are accepted.
  BatchJobs.create({ endpoint: "/v1/a/new/endpoint", input_files: ["f1"] })
  // @ts-expect-error a misspelt key of a response
  Effect.map(awaited, ({ ouput_file }) => ouput_file)
}
