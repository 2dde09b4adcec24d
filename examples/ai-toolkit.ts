/**
 * A toolkit with typed handlers. One call fails, and the arguments of another do not fit: the model reads both errors, because
 * the tool has `failureMode: "return"`. Without a key, a script decides which tools are called.
 *
 * Run: npm run example -- ai-toolkit
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import { NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Layer, Schema } from "effect"
import { Chat, Tool, Toolkit } from "effect/ai"
import { dinner } from "./shared/aiScripts.ts"
import { scriptedMistral } from "./shared/mistral.ts"

class FullyBooked extends Schema.TaggedError<FullyBooked>()("FullyBooked", { free: Schema.Array(Schema.Int) }) {}

const GetWeather = Tool.make("get_weather", {
  description: "The temperature in a city",
  parameters: Schema.Struct({ city: Schema.String.annotate({ description: "such as Paris" }) }),
  success: Schema.Struct({ celsius: Schema.Finite })
})

const BookTable = Tool.make("book_table", {
  description: "Books a table in the restaurant for this evening",
  parameters: Schema.Struct({ guests: Schema.Int, hour: Schema.Int }),
  success: Schema.Struct({ reservation: Schema.String }),
  failure: FullyBooked,
  failureMode: "return" // the default, "error", ends the call
})

const Tools = Toolkit.make(GetWeather, BookTable)

const ToolsLive = Tools.toLayer({
  get_weather: () => Effect.succeed({ celsius: 4 }),
  book_table: ({ guests, hour }) =>
    hour < 21
      ? Effect.fail(new FullyBooked({ free: [21, 22] }))
      : Effect.succeed({ reservation: `${guests} at ${hour}` })
})

const program = Effect.gen(function*() {
  const chat = yield* Chat.fromPrompt("Do I need a coat in Zurich? Book a table for four at 20:00.")
  const answer = yield* chat.generateText({ prompt: [], toolkit: Tools }).pipe(
    Effect.tap(({ toolResults }) =>
      Effect.forEach(
        toolResults,
        ({ encodedResult, isFailure, name }) =>
          Console.log(`${name} ${isFailure ? "failed" : "gave"}: ${JSON.stringify(encodedResult)}`)
      )
    ),
    Effect.repeat({ while: ({ toolCalls }) => toolCalls.length > 0, times: 4 })
  )
  yield* Console.log(answer.text)
})

const ModelLive = MistralLanguageModel.model("mistral-small-latest").pipe(Layer.provide(scriptedMistral(dinner)))

program.pipe(Effect.provide([ModelLive, ToolsLive]), NodeRuntime.runMain)
