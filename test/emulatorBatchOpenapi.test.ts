/** The emulator's responses about batch jobs, checked against Mistral's OpenAPI file, which is kept outside the project. */
import { BatchEndpoint } from "@effect-mistral/batch"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { assert, it, layer } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { type OpenApi, withSpecification } from "./openapi/specification.ts"
import { validator } from "./openapi/validator.ts"

withSpecification(check, "mistral-openapi-files-batch.yaml")

function check(document: OpenApi) {
  const fits = validator(document, [])

  /** The reasons why a value is not what the file promises of an endpoint. */
  const misfits = ({ method, name, path }: Asked, value: unknown) =>
    fits({ name, path, method }, { status: 200, contentType: "application/json", values: [value] }, value)

  layer(Emulator.layer({ timeToFirstToken: 0, tokensPerSecond: Infinity, batchRequestsPerSecond: 2000 }), {
    excludeTestServices: true
  })("batch jobs of the emulator", (it) => {
    it.effect("fit Mistral's OpenAPI file at every endpoint and in every state", () =>
      Effect.gen(function*() {
        const states = new Set<string>()
        const asked = new Set<Asked>()
        const call = Effect.fnUntraced(function*(endpoint: Asked, parts: Parts = {}) {
          asked.add(endpoint)
          const { status, text } = yield* send(endpoint, parts)
          assert.strictEqual(status, 200, text)
          const value: unknown = JSON.parse(text)
          assert.deepStrictEqual(misfits(endpoint, value), [], `${endpoint.name}: ${text}`)
          // The cast is safe: the response was just compared with the file, and its keys are read by name below.
          const known = value as Loose
          if (typeof known["status"] === "string") states.add(known["status"])
          return known
        })
        const create = (body: object, fault?: Fault.Fault) =>
          call(BatchEndpoint.createJob, {
            body: { endpoint: "/v1/chat/completions", model: "mistral-small-latest", ...body },
            ...(fault === undefined ? undefined : { headers: { "x-emulator-fault": JSON.stringify(fault) } })
          })
        const on = (job: Loose): Parts => ({ params: { job_id: String(job["id"]) } })
        const end = (job: Loose) =>
          Effect.repeat(call(BatchEndpoint.fetchJob, { ...on(job), query: "inline=true" }), {
            until: (one) => one["completed_at"] !== null,
            schedule: Schedule.spaced("2 millis")
          })

        const requests = (count: number) =>
          Array.from({ length: count }, (_, at) => ({
            custom_id: String(at),
            body: { max_tokens: 3, messages: [{ role: "user", content: "Hi" }] }
          }))
        const emulator = yield* Emulator.Emulator
        const file = yield* emulator.addFile(requests(40).map((one) => JSON.stringify(one)).join("\n"), {
          purpose: "batch"
        })
        const good = yield* end(yield* create({ input_files: [file], metadata: { tenant: "t1" }, timeout_hours: 2 }))
        const mixed = yield* end(yield* create({ requests: requests(40) }, Fault.batchLineErrors({ every: 3 })))
        yield* end(yield* create({ requests: requests(3), model: null, agent_id: "ag_emulator" }))
        yield* end(yield* create({ requests: requests(3) }, Fault.batchTimeout(2)))
        yield* end(yield* create({ requests: [...requests(1), ...requests(1)] }))
        const long = yield* create({ requests: requests(10_000) })
        yield* call(BatchEndpoint.cancelJob, on(long))
        yield* end(long)
        for (const query of ["", "page_size=2&page=1", "status=SUCCESS&status=FAILED", "tenant=t1", "model=none"]) {
          yield* call(BatchEndpoint.listJobs, { query })
        }
        yield* call(BatchEndpoint.deleteJob, on(good))

        assert.isNotNull(good["output_file"])
        assert.isNotNull(mixed["error_file"])
        assert.isNotEmpty(mixed["errors"])
        assert.sameMembers([...states], [
          "QUEUED",
          "RUNNING",
          "SUCCESS",
          "FAILED",
          "TIMEOUT_EXCEEDED",
          "CANCELLATION_REQUESTED",
          "CANCELLED"
        ])
        assert.sameMembers([...asked], jobEndpoints)
      }))

    it.effect("would be found out where they did not", () =>
      Effect.gen(function*() {
        const { text } = yield* send(BatchEndpoint.createJob, {
          body: { endpoint: "/v1/chat/completions", requests: [{ body: {} }], metadata: { a: "b" } }
        })
        const job: Loose = JSON.parse(text)
        assert.deepStrictEqual(misfits(BatchEndpoint.createJob, job), [])
        for (
          const damage of [
            { status: "DONE" },
            { created_at: "2026-01-01T00:00:00Z" },
            { created_at: 1.5 },
            { output_file: "file-1" },
            { errors: [{ count: 1 }] },
            { total_requests: null },
            { input_files: null },
            { object: "job" },
            { outputs: ["a"] }
          ]
        ) {
          assert.isNotEmpty(misfits(BatchEndpoint.createJob, { ...job, ...damage }), JSON.stringify(damage))
        }
      }))
  })

  it("every endpoint of jobs is in the file", () => {
    for (const { method, path } of jobEndpoints) assert.isDefined(document.paths[path]?.[method.toLowerCase()], path)
  })
}

const jobEndpoints = [
  BatchEndpoint.createJob,
  BatchEndpoint.listJobs,
  BatchEndpoint.fetchJob,
  BatchEndpoint.cancelJob,
  BatchEndpoint.deleteJob
]

interface Asked {
  readonly name: string
  readonly method: string
  readonly path: string
}

interface Parts {
  readonly params?: Readonly<Record<string, string>>
  readonly query?: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

type Loose = Readonly<Record<string, unknown>>

const send = ({ method, path }: Asked, { body, headers, params = {}, query = "" }: Parts) =>
  Effect.flatMap(Emulator.Emulator, ({ apiKey, url }) =>
    Effect.promise(async () => {
      const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => params[name] ?? "")
      const response = await fetch(`${url}${filled}?${query}`, {
        method,
        headers: { authorization: `Bearer ${Redacted.value(apiKey)}`, "content-type": "application/json", ...headers },
        ...(body === undefined ? undefined : { body: JSON.stringify(body) })
      })
      return { status: response.status, text: await response.text() }
    }))
