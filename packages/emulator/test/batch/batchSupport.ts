import * as BatchEndpoint from "@effect-mistral/batch/BatchEndpoint"
import * as BatchJob from "@effect-mistral/batch/BatchJob"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import { Emulator } from "@effect-mistral/emulator"
import { assert } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import { instant } from "../support.ts"

/** The options of an emulator without a socket. */
export type MemoryOptions = NonNullable<Parameters<typeof Emulator.layerMemory>[0]>

/** The real client over an emulator without a socket. */
export const memory = (options: MemoryOptions = {}) =>
  Layer.provideMerge(
    MistralClient.layer({ apiKey: Redacted.make("emulator-key"), retry: RetryPolicy.none }),
    Layer.fresh(Emulator.layerMemory({ ...instant, ...options }))
  )

/** The client's call of an endpoint of jobs. */
const call = Effect.fnUntraced(function*<Request, Response>(
  ...[endpoint, request, options]: Parameters<typeof MistralClient.MistralClient.Service.request<Request, Response>>
) {
  const client = yield* MistralClient.MistralClient
  return yield* client.request(endpoint, request, options)
})

/** Creates a job of chat completions, unless another endpoint is given. */
export const create = (request: Partial<BatchJob.CreateRequest>, options?: MistralClient.CallOptions) =>
  call(
    BatchEndpoint.createJob,
    {
      endpoint: "/v1/chat/completions",
      ...(request.agent_id === undefined ? { model: "mistral-small-latest" } : undefined),
      ...request
    },
    options
  )

/** Fetches a job. */
export const fetchJob = (id: string, query: BatchJob.FetchQuery = {}) =>
  call(BatchEndpoint.fetchJob, undefined, { params: { job_id: id }, query })

/** Lists jobs. */
export const listJobs = (query: BatchJob.ListQuery = {}) => call(BatchEndpoint.listJobs, undefined, { query })

/** Cancels a job. */
export const cancel = (id: string) => call(BatchEndpoint.cancelJob, undefined, { params: { job_id: id } })

/** Deletes a job. */
export const remove = (id: string) => call(BatchEndpoint.deleteJob, undefined, { params: { job_id: id } })

/** Fetches a file. */
export const fetchFile = (id: string) => call(BatchEndpoint.fetchFile, undefined, { params: { file_id: id } })

/** Deletes a file. */
export const removeFile = (id: string) => call(BatchEndpoint.deleteFile, undefined, { params: { file_id: id } })

/** Fetches a job until it fits a condition. It does not use the clock, so that it works on a `TestClock`, too. */
export const until = Effect.fnUntraced(function*(id: string, fits: (job: BatchJob.BatchJob) => boolean) {
  for (let polls = 0; polls < 10_000; polls++) {
    const job = yield* fetchJob(id)
    if (fits(job)) return job
    yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, polls < 20 ? 1 : 10)))
  }
  return yield* Effect.die(new Error(`the job ${id} does not get there: ${JSON.stringify(yield* fetchJob(id))}`))
})

/** Fetches a job until it has ended. */
export const ended = (id: string) => until(id, ({ status }) => BatchJob.hasEnded(status))

/** A line of the results of a job. */
export type ResultLine = {
  readonly id: string
  readonly custom_id: string | null
  readonly response: { readonly status_code: number; readonly body: ResultBody }
  readonly error: { readonly message: string } | null
}

/** A body of a response, of which a test reads what it expects. */
type ResultBody = {
  readonly [key: string]: unknown
  readonly model?: string
  readonly choices?: ReadonlyArray<{ readonly message: { readonly content: string } }>
  readonly message?: unknown
}

/** The text of a file. */
export const textOf = Effect.fnUntraced(function*(id: string) {
  const client = yield* MistralClient.MistralClient
  return yield* Stream.mkString(
    Stream.decodeText(client.bytes(BatchEndpoint.fileContent, undefined, { params: { file_id: id } }))
  )
})

/** The results in a file of a job; none if there is no file. */
export const resultsIn = (id: string | null | undefined) =>
  id == null ? Effect.succeed([]) : Effect.map(textOf(id), (text): ReadonlyArray<ResultLine> => {
    assert.isTrue(text.endsWith("\n"))
    return text.slice(0, -1).split("\n").map((line) => JSON.parse(line))
  })

const byNumber = new Intl.Collator("en", { numeric: true })

/** All results of a job, those that succeeded first, in the order of the custom ids. */
export const resultsOf = Effect.fnUntraced(function*(job: BatchJob.BatchJob) {
  const sorted = (lines: ReadonlyArray<ResultLine>) =>
    [...lines].sort((a, b) => byNumber.compare(String(a.custom_id), String(b.custom_id)))
  return {
    succeeded: sorted(yield* resultsIn(job.output_file)),
    failed: sorted(yield* resultsIn(job.error_file))
  }
})

/** Adds a file of batch requests: lines as they are, or values. */
export const addLines = (lines: Iterable<unknown>) =>
  Effect.flatMap(
    Emulator.Emulator,
    ({ addFile }) =>
      addFile([...lines].map((line) => typeof line === "string" ? line : JSON.stringify(line)).join("\n"), {
        filename: "requests.jsonl",
        purpose: "batch"
      })
  )

/** The body of a request with one question. */
export const question = (content: string, more: Readonly<Record<string, unknown>> = {}) => ({
  max_tokens: 12,
  messages: [{ role: "user", content }],
  ...more
})

/** Requests with the custom ids `c0`, `c1` and so on. */
export const questions = (count: number) =>
  Array.from({ length: count }, (_, at) => ({ custom_id: `c${at}`, body: question(`Question ${at}`) }))

/** The custom ids `c0`, `c1` and so on. */
export const ids = (count: number) => Array.from({ length: count }, (_, at) => `c${at}`)
