/**
 * Sends at most two requests per second, and at most four at a time: by a Layer around the chat service, which counts
 * calls, or in the HTTP client, which counts every attempt of every service.
 *
 * Run: npm run example -- rate-limit
 */
import { Chat } from "@effect-mistral/chat"
import { MistralClient } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Clock, Console, Effect, Layer, Semaphore, Stream } from "effect"
import { HttpClient } from "effect/http"
import { RateLimiter } from "effect/persistence"
import { MistralLive } from "./shared/mistral.ts"

const rate = { key: "mistral", limit: 2, window: "1 second", algorithm: "token-bucket" } as const

/** The chat service of the environment, with that rate and at most so many calls at a time, streams until they end. */
export const layerRateLimit = (concurrency: number) =>
  Layer.effect(
    Chat.Chat,
    Effect.gen(function*() {
      const chat = yield* Chat.Chat
      const limiter = yield* RateLimiter.RateLimiter
      const semaphore = yield* Semaphore.make(concurrency)
      // The permit comes first: a call that waited for it after its turn would be sent too late.
      const admission = semaphore.takeScoped(1).pipe(
        Effect.andThen(RateLimiter.sleep(limiter, rate)),
        Effect.orDie // the store in memory has no errors
      )
      return Chat.Chat.of({
        complete: (request, options) => Effect.scoped(Effect.andThen(admission, chat.complete(request, options))),
        stream: (request, options) => Stream.unwrap(Effect.as(admission, chat.stream(request, options)))
      })
    })
  )

/** A client with the rate above. A 429 is left to its retry policy: the rate limiter would repeat it without a limit. */
export const layerClientRateLimit = (options: MistralClient.Options) =>
  Layer.unwrap(
    Effect.map(RateLimiter.RateLimiter, (limiter) =>
      MistralClient.layer({ ...options, transformClient: HttpClient.withRateLimiter({ ...rate, limiter, times: 0 }) }))
  )

const program = Effect.gen(function*() {
  const start = yield* Clock.currentTimeMillis
  const call = Chat.complete({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }] }).pipe(
    Effect.andThen(Clock.currentTimeMillis),
    Effect.flatMap((now) => Console.log(`answered after ${((now - start) / 1000).toFixed(1)} s`))
  )
  yield* Effect.all([call, call, call, call, call, call], { concurrency: "unbounded" })
})

if (import.meta.main) {
  const ChatLive = Layer.provide(layerRateLimit(4), Chat.layer.pipe(Layer.provide(MistralLive)))
  const RateLimiterLive = RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))
  program.pipe(Effect.provide(Layer.provide(ChatLive, RateLimiterLive)), NodeRuntime.runMain)
}
