/** Several processes that share limits, in one program, under a clock that the test moves. */
import { Limits } from "@effect-mistral/batch"
import { MistralError } from "@effect-mistral/core"
import { Clock, Context, Duration, Effect, Fiber, Layer } from "effect"

/** Limits of so many processes over one database. */
export const processes = (count: number, options?: Limits.Options) =>
  Effect.forEach(
    Array.from({ length: count }),
    () => Effect.map(Layer.build(Layer.fresh(Limits.layer(options))), Context.get(Limits.Limits))
  )

export interface SendOptions {
  readonly requests: number
  readonly concurrency?: number
  readonly estimate?: number
  /** How long a response takes, in milliseconds, and up to how much longer. */
  readonly latency?: number
  readonly jitter?: number
  /** The response to a request that was sent at `time`, the `index`th of its process. A refusal takes 10 ms at most. */
  readonly respond?: (index: number, time: number) => Limits.Feedback
}

/** Sends requests from a process, and records the times at which they were sent. */
export const send = (
  limits: Limits.Service,
  { concurrency = 64, estimate = 0, jitter = 0, latency = 0, requests, respond = () => ({}) }: SendOptions
) =>
  Effect.gen(function*() {
    const times: Array<number> = []
    const one = Effect.gen(function*() {
      const permit = yield* limits.acquire(estimate)
      const now = yield* Clock.currentTimeMillis
      const index = times.push(now) - 1
      const response = respond(index, now)
      const millis = response.error === undefined ? latency + (index * 37 % 100) / 100 * jitter : Math.min(10, latency)
      if (millis > 0) yield* Effect.sleep(millis)
      yield* limits.settle(permit, response)
    })
    const fiber = yield* Effect.forkChild(
      Effect.forEach(Array.from({ length: requests }), () => one, { concurrency, discard: true })
    )
    return { times, join: Fiber.join(fiber), stop: Fiber.interrupt(fiber) }
  })

/** The most requests in any second. */
export const worstSecond = (times: ReadonlyArray<number>): number => {
  const sorted = times.toSorted((one, other) => one - other)
  return Math.max(0, ...sorted.map((from, index) => sorted.slice(index).filter((time) => time < from + 1000).length))
}

/** A 429 or a 503, with `Retry-After` and `x-ratelimit-*` headers where they are given. */
export const refusal = (
  options?: { readonly status?: 429 | 503; readonly retryAfter?: number; readonly limits?: Record<string, string> }
) => {
  const { limits, retryAfter, status = 429 } = options ?? {}
  const Reason = status === 429 ? MistralError.RateLimited : MistralError.CapacityExceeded
  return MistralError.make(
    { name: "chat.complete", method: "POST", path: "/v1/chat/completions" },
    new Reason({
      status,
      ...(retryAfter === undefined ? {} : { retryAfter: Duration.seconds(retryAfter) }),
      ...(limits === undefined ? {} : { limits })
    })
  )
}
