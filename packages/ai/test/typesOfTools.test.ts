/**
 * The types of toolkits over the model. The compiler checks them, by `npm run check`: a line that must not compile stands
 * below `@ts-expect-error`.
 */
import { MistralTool } from "@effect-mistral/ai"
import { describe, it } from "@effect/vitest"
import { Effect, type Layer, Schema, type Stream } from "effect"
import { type AiError, LanguageModel, type Response, Tool, Toolkit } from "effect/ai"
import { same } from "./fixtures/sameType.ts"

class NoSuchCity extends Schema.TaggedError<NoSuchCity>()("NoSuchCity", { city: Schema.String }) {}

const GetWeather = Tool.make("get_weather", {
  parameters: Schema.Struct({ city: Schema.String, day: Schema.optionalKey(Schema.DateTimeUtcFromString) }),
  success: Schema.Struct({ degrees: Schema.Finite })
})

const BookTrain = Tool.make("book_train", {
  parameters: Schema.Struct({ to: Schema.String, seats: Schema.Int }),
  success: Schema.String,
  failure: NoSuchCity,
  failureMode: "return"
})

const toolkit = Toolkit.make(GetWeather, BookTrain)

describe("a toolkit over the model", () => {
  it("has handlers with the decoded parameters of their tools", () => {
    type Handlers = Toolkit.HandlersFrom<typeof toolkit.tools>
    same<keyof Handlers, "get_weather" | "book_train">(true)
    same<Parameters<Handlers["get_weather"]>[0], typeof GetWeather.parametersSchema.Type>(true)
    same<Parameters<Handlers["book_train"]>[0], { readonly to: string; readonly seats: number }>(true)
  })

  it("gives calls and results the names and types of its tools", () => {
    const text = LanguageModel.generateText({ prompt: "Hi", toolkit })
    type Text = Effect.Success<typeof text>
    same<Text["toolCalls"][number]["name"], "get_weather" | "book_train">(true)
    same<Text["toolCalls"][number]["params"], unknown>(true)
    type Results = Extract<Text["toolResults"][number], { readonly isFailure: false }>
    same<Extract<Results, { readonly name: "get_weather" }>["result"], { readonly degrees: number }>(true)
    same<Extract<Results, { readonly name: "book_train" }>["result"], string>(true)
  })

  it("gives the parts of a stream the names of its tools", () => {
    const parts = LanguageModel.streamText({ prompt: "Hi", toolkit })
    type Part = Stream.Success<typeof parts>
    same<Part, Response.StreamPart<typeof toolkit.tools, "opaque">>(true)
    same<Extract<Part, { readonly type: "tool-call" }>["name"], "get_weather" | "book_train">(true)
  })

  it("requires its handlers and the model, and fails with AiError where failures are returned", () => {
    const text = LanguageModel.generateText({ prompt: "Hi", toolkit })
    type Needed = LanguageModel.LanguageModel | Tool.HandlersFor<typeof toolkit.tools>
    same<Effect.Services<typeof text>, Needed>(true)
    same<Effect.Error<typeof text>, AiError.AiError>(true)
  })

  it("fails with the failures of a tool that does not return them", () => {
    const strict = Toolkit.make(
      Tool.make("book_train", { parameters: BookTrain.parametersSchema, success: Schema.String, failure: NoSuchCity })
    )
    const text = LanguageModel.generateText({ prompt: "Hi", toolkit: strict })
    same<Effect.Error<typeof text>, AiError.AiError | NoSuchCity>(true)
  })

  it("needs no handlers, and gives encoded parameters, where calls are not resolved", () => {
    const text = LanguageModel.generateText({ prompt: "Hi", toolkit, disableToolCallResolution: true })
    same<Effect.Services<typeof text>, LanguageModel.LanguageModel>(true)
    type Call = Effect.Success<typeof text>["toolCalls"][number]
    same<Extract<Call, { readonly name: "get_weather" }>["params"], typeof GetWeather.parametersSchema.Encoded>(true)
  })
})

describe("a toolkit with tools that Mistral runs", () => {
  const mixed = Toolkit.make(
    GetWeather,
    MistralTool.WebSearch(),
    MistralTool.CodeInterpreter(),
    MistralTool.Connector({ connector_id: "gmail" }),
    MistralTool.Connector({ connector_id: "calendar", name: "calendar" })
  )

  it("needs handlers for its other tools alone", () => {
    same<keyof Toolkit.HandlersFrom<typeof mixed.tools>, "get_weather">(true)
    const text = LanguageModel.generateText({ prompt: "Hi", toolkit: mixed })
    same<Effect.Services<typeof text>, LanguageModel.LanguageModel | Tool.Handler<"get_weather">>(true)
    const built = Toolkit.make(MistralTool.WebSearch(), MistralTool.ImageGeneration())
    const alone = LanguageModel.generateText({ prompt: "Hi", toolkit: built })
    same<Effect.Services<typeof alone>, LanguageModel.LanguageModel>(true)
  })

  it("fails with AiError alone, and so does a call of one of its tools", () => {
    const text = LanguageModel.generateText({ prompt: "Hi", toolkit: mixed })
    same<Effect.Error<typeof text>, AiError.AiError>(true)
    const one = LanguageModel.generateText({ prompt: "Hi", toolkit: mixed, toolChoice: { tool: "MistralWebSearch" } })
    same<Effect.Error<typeof one>, AiError.AiError>(true)
  })

  it("has them under names of their own, with parameters and results of any kind", () => {
    const text = LanguageModel.generateText({ prompt: "Hi", toolkit: mixed })
    type Call = Effect.Success<typeof text>["toolCalls"][number]
    same<
      Call["name"],
      "get_weather" | "MistralWebSearch" | "MistralCodeInterpreter" | "MistralConnector" | "calendar"
    >(true)
    type Result = Effect.Success<typeof text>["toolResults"][number]
    same<Extract<Result, { readonly name: "MistralWebSearch"; readonly isFailure: false }>["result"], unknown>(true)
  })
})

/** These are checked by the compiler only. */
export const refusedBuiltInTools = () => {
  // @ts-expect-error: a connector has an id
  MistralTool.Connector({})
  // @ts-expect-error: misspelt
  MistralTool.Connector({ connectorId: "gmail" })
  // @ts-expect-error: libraries are named by their ids
  MistralTool.DocumentLibrary({ library_ids: "library" })
  // @ts-expect-error: misspelt
  return MistralTool.WebSearch({ configuration: {} })
}

/** These are checked by the compiler only. */
export const refusedTools = (model: Layer.Layer<LanguageModel.LanguageModel>) => {
  const prompt = "Hi"
  LanguageModel.generateText({ prompt, toolkit, toolChoice: { tool: "get_weather" } })
  // @ts-expect-error: not a tool of the toolkit
  LanguageModel.generateText({ prompt, toolkit, toolChoice: { tool: "get_time" } })
  // @ts-expect-error: Mistral's word, which is "required" here
  LanguageModel.generateText({ prompt, toolkit, toolChoice: "any" })
  // @ts-expect-error: a handler is missing
  toolkit.toLayer({ get_weather: () => Effect.succeed({ degrees: 18 }) })
  toolkit.toLayer({
    book_train: () => Effect.succeed("booked"),
    // @ts-expect-error: a number
    get_weather: () => Effect.succeed({ degrees: "18" })
  })
  toolkit.toLayer({
    get_weather: () => Effect.succeed({ degrees: 18 }),
    // @ts-expect-error: not the failure of the tool
    book_train: () => Effect.fail("no")
  })
  // @ts-expect-error: there are no handlers
  return Effect.runFork(LanguageModel.generateText({ prompt, toolkit }).pipe(Effect.provide(model)))
}
