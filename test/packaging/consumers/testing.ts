/** A scripted response. */
import { Chat } from "@effect-mistral/chat"
import { Completion, MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { Effect, Layer } from "effect"
import { print } from "./client.ts"

const program = Effect.gen(function*() {
  const response = yield* Chat.complete({ model: "m", messages: [{ role: "user", content: "Hi" }] })
  const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
  return [Completion.text(response), (yield* requests)[0]?.path]
})

const Live = Chat.layer.pipe(
  Layer.provide(MistralClient.layer({})),
  Layer.provideMerge(ScriptedHttpClient.layer([ScriptedHttpClient.json(TestCompletion.response("ok"))]))
)

print(await Effect.runPromise(Effect.provide(program, Live)))
