import { type BatchJob, BatchJobs } from "@effect-mistral/batch"
import { MistralClient, RetryPolicy } from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { Effect, Layer, Redacted } from "effect"

/** The API key of every client here. It must appear only in the `authorization` header. */
export const apiKey = "sk-never-to-be-seen-0123456789"

type Script = NonNullable<Parameters<typeof ScriptedHttpClient.layer>[0]>

/** The service over a scripted server. */
export const scripted = (script: Script, options?: Parameters<typeof MistralClient.layer>[0]) =>
  BatchJobs.layer.pipe(
    Layer.provideMerge(MistralClient.layer({ apiKey: Redacted.make(apiKey), ...options })),
    Layer.provideMerge(ScriptedHttpClient.layer(script))
  )

/** The service over a scripted server whose client sends each request once. */
export const withoutRetries = (script: Script) => scripted(script, { retry: RetryPolicy.none })

/** The requests that the server received. */
export const requests = Effect.map(
  Effect.flatMap(ScriptedHttpClient.ScriptedHttpClient, (service) => service.requests),
  (seen) => seen.map(({ body, method, path }) => ({ method, path, body }))
)

/** The number of requests that the server received. */
export const count = Effect.map(requests, ({ length }) => length)

/** A job as the server sends it. */
export const job = (over: Partial<BatchJob.BatchJob> = {}): BatchJob.BatchJob => ({
  id: "j1",
  object: "batch",
  input_files: ["f1"],
  metadata: { run: "r1" },
  endpoint: "/v1/chat/completions",
  model: "mistral-small-latest",
  agent_id: null,
  output_file: null,
  error_file: null,
  errors: [],
  outputs: null,
  status: "QUEUED",
  created_at: 1_790_000_000,
  started_at: null,
  completed_at: null,
  total_requests: 2,
  completed_requests: 0,
  succeeded_requests: 0,
  failed_requests: 0,
  ...over
})

/** The response with a job. */
export const jobAnswer = (over?: Partial<BatchJob.BatchJob>) => ScriptedHttpClient.json(job(over))

/** The response with a page of jobs. */
export const page = (jobs: ReadonlyArray<BatchJob.BatchJob>, total: number | null = jobs.length) =>
  ScriptedHttpClient.json({ object: "list", data: jobs, ...(total === null ? undefined : { total }) })

/** An error response. */
export const refusal = (status: number, message: string, headers: Record<string, string> = {}) =>
  ScriptedHttpClient.json({ message, request_id: `request-${status}` }, { status, headers })

/** A random number of 0.5: a jitter of 20 % around the middle is none. */
export const middle = { nextIntUnsafe: () => 1, nextDoubleUnsafe: () => 0.5 }
