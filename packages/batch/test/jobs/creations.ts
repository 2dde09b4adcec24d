/** Calls of `createOnce`, and what the server received of them. */
import { BatchJobs } from "@effect-mistral/batch"
import { Effect, Fiber } from "effect"
import { TestClock } from "effect/testing"
import { page, requests } from "./services.ts"

/** A request that finds its job by one key. */
export const request: BatchJobs.CreateOnceRequest = {
  endpoint: "/v1/chat/completions",
  model: "mistral-small-latest",
  input_files: ["f1"],
  metadata: { run: "r1" }
}

/** Runs `createOnce` until it ends, for an hour at most, and returns its result. */
export const run = (options?: BatchJobs.CreateOnceOptions, over: Partial<BatchJobs.CreateOnceRequest> = {}) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.forkChild(Effect.result(BatchJobs.createOnce({ ...request, ...over }, options)))
    yield* TestClock.adjust("1 hour")
    return yield* Fiber.join(fiber)
  })

/** Runs `createOnce`, which must succeed, and returns the id of the job. */
export const id = (options?: BatchJobs.CreateOnceOptions, over?: Partial<BatchJobs.CreateOnceRequest>) =>
  Effect.map(run(options, over), (result) => result._tag === "Success" ? result.success.id : String(result.failure))

/** Runs `createOnce`, which must fail, and returns its error. */
export const failure = (options?: BatchJobs.CreateOnceOptions, over?: Partial<BatchJobs.CreateOnceRequest>) =>
  Effect.flatMap(
    run(options, over),
    (result) => result._tag === "Failure" ? Effect.succeed(result.failure) : Effect.die("it succeeded")
  )

/** The requests as words: `list` with its query, `create`. */
export const sent = Effect.map(
  requests,
  (all) =>
    all.map(({ method, path }) => method === "POST" ? "create" : `list${new URL(path, "https://api.example").search}`)
)

/** The first search for the job, in the words of `sent`. */
export const search = "list?order_by=-created&run=r1&page=0"

/** A list without jobs. */
export const none = page([])
