/**
 * Handles errors: every failure is a `MistralError` with a tagged reason, and a program catches the reasons that it can
 * handle.
 *
 * Run: npm run example -- error-handling
 */
import { Chat } from "@effect-mistral/chat"
import { Completion } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer } from "effect"
import { MistralLive } from "./shared/mistral.ts"

const complete = (model: string, temperature: number) =>
  Chat.complete({ model, temperature, messages: [{ role: "user", content: "Hello" }] }).pipe(
    Effect.map(Completion.text),
    // Catches one reason.
    Effect.catchReason("MistralError", "InvalidRequest", (reason) =>
      Effect.succeed(
        `never sent: ${reason.issues.map(({ message, path }) => `${path.join(".")}: ${message}`).join(", ")}`
      )),
    // Catches several reasons, each with its own data.
    Effect.catchReasons("MistralError", {
      BadRequest: (reason) => Effect.succeed(`refused with code ${reason.code}: ${reason.serverMessage}`),
      RateLimited: (reason) => Effect.succeed(`slow down for ${reason.retryAfter ?? "a while"}`),
      Authentication: () => Effect.succeed("set MISTRAL_API_KEY to a valid key")
    }),
    // Catches all other reasons.
    Effect.catchTag("MistralError", (error) => Effect.succeed(error.message))
  )

const program = Effect.gen(function*() {
  yield* Console.log(`1. ${yield* complete("mistral-small-latest", 0.5)}`)
  yield* Console.log(`2. ${yield* complete("mistral-small-latest", 42)}`)
  yield* Console.log(`3. ${yield* complete("no-such-model", 0.5)}`)
})

program.pipe(
  Effect.provide(Chat.layer.pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
