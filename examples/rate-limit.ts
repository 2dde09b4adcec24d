/**
 * Sends at most so many requests per second and at most so many at a time: as a Layer around the chat service, which
 * counts calls, and in the HTTP client, which counts every attempt of every service.
 *
 * Run: npm run example examples/rate-limit.ts
 */
import { Chat } from "@effect-mistral/chat"
import { NodeRuntime } from "@effect/platform-node"
import { Clock, Console, Effect, Layer, Semaphore, Stream } from "effect"
import { RateLimiter } from "effect/persistence"
import { MistralLive } from "./mistral.ts"

/** The chat service of the environment, with at most `limit` calls per `window`, and `concurrency` at a time. */
export const layerRateLimit = (options: {
  readonly limit: number
  readonly window: "1 second" | "1 minute"
  readonly concurrency: number
}) =>
  Layer.effect(
    Chat.Chat,
    Effect.gen(function*() {
      const chat = yield* Chat.Chat
      const limiter = yield* RateLimiter.RateLimiter
      const semaphore = yield* Semaphore.make(options.concurrency)
      // The permit comes first: a call that waited for its permit would be sent later than the limiter allowed it.
      const admission = semaphore.takeScoped(1).pipe(
        Effect.andThen(RateLimiter.sleep(limiter, { ...options, key: "mistral", algorithm: "token-bucket" })),
        // The store in memory has no errors.
        Effect.orDie
      )
      return Chat.Chat.of({
        complete: (request, options) => Effect.scoped(Effect.andThen(admission, chat.complete(request, options))),
        // The stream is the scope of its permit.
        stream: (request, options) => Stream.unwrap(Effect.as(admission, chat.stream(request, options)))
      })
    })
  )

const program = Effect.gen(function*() {
  const start = yield* Clock.currentTimeMillis
  yield* Effect.forEach(
    [1, 2, 3, 4, 5, 6],
    (call) =>
      Chat.complete({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hi" }], max_tokens: 3 }).pipe(
        Effect.andThen(Clock.currentTimeMillis),
        Effect.flatMap((now) => Console.log(`${call}: answered after ${((now - start) / 1000).toFixed(1)} s`))
      ),
    { concurrency: "unbounded" }
  )
})

if (import.meta.main) {
  const ChatLive = layerRateLimit({ limit: 2, window: "1 second", concurrency: 2 }).pipe(
    Layer.provide([Chat.layer, RateLimiter.layer.pipe(Layer.provide(RateLimiter.layerStoreMemory))]),
    Layer.provide(MistralLive)
  )
  program.pipe(Effect.provide(ChatLive), NodeRuntime.runMain)
}
