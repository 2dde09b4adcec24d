/**
 * Another model answers if the first one fails before its first chunk. After that chunk no other model may: the reader would
 * get the beginning of one text and then the whole of another, so the stream fails, and its error says how much was read.
 *
 * Run: npm run example -- fallback
 */
import { Chat } from "@effect-mistral/chat"
import { Completion, type MistralError, RetryPolicy } from "@effect-mistral/core"
import { Emulator, Fault } from "@effect-mistral/emulator"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Option, Stream } from "effect"
import { EmulatorLive } from "./shared/mistral.ts"

/** The models, in the order in which they are tried. */
const models = ["mistral-large-latest", "mistral-small-latest"]

/** The next model takes the place of a retry, and of a long wait for the first byte. */
const options = { retry: RetryPolicy.none, timeout: { firstByte: "20 seconds" } } as const

/** An invalid request and a wrong key are not retryable: no other model would accept them. A circuit that is open may be. */
export const mayFallBack = (error: MistralError.MistralError) =>
  error.chunks === 0 && (error.isRetryable || error.reason._tag === "ConnectionFailed")

type Request = Omit<Chat.Request, "model">

export const complete = (request: Request) =>
  models
    .map((model) => Chat.complete({ ...request, model }, options))
    .reduce((first, next) => Effect.catchIf(first, mayFallBack, () => next))

export const stream = (request: Request) =>
  models
    .map((model) => Chat.stream({ ...request, model }, options))
    .reduce((first, next) => Stream.catchIf(first, mayFallBack, () => next))

const program = Effect.gen(function*() {
  const { faults } = yield* Emulator.Emulator
  const request: Request = { messages: [{ role: "user", content: "Name a French painter." }] }

  yield* faults.next(Fault.status(503))
  yield* Console.log(`complete: ${(yield* complete(request)).model} answered`)

  yield* faults.next(Fault.status(503))
  yield* Console.log(`stream:   ${(yield* Completion.collect(stream(request))).model} answered`)

  yield* faults.next(Fault.cut({ afterEvents: 4 }))
  const { error, response } = yield* Completion.collectPartial(stream(request))
  yield* Console.log(`cut:      ${response.model} wrote "${Completion.text(response)}", then it failed:`)
  yield* Console.log(Option.getOrThrow(error).message)
})

if (import.meta.main) {
  program.pipe(
    Effect.provide(Chat.layer.pipe(Layer.provideMerge(EmulatorLive))),
    NodeRuntime.runMain
  )
}
