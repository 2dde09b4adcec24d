import { MistralLanguageModel } from "@effect-mistral/ai"
import { MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { LanguageModel } from "effect/ai"

const model = MistralLanguageModel.model("mistral-small-latest").pipe(
  Layer.provide(MistralClient.layer({}))
)

it.effect("generates a text", () =>
  Effect.gen(function*() {
    const response = yield* LanguageModel.generateText({ prompt: "Who is the best French painter?" })
    assert.strictEqual(response.text, "Claude Monet.")
  }).pipe(
    Effect.provide(model),
    Effect.provide(ScriptedHttpClient.layer([ScriptedHttpClient.json(TestCompletion.response("Claude Monet."))]))
  ))

it.effect("streams a text", () =>
  Effect.gen(function*() {
    const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: "Who is the best French painter?" }))
    const text = parts.map((part) => part.type === "text-delta" ? part.delta : "").join("")
    assert.strictEqual(text, "Claude Monet.")
    assert.strictEqual(parts.at(-1)?.type, "finish")
  }).pipe(
    Effect.provide(model),
    Effect.provide(ScriptedHttpClient.layer([ScriptedHttpClient.sse(TestCompletion.chunks("Claude Monet."))]))
  ))
