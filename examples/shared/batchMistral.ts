/**
 * The client of the batch examples, and the progress of their jobs. Without a key the client calls an emulator whose first job
 * lets each hundredth request fail, as a server under load does.
 */
import type { BatchJob } from "@effect-mistral/batch"
import { MistralClient } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { UndiciHttpClient } from "@effect-mistral/node"
import { Config, Console, Effect, Layer, Option } from "effect"
import type { HttpClient } from "effect/http/HttpClient"
import type { ServeError } from "effect/http/HttpServerError"
import type { Progress } from "./progress.ts"

const emulated = Effect.gen(function*() {
  const { apiKey, faults, url } = yield* Emulator.Emulator
  yield* Console.error(`(MISTRAL_API_KEY is not set: using the emulator at ${url})`)
  const overload = Fault.batchLineErrors({ status: 503, every: 100 })
  yield* Effect.orDie(faults.next(overload, { where: { path: "/v1/batch/jobs" } }))
  return MistralClient.layer({ apiKey, baseUrl: url })
})

type Live = Layer.Layer<MistralClient.MistralClient, Config.ConfigError | ServeError, HttpClient>

export const BatchMistralLive = Layer.unwrap(
  Effect.map(Config.option(Config.Redacted("MISTRAL_API_KEY")), (key): Live =>
    Option.isSome(key)
      ? MistralClient.layerConfig()
      : Layer.provide(Layer.unwrap(emulated), Emulator.layer({ batchRequestsPerSecond: 5000 })))
).pipe(Layer.provide(UndiciHttpClient.layer))

/** How far a job has come. */
export const progressOf = (job: BatchJob.BatchJob): Progress => ({
  share: job.total_requests === 0 ? 0 : job.completed_requests / job.total_requests,
  text: `${job.status}: ${job.succeeded_requests} done, ${job.failed_requests} failed`
})
