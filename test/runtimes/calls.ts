/** The call that most checks make, with its options, and its failure. */
import { Chat } from "@effect-mistral/chat"
import { Completion, type MistralError, type RequestOptions } from "@effect-mistral/core"
import { Effect } from "effect"

/** The request that the emulator answers with `hello`. */
export const request: Chat.Request = {
  model: "mistral-small-latest",
  messages: [{ role: "user", content: "Say hello" }]
}

/** The error of a call. Dies if the call succeeds. */
export const failure = <A, E, R>(call: Effect.Effect<A, E, R>): Effect.Effect<E, never, R> =>
  Effect.flip(Effect.flatMap(call, (value) => Effect.die(new Error(`succeeded with ${JSON.stringify(value)}`))))

/** The options of a call to which the emulator responds with a fault. */
export const withFault = (fault: object): RequestOptions.RequestOptions => ({
  headers: { "x-emulator-fault": JSON.stringify(fault) }
})

/** A fault that sends nothing more, and leaves the connection open. */
export const stalled = { type: "stall" }

/** A fault that sends a response byte by byte. */
export const dripping = { type: "drip", bytes: 1, millis: 20 }

/** A streamed call, accumulated. */
export const streamed = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Completion.Response, MistralError.MistralError, Chat.Chat> =>
  Completion.collect(Chat.stream(request, options))
