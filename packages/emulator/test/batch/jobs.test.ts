/** Batch jobs: what they give, and which requests create none. */
import * as Chat from "@effect-mistral/chat/Chat"
import * as Embeddings from "@effect-mistral/core/Embeddings"
import { Emulator } from "@effect-mistral/emulator"
import { ChatCompletionEvents } from "@effect-mistral/observability"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as HttpClient from "effect/http/HttpClient"
import * as HttpClientRequest from "effect/http/HttpClientRequest"
import * as Layer from "effect/Layer"
import { ask } from "../support.ts"
import {
  addLines,
  create,
  ended,
  fetchFile,
  fetchJob,
  ids,
  memory,
  question,
  questions,
  removeFile,
  resultsIn,
  resultsOf
} from "./batchSupport.ts"

const services = (options?: Parameters<typeof memory>[0]) =>
  Layer.provideMerge(Layer.mergeAll(Chat.layer, Embeddings.layer, ChatCompletionEvents.layer), memory(options))

describe("a batch job", () => {
  it.effect("gives what the live requests give, in a file of its own", () =>
    Effect.gen(function*() {
      const file = yield* addLines(questions(30))
      const created = yield* create({ input_files: [file], metadata: { tenant: "t1" } })
      assert.deepInclude(created, {
        object: "batch",
        input_files: [file],
        metadata: { tenant: "t1" },
        endpoint: "/v1/chat/completions",
        model: "mistral-small-latest",
        agent_id: null,
        status: "QUEUED",
        output_file: null,
        error_file: null,
        errors: [],
        outputs: null,
        total_requests: 0,
        started_at: null,
        completed_at: null
      })
      const job = yield* ended(created.id)
      assert.deepInclude(job, {
        status: "SUCCESS",
        error_file: null,
        errors: [],
        total_requests: 30,
        completed_requests: 30,
        succeeded_requests: 30,
        failed_requests: 0
      })
      const { failed, succeeded } = yield* resultsOf(job)
      assert.deepStrictEqual(failed, [])
      assert.deepStrictEqual(succeeded.map(({ custom_id }) => custom_id), ids(30))
      assert.strictEqual(new Set(succeeded.map(({ id }) => id)).size, 30)
      for (const [at, { error, response }] of succeeded.entries()) {
        assert.isNull(error)
        assert.strictEqual(response.status_code, 200)
        const live = yield* Chat.complete(ask(`Question ${at}`, { max_tokens: 12 }))
        assert.deepStrictEqual({ ...response.body, created: 0 }, { ...live, created: 0 })
      }
      assert.deepInclude(yield* fetchFile(job.output_file!), {
        purpose: "batch",
        sample_type: "batch_result",
        source: "mistral",
        num_lines: 30,
        mimetype: "application/jsonl"
      })
    }).pipe(Effect.provide(services())))

  it.effect("has its results in an order that is not that of the requests, and the same each time", () =>
    Effect.gen(function*() {
      const orders: Array<ReadonlyArray<string | null>> = []
      for (const _ of [1, 2]) {
        const job = yield* ended((yield* create({ requests: questions(50) })).id)
        orders.push((yield* resultsIn(job.output_file)).map(({ custom_id }) => custom_id))
      }
      assert.notDeepEqual(orders[0], ids(50))
      assert.deepStrictEqual(orders[0], orders[1])
    }).pipe(Effect.provide(memory())))

  it.effect("of inline requests gives its results inline, too", () =>
    Effect.gen(function*() {
      const { id } = yield* create({
        requests: [
          { custom_id: "good", body: question("Hi") },
          { custom_id: null, body: question("Hi", { temperature: "hot" }) },
          { body: question("Hello") }
        ]
      })
      const job = yield* ended(id)
      assert.deepStrictEqual(job.input_files, [])
      assert.isNull(job.outputs)
      const outputs = (yield* fetchJob(id, { inline: true })).outputs ?? []
      assert.sameDeepMembers([...outputs], [
        ...(yield* resultsIn(job.output_file)),
        ...(yield* resultsIn(job.error_file))
      ])
      assert.strictEqual(outputs.length, 3)
      assert.sameMembers(outputs.map(({ custom_id }) => custom_id), ["good", null, null])
      yield* removeFile(job.error_file!)
      assert.strictEqual((yield* fetchJob(id, { inline: true })).outputs?.length, 2)
    }).pipe(Effect.provide(memory())))

  it.effect("gives no outputs before it has ended, nor where they are not asked for", () =>
    Effect.gen(function*() {
      const { id } = yield* create({ requests: questions(3) })
      assert.isNull((yield* fetchJob(id, { inline: true })).outputs)
      const client = yield* HttpClient.HttpClient
      const response = yield* client.execute(
        HttpClientRequest.get(`http://emulator.invalid/v1/batch/jobs/${id}?inline=maybe`).pipe(
          HttpClientRequest.bearerToken("emulator-key")
        )
      )
      assert.strictEqual(response.status, 422)
    }).pipe(Effect.provide(memory({ batchQueueTime: "1 hour" }))))

  it.effect("takes its model where a request names none", () =>
    Effect.gen(function*() {
      const { id } = yield* create({
        model: "mistral-large-latest",
        requests: [
          { custom_id: "1", body: question("Hi") },
          { custom_id: "2", body: question("Hi", { model: "mistral-medium-latest" }) },
          { custom_id: "3", body: question("Hi", { model: null }) }
        ]
      })
      const { succeeded } = yield* resultsOf(yield* ended(id))
      assert.deepStrictEqual(succeeded.map(({ response }) => response.body.model), [
        "mistral-large-latest",
        "mistral-medium-latest",
        "mistral-large-latest"
      ])
    }).pipe(Effect.provide(memory())))

  it.effect("without a model fails the requests that name none", () =>
    Effect.gen(function*() {
      const { id } = yield* create({
        model: null,
        requests: [{ custom_id: "1", body: question("Hi") }]
      })
      const job = yield* ended(id)
      assert.deepInclude(job, { status: "SUCCESS", output_file: null, failed_requests: 1 })
      assert.deepStrictEqual(job.errors, [{ message: "body.model: Field required", count: 1 }])
    }).pipe(Effect.provide(memory())))

  it.effect("runs by an agent", () =>
    Effect.gen(function*() {
      const job = yield* ended((yield* create({ agent_id: "ag_emulator", requests: questions(2) })).id)
      assert.deepInclude(job, { agent_id: "ag_emulator", model: null, succeeded_requests: 2 })
      const { succeeded } = yield* resultsOf(job)
      assert.deepStrictEqual(succeeded.map(({ response }) => response.body.model), [
        "mistral-medium-latest",
        "mistral-medium-latest"
      ])
      const unknown = yield* ended((yield* create({ agent_id: "ag_none", requests: questions(2) })).id)
      assert.deepStrictEqual(unknown.errors, [{ message: "Agent not found: ag_none", count: 2 }])
      assert.strictEqual((yield* resultsOf(unknown)).failed[0]?.response.status_code, 404)
    }).pipe(Effect.provide(memory())))

  for (
    const [endpoint, model, body, key] of [
      ["/v1/fim/completions", "codestral-latest", { prompt: "def f(", suffix: "return a", max_tokens: 5 }, "choices"],
      ["/v1/embeddings", "mistral-embed", { input: ["one", "two"] }, "data"],
      ["/v1/moderations", "mistral-moderation-latest", { input: "Some text" }, "results"],
      [
        "/v1/chat/moderations",
        "mistral-moderation-latest",
        { input: [{ role: "user", content: "Some text" }] },
        "results"
      ]
    ] as const
  ) {
    it.effect(`can be one of ${endpoint}`, () =>
      Effect.gen(function*() {
        const job = yield* ended((yield* create({ endpoint, model, requests: [{ custom_id: "1", body }] })).id)
        assert.strictEqual(job.succeeded_requests, 1, JSON.stringify(job.errors))
        const { succeeded } = yield* resultsOf(job)
        assert.isArray(succeeded[0]?.response.body[key])
        assert.strictEqual(succeeded[0]?.response.body.model, model)
      }).pipe(Effect.provide(memory())))
  }

  it.effect("counts for no rate limit of live requests, and waits for none", () =>
    Effect.gen(function*() {
      const job = yield* ended((yield* create({ requests: questions(100) })).id)
      assert.strictEqual(job.succeeded_requests, 100)
    }).pipe(Effect.provide(memory({ requestsPerMinute: 50, tokensPerMinute: 100 }))))

  it.effect("takes the replies of a script", () =>
    Effect.gen(function*() {
      const job = yield* ended((yield* create({ requests: questions(3) })).id)
      const { failed, succeeded } = yield* resultsOf(job)
      assert.deepStrictEqual(succeeded.map(({ response }) => response.body.choices?.[0]?.message.content), [
        "Nought.",
        "Two."
      ])
      assert.deepStrictEqual(failed.map(({ custom_id, response }) => [custom_id, response.status_code]), [["c1", 503]])
    }).pipe(Effect.provide(memory({
      script: [
        { when: { text: "Question 0" }, answer: { text: "Nought." } },
        { when: { text: "Question 1" }, answer: { error: { status: 503 } } },
        { when: { text: "Question 2" }, answer: { text: "Two." } }
      ]
    }))))

  it.effect("records its completions as events, as live requests do", () =>
    Effect.gen(function*() {
      const job = yield* ended((yield* create({ requests: [...questions(4), { body: { messages: 1 } }] })).id)
      assert.deepInclude(job, { succeeded_requests: 4, failed_requests: 1 })
      const { completion_events } = yield* ChatCompletionEvents.search({ search_params: { filters: null } })
      const events = completion_events.results ?? []
      const { succeeded } = yield* resultsOf(job)
      assert.sameMembers(events.map(({ correlation_id }) => correlation_id), succeeded.map(({ id }) => id))
    }).pipe(Effect.provide(services())))

  it.effect("is seen by the program as one request, and opens no others", () =>
    Effect.gen(function*() {
      yield* ended((yield* create({ requests: questions(20) })).id)
      const paths = (yield* (yield* Emulator.Emulator).requests).map(({ method, path }) => `${method} ${path}`)
      assert.deepStrictEqual(paths.filter((path) => path.startsWith("POST")), ["POST /v1/batch/jobs"])
      assert.deepStrictEqual(paths.filter((path) => path.includes("completions")), [])
    }).pipe(Effect.provide(memory())))
})
