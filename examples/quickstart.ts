/**
 * Streams a chat completion to the terminal, token by token, then prints its token usage.
 *
 * Run: npm start
 */
import { Chat } from "@effect-mistral/chat"
import { Completion } from "@effect-mistral/core"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Stream } from "effect"
import { MistralLive } from "./shared/mistral.ts"

const program = Effect.gen(function*() {
  const response = yield* Chat.stream({
    model: "mistral-small-latest",
    messages: [{ role: "user", content: "Who is the best French painter? Answer in a few short sentences." }],
    max_tokens: 200
  }).pipe(
    Stream.tap((chunk) => Effect.sync(() => process.stdout.write(Completion.chunkText(chunk)))),
    Completion.collect
  )
  yield* Console.log("\n")
  yield* Console.log(`model:         ${response.model}`)
  yield* Console.log(`finish reason: ${response.choices[0]?.finish_reason}`)
  yield* Console.log(
    `usage:         ${response.usage?.prompt_tokens} prompt tokens, ${response.usage?.completion_tokens} completion tokens`
  )
})

program.pipe(
  Effect.provide(Chat.layer.pipe(Layer.provide(MistralLive))),
  NodeRuntime.runMain
)
