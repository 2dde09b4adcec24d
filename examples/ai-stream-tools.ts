/**
 * A streamed conversation with tools: the text and the arguments of calls are shown as the model writes them, handlers run in
 * between. Without a key, a script decides which tools are called.
 *
 * Run: npm run example -- ai-stream-tools
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { NodeRuntime } from "@effect/platform-node"
import { Effect, Layer, Schema, Stream } from "effect"
import { Chat, type Response, Tool, Toolkit } from "effect/ai"
import { trip } from "./shared/aiScripts.ts"
import { scriptedMistral } from "./shared/mistral.ts"

const Tools = Toolkit.make(
  Tool.make("get_weather", {
    description: "The temperature in a city",
    parameters: Schema.Struct({ city: Schema.String }),
    success: Schema.Struct({ celsius: Schema.Finite })
  }),
  Tool.make("exchange", {
    description: "Euros in another currency",
    parameters: Schema.Struct({ euros: Schema.Finite, to: Schema.Literals(["USD", "CHF"]) }),
    success: Schema.Finite
  })
)

const ToolsLive = Tools.toLayer({
  get_weather: () => Effect.succeed({ celsius: 4 }),
  exchange: ({ euros, to }) => Effect.succeed(euros * (to === "CHF" ? 0.95 : 1.1))
})

type Part = Response.StreamPart<Toolkit.Tools<typeof Tools>, "opaque">

const textOf = (part: Part): string => {
  switch (part.type) {
    case "text-delta":
    case "tool-params-delta":
      return part.delta
    case "tool-params-start":
      return `\n${part.name} `
    case "tool-result":
      return `\n${part.name} gave ${JSON.stringify(part.encodedResult)}`
    case "finish":
      return `\n(${part.reason}, ${part.usage.outputTokens.total} tokens)\n`
  }
  return ""
}

const program = Effect.gen(function*() {
  const chat = yield* Chat.fromPrompt("What do I need for a day in Zurich?")
  yield* chat.streamText({ prompt: [], toolkit: Tools }).pipe(
    Stream.tap((part) => Effect.sync(() => process.stdout.write(textOf(part)))),
    Stream.runFold(() => false, (called, { type }) => called || type === "tool-call"),
    Effect.repeat({ while: (called) => called, times: 4 })
  )
})

const ModelLive = MistralLanguageModel.model("mistral-small-latest").pipe(Layer.provide(scriptedMistral(trip)))

program.pipe(Effect.provide([ModelLive, ToolsLive]), NodeRuntime.runMain)
