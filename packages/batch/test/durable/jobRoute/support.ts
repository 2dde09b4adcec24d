/** The jobs route over an emulator in memory, on the clock of the test. */
import { Batch, BatchError, type BatchJob, BatchJobs, BatchRoute, Files } from "@effect-mistral/batch"
import { Completion, MistralClient, RetryPolicy } from "@effect-mistral/core"
import { Emulator, type Fault } from "@effect-mistral/emulator"
import { Effect, Fiber, Layer, Redacted, Schema, Stream } from "effect"
import { HttpClient } from "effect/http"
import { TestClock } from "effect/testing"
import type { PartWork } from "../../../src/internal/work/partWork.ts"
import type { PartLedger } from "./partLedger.ts"

/** Questions whose answers are texts. */
export const Questions = Batch.make({
  name: "questions",
  item: Schema.Struct({ question: Schema.String }),
  request: ({ question }) => ({
    model: "mistral-small-latest",
    max_tokens: 8,
    messages: [{ role: "user", content: question }]
  }),
  answer: Schema.String,
  read: Completion.text
})

/** Items of `Questions`. */
export const questions = (count: number) => Array.from({ length: count }, (_, at) => ({ question: `Question ${at}` }))

/** An emulator without a socket. */
export const emulator = (options: Parameters<typeof Emulator.layerMemory>[0] = {}) =>
  Layer.fresh(Emulator.layerMemory({ timeToFirstToken: 0, tokensPerSecond: 1e9, ...options }))

/** The end of a process: nothing after it is done. */
export interface Death {
  /** The number of the request to the server at which the process ends, from 1. */
  readonly request: number
  /** Whether the server has received it. */
  readonly received: boolean
}

/** A process with the services of batch jobs over the client of the environment, and the requests that it sends. */
export const services = (death?: Death) => {
  const sent: Array<string> = []
  const client = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(HttpClient.HttpClient, (client) =>
      HttpClient.transform(client, (response, request) => {
        sent.push(`${request.method} ${new URL(request.url).pathname}`)
        if (sent.length !== death?.request) return response
        return death.received ? Effect.andThen(response, Effect.never) : Effect.never
      }))
  )
  const layer = Layer.fresh(
    Layer.mergeAll(Files.layer, BatchJobs.layer).pipe(
      Layer.provideMerge(MistralClient.layer({ apiKey: Redacted.make("emulator-key"), retry: RetryPolicy.none })),
      Layer.provide(client)
    )
  )
  return { layer, sent }
}

/** Works on a part by the jobs route. */
export const work = (part: PartWork, options?: BatchRoute.JobsOptions) =>
  Effect.flatMap(BatchRoute.BatchRoute, (route) => route.run(part)).pipe(Effect.provide(BatchRoute.jobs(options)))

const turn = Effect.promise(() => new Promise<void>((resolve) => setImmediate(resolve)))

/** Lets the time of the test pass until a fiber ends, or until it is `stuck`. */
export const untilEnd = <A, E>(fiber: Fiber.Fiber<A, E>, stuck = () => false) =>
  Effect.gen(function*() {
    for (let steps = 0; steps < 20_000; steps++) {
      if (fiber.pollUnsafe() !== undefined || stuck()) return
      yield* turn
      if (steps % 10 === 9) yield* TestClock.adjust(steps < 2000 ? "1 second" : "1 minute")
    }
    return yield* Effect.die(new Error("the part did not end"))
  })

/** Begins to work on a part, in a process that lives. */
export const workInBackground = (part: PartWork, options?: BatchRoute.JobsOptions) =>
  Effect.gen(function*() {
    const { layer, sent } = services()
    const fiber = yield* Effect.forkChild(Effect.result(work(part, options).pipe(Effect.provide(layer))))
    return { fiber, layer, sent }
  })

/** Works on a part until the end, in a process that lives. */
export const workToEnd = (part: PartWork, options?: BatchRoute.JobsOptions) =>
  Effect.gen(function*() {
    const { fiber, sent } = yield* workInBackground(part, options)
    yield* untilEnd(fiber)
    return { result: yield* Fiber.join(fiber), sent }
  })

/** What Mistral has: its jobs and its files, the oldest first. */
export const onServer = Effect.gen(function*() {
  const jobs = yield* Stream.runCollect(BatchJobs.listAll())
  const files = yield* Stream.runCollect(Files.listAll())
  const uploads = files.filter(({ source }) => source === "upload")
  return { jobs: jobs.toReversed(), files: files.toReversed(), uploads: uploads.toReversed() }
}).pipe(Effect.provide(Layer.suspend(() => services().layer)))

/** The requests of a job, as they were uploaded. */
export const inputOf = ({ input_files }: BatchJob.BatchJob) =>
  Stream.fromIterable(input_files).pipe(
    Stream.flatMap((id) => Files.content(id)),
    Stream.decodeText,
    Stream.splitLines,
    Stream.runCollect,
    Effect.map((lines) => lines.map((line): unknown => JSON.parse(line))),
    Effect.provide(Layer.suspend(() => services().layer))
  )

/** The failures of a part by `seq`, as the ledger has them. */
export const failures = ({ outcomes }: PartLedger) =>
  new Map(
    [...outcomes.values()].filter(({ failed }) => failed).map(({ body, seq }) => [
      seq,
      Schema.decodeUnknownSync(BatchError.ItemFailure)(JSON.parse(body))
    ])
  )

/** Makes the server fail the next jobs, or their requests. */
export const armJob = (fault: Fault.Fault, times = 1) => arm(fault, "/v1/batch/jobs", times)

/** Makes the server fail the next requests to a path. */
export const arm = (fault: Fault.Fault, path: string, times = 1, method = "POST") =>
  Effect.flatMap(Emulator.Emulator, ({ faults }) => faults.next(fault, { times, where: { path, method } }))
