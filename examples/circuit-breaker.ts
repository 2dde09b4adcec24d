/**
 * Stops calling a server that is down: after three failures in a row that may pass, calls fail at once for half a minute.
 * The circuit breaker is a Layer around the chat service, so that the rest of the program does not know of it.
 *
 * Run: npm run example -- circuit-breaker
 */
import { Chat } from "@effect-mistral/chat"
import { Endpoint, MistralError, RetryPolicy } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Exit, Layer, Option, Sink, Stream } from "effect"
import { CircuitBreaker } from "effect/persistence"
import { EmulatorLive } from "./shared/mistral.ts"

const policy = { tripPolicy: CircuitBreaker.consecutive(3), openDuration: "30 seconds" } as const

/** An invalid request or a wrong key says nothing of the server's health: it is ignored. */
const classify = (exit: Exit.Exit<unknown, MistralError.MistralError>) => {
  if (Exit.isSuccess(exit)) return CircuitBreaker.success
  const error = Option.getOrUndefined(Exit.findErrorOption(exit))
  return error?.isRetryable ? CircuitBreaker.failure({ retryAfter: error.retryAfter }) : CircuitBreaker.ignored
}

type Call<A, R> = Effect.Effect<A, MistralError.MistralError, R>

/** The chat service of the environment, with a circuit for each model. The first chunk is the outcome of a stream. */
export const layerCircuitBreaker = Layer.effect(
  Chat.Chat,
  Effect.gen(function*() {
    const chat = yield* Chat.Chat
    const { execute } = yield* CircuitBreaker.make(policy)
    const guard = <A, R>(key: string, operation: MistralError.Operation, call: Call<A, R>) =>
      execute(call, { key, classify }).pipe(Effect.catchTag("CircuitBreakerError", ({ message, reason }) => {
        const retryAfter = reason._tag === "CircuitOpen" ? reason.retryAfter : undefined
        const rejected = { description: `${message} for ${key}`, circuitOpen: true, retryAfter }
        return Effect.fail(MistralError.make(operation, new MistralError.ConnectionFailed(rejected)))
      }))
    return Chat.Chat.of({
      complete: (request, options) => guard(request.model, Endpoint.chat.complete, chat.complete(request, options)),
      stream: (request, options) =>
        guard(request.model, Endpoint.chat.stream, Stream.peel(chat.stream(request, options), Sink.take(1))).pipe(
          Effect.map(([first, rest]) => Stream.concat(Stream.fromArray(first), rest)),
          Stream.unwrap
        )
    })
  })
).pipe(Layer.provide(CircuitBreaker.layerStoreMemory()))

const program = Effect.gen(function*() {
  const { faults, requests } = yield* Emulator.Emulator
  yield* faults.next(Fault.status(503), { times: 3 })
  const call = Chat.complete({ model: "mistral-small-latest", messages: [{ role: "user", content: "Hello" }] })
  yield* Effect.flip(call).pipe(Effect.flatMap(({ message }) => Console.log(message)), Effect.repeat({ times: 3 }))
  yield* Console.log(`${(yield* requests).length} requests were sent`)
})

if (import.meta.main) {
  const ChatLive = Layer.provide(layerCircuitBreaker, Chat.layerOptions({ retry: RetryPolicy.none }))
  program.pipe(Effect.provide(Layer.provideMerge(ChatLive, EmulatorLive)), NodeRuntime.runMain)
}
