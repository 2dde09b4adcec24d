/** What every program is asked through `effect/ai`, and what a user expects of it. */
import { assert } from "@effect/vitest"
import { Effect, Schema, Stream } from "effect"
import { Chat, LanguageModel, type Prompt, type Response, Tool, Toolkit } from "effect/ai"
import { answered, asked, each, type Test } from "./conversation.ts"
import { model } from "./program.ts"

const toolkit = Toolkit.make(
  Tool.make("get_weather", {
    description: "The weather of a city",
    parameters: Schema.Struct({ city: Schema.String }),
    success: Schema.String
  })
)

const handlers = toolkit.toLayer({ get_weather: ({ city }) => Effect.succeed(`18 degrees in ${city}`) })

type Part = Response.AnyPart

/** The text of the parts of a response, whole or streamed. */
export const textOf = (parts: ReadonlyArray<Part>): string =>
  parts.map((part) => part.type === "text" ? part.text : part.type === "text-delta" ? part.delta : "").join("")

/** The thinking of the parts of a response, whole or streamed. */
export const reasoningOf = (parts: ReadonlyArray<Part>): string =>
  parts.map((part) => part.type === "reasoning" ? part.text : part.type === "reasoning-delta" ? part.delta : "").join(
    ""
  )

/** Two ways to ask a chat for its parts. */
const asks = {
  whole: (chat: Chat.Chat, prompt: Prompt.RawInput) =>
    Effect.map(chat.generateText({ prompt, toolkit }), ({ content }): ReadonlyArray<Part> => content),
  streamed: (chat: Chat.Chat, prompt: Prompt.RawInput) =>
    Effect.map(Stream.runCollect(chat.streamText({ prompt, toolkit })), (parts): ReadonlyArray<Part> => parts)
}

/** Texts, objects and tools through `effect/ai`. */
export const runsLanguageModels = (
  it: Test,
  deliveries: ReadonlyArray<keyof typeof asks> = ["whole", "streamed"]
) => {
  each(it, "generates and streams a text", (way) =>
    Effect.gen(function*() {
      const whole = yield* LanguageModel.generateText({ prompt: asked.hello })
      assert.deepStrictEqual([whole.text, whole.finishReason], [answered.hello, "stop"])
      const parts = yield* Stream.runCollect(LanguageModel.streamText({ prompt: asked.hello }))
      assert.strictEqual(textOf(parts), answered.hello)
      assert.isAbove(parts.filter(({ type }) => type === "text-delta").length, 1)
      const [first] = parts
      assert.isTrue(first?.type === "response-metadata" && first.modelId === model)
      const last = parts.at(-1)
      assert.isTrue(last?.type === "finish" && last.reason === "stop")
    }).pipe(Effect.provide(way.layer())))

  each(it, "generates an object", (way) =>
    Effect.gen(function*() {
      const { value } = yield* LanguageModel.generateObject({
        prompt: asked.painter,
        schema: Schema.Struct({ name: Schema.String, born: Schema.Int })
      })
      assert.deepStrictEqual(value, answered.painter)
    }).pipe(Effect.provide(way.layer())))

  for (const delivery of deliveries) {
    each(it, `runs a handler and goes on with its result, ${delivery}`, (way) =>
      Effect.gen(function*() {
        const chat = yield* Chat.empty
        const first = yield* asks[delivery](chat, asked.weather)
        const calls = first.flatMap((part) => part.type === "tool-call" ? [[part.id, part.name, part.params]] : [])
        const { arguments: args, id, name } = answered.call
        assert.deepStrictEqual(calls, [[id, name, args]])
        const results = first.flatMap((part) => part.type === "tool-result" ? [part.result] : [])
        assert.deepStrictEqual(results, ["18 degrees in Paris"])
        const second = yield* asks[delivery](chat, [])
        assert.strictEqual(textOf(second), answered.weather)
        const finish = second.at(-1)
        assert.isTrue(finish?.type === "finish" && finish.reason === "stop")
      }).pipe(Effect.provide(handlers), Effect.provide(way.layer())))
  }
}
