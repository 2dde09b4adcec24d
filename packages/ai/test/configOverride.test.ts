/** Configuration that is laid over a language model's, for effects and streams. */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { MistralClient } from "@effect-mistral/core"
import { ScriptedHttpClient, TestCompletion } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Stream } from "effect"
import { LanguageModel } from "effect/ai"

const model = MistralLanguageModel.model("mistral-small", {
  temperature: 0.1,
  max_tokens: 10,
  requestOptions: { headers: { "x-model": "1" } }
}).pipe(
  Layer.provide(MistralClient.layer({})),
  Layer.provideMerge(ScriptedHttpClient.layer(({ headers }) =>
    headers.accept === "text/event-stream"
      ? ScriptedHttpClient.sse(TestCompletion.chunks("Hello"))
      : ScriptedHttpClient.json(TestCompletion.response("Hello"))
  ))
)

/** The two calls as programs without a result. */
const calls = {
  whole: Effect.asVoid(LanguageModel.generateText({ prompt: "Hi" })),
  streamed: Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" }))
}

/** The configuration of the last request, and the headers of the options. */
const last = Effect.gen(function*() {
  const { requests } = yield* ScriptedHttpClient.ScriptedHttpClient
  const { body, headers } = (yield* requests).at(-1)!
  const { max_tokens, model, temperature }: Record<string, unknown> = Object(body)
  return {
    config: JSON.parse(JSON.stringify({ model, temperature, max_tokens })),
    headers: Object.entries(headers).filter(([name]) => name.startsWith("x-")).map(([name]) => name)
  }
})

for (const [way, call] of Object.entries(calls)) {
  describe(`an override of the configuration of a ${way} call`, () => {
    it.effect("wins over the model's, key by key", () =>
      Effect.gen(function*() {
        yield* MistralLanguageModel.withConfigOverride(call, {
          temperature: 0.9,
          requestOptions: { headers: { "x-outer": "1" } }
        })
        assert.deepStrictEqual(yield* last, {
          config: { model: "mistral-small", temperature: 0.9, max_tokens: 10 },
          headers: ["x-model", "x-outer"]
        })
      }).pipe(Effect.provide(model)))

    it.effect("wins over an outer one, removes what is undefined, and ends with its program", () =>
      Effect.gen(function*() {
        yield* call.pipe(
          MistralLanguageModel.withConfigOverride({
            temperature: undefined,
            requestOptions: { headers: { "x-a": "" } }
          }),
          MistralLanguageModel.withConfigOverride({
            temperature: 0.5,
            model: "mistral-large",
            requestOptions: { headers: { "x-b": "" } }
          })
        )
        assert.deepStrictEqual(yield* last, {
          config: { model: "mistral-large", max_tokens: 10 },
          headers: ["x-model", "x-b", "x-a"]
        })
        yield* call
        assert.deepStrictEqual(yield* last, {
          config: { model: "mistral-small", temperature: 0.1, max_tokens: 10 },
          headers: ["x-model"]
        })
      }).pipe(Effect.provide(model)))
  })
}

it.effect("an override holds for the calls of a stream, whenever they run", () =>
  Effect.gen(function*() {
    const parts = LanguageModel.streamText({ prompt: "Hi" }).pipe(
      MistralLanguageModel.withConfigOverride({ temperature: 0.7 })
    )
    yield* Stream.runDrain(parts)
    yield* MistralLanguageModel.withConfigOverride(Stream.runDrain(parts), { temperature: 0.8, max_tokens: 3 })
    assert.deepStrictEqual((yield* last).config, { model: "mistral-small", temperature: 0.7, max_tokens: 3 })
  }).pipe(Effect.provide(model)))
