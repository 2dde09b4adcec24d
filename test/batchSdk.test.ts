/** Mistral's own SDK runs batch jobs on the emulator. */
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, layer } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import type { BatchJob } from "@mistralai/mistralai/models/components"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"

const emulated = Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, batchQueueTime: "30 millis" })

/** Runs a program of the SDK against the emulator. */
const withSdk = <A>(
  program: (sdk: Mistral, emulator: Emulator.Service) => Promise<A>
): Effect.Effect<A, never, Emulator.Emulator> =>
  Effect.flatMap(
    Emulator.Emulator,
    (emulator) =>
      Effect.promise(() =>
        program(new Mistral({ apiKey: Redacted.value(emulator.apiKey), serverURL: emulator.url }), emulator)
      )
  )

layer(emulated, { excludeTestServices: true })("the official SDK", (it) => {
  it.effect("uploads a file, creates a job of it, and reads its results", () =>
    withSdk(async (sdk) => {
      const lines = ["a", "b", "c"].map((id) => JSON.stringify({ custom_id: id, body: question(`Question ${id}`) }))
      const file = await sdk.files.upload({
        file: new Blob([lines.join("\n")]),
        purpose: "batch"
      })
      const created = await sdk.batch.jobs.create({
        inputFiles: [file.id],
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest",
        metadata: { tenant: "t1" },
        timeoutHours: 3
      })
      assert.strictEqual(created.status, "QUEUED")
      assert.deepStrictEqual(created.inputFiles, [file.id])
      const job = await ended(sdk, created.id)
      assert.strictEqual(job.status, "SUCCESS")
      assert.strictEqual(job.succeededRequests, 3)
      assert.isAtLeast(job.completedAt!, job.startedAt!)
      const output = await new Response(await sdk.files.download({ fileId: job.outputFile! })).text()
      const results = output.trim().split("\n").map((line) => JSON.parse(line))
      assert.sameMembers(results.map(({ custom_id }) => custom_id), ["a", "b", "c"])
      assert.isTrue(results.every(({ error, response }) => error === null && response.status_code === 200))
    }))

  it.effect("creates a job of inline requests, and gets its outputs inline", () =>
    withSdk(async (sdk) => {
      const { id } = await sdk.batch.jobs.create({
        requests: [
          { customId: "1", body: question("Hi") },
          { customId: "2", body: question("Hi", { temperature: 9 }) }
        ],
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest"
      })
      assert.strictEqual((await ended(sdk, id)).failedRequests, 1)
      const job = await sdk.batch.jobs.get({ jobId: id, inline: true })
      assert.sameMembers(job.outputs!.map((output) => output["custom_id"]), ["1", "2"])
      assert.deepStrictEqual(job.errors, [{
        message: "body.temperature: Input should be less than or equal to 1.5",
        count: 1
      }])
    }))

  it.effect("lists jobs by every filter that it has", () =>
    withSdk(async (sdk) => {
      const before = new Date(Date.now() - 1000)
      const create = (more: object) =>
        sdk.batch.jobs.create({ requests: [{ body: question("Hi") }], endpoint: "/v1/chat/completions", ...more })
      const mine = await create({ model: "mistral-large-latest", metadata: { shelf: "7", room: "a b" } })
      const agents = await create({ agentId: "ag_emulator", metadata: { shelf: "7" } })
      await ended(sdk, mine.id)
      await ended(sdk, agents.id)
      const ids = async (query: Parameters<typeof sdk.batch.jobs.list>[0]) =>
        (await sdk.batch.jobs.list(query)).data!.map(({ id }) => id)
      assert.deepStrictEqual(await ids({ metadata: { shelf: "7" } }), [agents.id, mine.id])
      assert.deepStrictEqual(await ids({ metadata: { shelf: "7", room: "a b" } }), [mine.id])
      assert.deepStrictEqual(await ids({ metadata: { shelf: "8" } }), [])
      assert.deepStrictEqual(await ids({ agentId: "ag_emulator" }), [agents.id])
      assert.deepStrictEqual(await ids({ model: "mistral-large-latest" }), [mine.id])
      assert.deepStrictEqual(await ids({ metadata: { shelf: "7" }, status: ["RUNNING", "SUCCESS"] }), [
        agents.id,
        mine.id
      ])
      assert.deepStrictEqual(await ids({ metadata: { shelf: "7" }, status: ["FAILED"] }), [])
      assert.deepStrictEqual(
        await ids({ metadata: { shelf: "7" }, createdAfter: before, createdByMe: true, orderBy: "created" }),
        [mine.id, agents.id]
      )
      assert.deepStrictEqual(await ids({ createdAfter: new Date(Date.now() + 60_000) }), [])
      const page = await sdk.batch.jobs.list({ metadata: { shelf: "7" }, page: 1, pageSize: 1 })
      assert.deepStrictEqual([page.data!.map(({ id }) => id), page.total], [[mine.id], 2])
    }))

  it.effect("cancels and deletes jobs", () =>
    withSdk(async (sdk) => {
      const { id } = await sdk.batch.jobs.create({
        requests: Array.from({ length: 100 }, () => ({ body: question("Hi") })),
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest"
      })
      assert.strictEqual((await sdk.batch.jobs.cancel({ jobId: id })).status, "CANCELLATION_REQUESTED")
      const job = await ended(sdk, id)
      assert.strictEqual(job.status, "CANCELLED")
      assert.strictEqual(job.totalRequests, 100)
      assert.deepInclude(await sdk.batch.jobs.delete({ jobId: id }), { id, object: "batch", deleted: true })
      const status = await sdk.batch.jobs.get({ jobId: id }).then(() => 200, ({ statusCode }) => statusCode)
      assert.strictEqual(status, 404)
    }))

  it.effect("is told of a file that is not there yet, and of one that never was", () =>
    withSdk(async (sdk, { faults }) => {
      await Effect.runPromise(faults.next(Fault.fileNotFound("300 millis")))
      const { id } = await sdk.files.upload({
        file: new Blob([JSON.stringify({ custom_id: "1", body: question("Hi") })]),
        purpose: "batch"
      })
      const create = (file: string) =>
        sdk.batch.jobs.create({
          inputFiles: [file],
          endpoint: "/v1/chat/completions",
          model: "mistral-small-latest"
        }).then(({ status }) => status, ({ statusCode }) => statusCode)
      assert.strictEqual(await create(id), 404)
      let last: unknown = 404
      while (last === 404) last = await create(id)
      assert.strictEqual(last, "QUEUED")
      assert.strictEqual(await create("00000000-0000-4000-8000-00000000000f"), 404)
      assert.strictEqual(await create("first"), 422)
    }))
})

const question = (content: string, more: Readonly<Record<string, unknown>> = {}) => ({
  max_tokens: 5,
  messages: [{ role: "user", content }],
  ...more
})

/** Polls a job until it has ended. */
const ended = async (sdk: Mistral, jobId: string): Promise<BatchJob> => {
  for (;;) {
    const job = await sdk.batch.jobs.get({ jobId })
    if (job.completedAt != null) return job
  }
}
