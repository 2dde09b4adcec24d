/**
 * The types of the models and of their configuration. The compiler checks them, by `npm run check`: a line that must not
 * compile stands below `@ts-expect-error`.
 */
import { MistralLanguageModel } from "@effect-mistral/ai"
import type { CompletionRequest, MistralClient, RequestOptions } from "@effect-mistral/core"
import { describe, it } from "@effect/vitest"
import { Effect, ExecutionPlan, type Layer, Stream } from "effect"
import { type AiError, LanguageModel, type Model, type Response } from "effect/ai"
import { same } from "./fixtures/sameType.ts"

type Config = NonNullable<Parameters<typeof MistralLanguageModel.model>[1]>

describe("the configuration of a model", () => {
  it("has the parameters of a chat request under Mistral's names, with their types", () => {
    same<Config["temperature"], number | null | undefined>(true)
    same<Config["max_tokens"], number | null | undefined>(true)
    same<Config["stop"], string | ReadonlyArray<string> | null | undefined>(true)
    same<Config["reasoning_effort"], CompletionRequest.ReasoningEffort | null | undefined>(true)
    same<Config["prompt_mode"], "reasoning" | null | undefined>(true)
    same<Config["service_tier"], "auto" | "standard_only" | null | undefined>(true)
    same<Config["guardrails"], CompletionRequest.Chat["guardrails"]>(true)
    same<Config["prediction"], CompletionRequest.Prediction | undefined>(true)
    same<Config["parallel_tool_calls"], boolean | undefined>(true)
    same<Config["strictJsonSchema"], boolean | undefined>(true)
    same<Config["requestOptions"], RequestOptions.RequestOptions | undefined>(true)
  })

  it("has every parameter of a chat request but those that are made from the call", () => {
    type Parameter = keyof CompletionRequest.Chat
    type Made = "n" | "stream" | "messages" | "tools" | "tool_choice" | "response_format"
    type Own = "strictJsonSchema" | "unwrapFence" | "requestOptions"
    same<keyof MistralLanguageModel.ConfigOptions, Exclude<Parameter, Made> | Own>(true)
    same<keyof Config, Exclude<keyof MistralLanguageModel.ConfigOptions, "model">>(true)
  })
})

/** These are checked by the compiler only. */
export const refusedConfigurations = () => {
  const { model } = MistralLanguageModel
  const messages = [{ role: "user" as const, content: "Hi" }]
  model("m", { temperature: 0.3, top_p: 0.9, max_tokens: 10, random_seed: 1, stop: ["a"], safe_prompt: true })
  model("m", { presence_penalty: 1, frequency_penalty: -1, metadata: { a: 1 }, prompt_cache_key: "k" })
  // @ts-expect-error: one completion for each call
  model("m", { n: 2 })
  // @ts-expect-error: the function that is called says whether it streams
  model("m", { stream: true })
  // @ts-expect-error: the prompt is given to the call
  model("m", { messages })
  // @ts-expect-error: the toolkit is given to the call
  model("m", { tools: [] })
  // @ts-expect-error: the tool choice is given to the call
  model("m", { tool_choice: "auto" })
  // @ts-expect-error: the schema is given to the call
  model("m", { response_format: { type: "json_object" } })
  // @ts-expect-error: the name is given apart
  model("m", { model: "other" })
  // @ts-expect-error: misspelt
  model("m", { temprature: 0.3 })
  // @ts-expect-error: Mistral's name is max_tokens
  model("m", { maxTokens: 10 })
  // @ts-expect-error: Mistral's name is random_seed
  model("m", { seed: 1 })
  // @ts-expect-error: a number
  model("m", { temperature: "0.3" })
  // @ts-expect-error: not one of the efforts
  model("m", { reasoning_effort: "extreme" })
  // @ts-expect-error: misspelt inside of the options of calls
  model("m", { requestOptions: { retries: 3 } })
  // @ts-expect-error: a layer needs the name of a model
  MistralLanguageModel.layer({ temperature: 0.3 })
  // @ts-expect-error: a layer takes no messages
  MistralLanguageModel.layer({ model: "m", messages })
  // @ts-expect-error: a service takes no tools
  return MistralLanguageModel.make({ model: "m", tools: [] })
}

/** These are checked by the compiler only. */
export const refusedOverrides = () => {
  const effect = Effect.succeed(1)
  effect.pipe(MistralLanguageModel.withConfigOverride({ model: "other", temperature: 0 }))
  // @ts-expect-error: one completion for each call
  MistralLanguageModel.withConfigOverride({ n: 2 })
  // @ts-expect-error: the function that is called says whether it streams
  MistralLanguageModel.withConfigOverride({ stream: false })
  // @ts-expect-error: misspelt
  MistralLanguageModel.withConfigOverride({ topP: 1 })
  // @ts-expect-error: misspelt, in the form with the effect first
  MistralLanguageModel.withConfigOverride(effect, { topP: 1 })
  // @ts-expect-error: neither an effect nor a stream
  MistralLanguageModel.withConfigOverride("text", { top_p: 1 })
  // @ts-expect-error: tools are given to the call
  return effect.pipe(MistralLanguageModel.withConfigOverride({ tools: [] }))
}

describe("an override of the configuration", () => {
  const text = LanguageModel.generateText({ prompt: "Hi" })
  const parts = LanguageModel.streamText({ prompt: "Hi" })
  const override = { temperature: 0.1 }

  it("keeps the type of an effect, in pipe and with the effect first", () => {
    const piped = text.pipe(MistralLanguageModel.withConfigOverride(override))
    const first = MistralLanguageModel.withConfigOverride(text, override)
    same<typeof piped, typeof text>(true)
    same<typeof first, typeof text>(true)
    type Text = Effect.Effect<LanguageModel.GenerateTextResponse<{}>, AiError.AiError, LanguageModel.LanguageModel>
    same<typeof piped, Text>(true)
  })

  it("keeps the type of a stream, in pipe and with the stream first", () => {
    const piped = parts.pipe(MistralLanguageModel.withConfigOverride(override))
    const first = MistralLanguageModel.withConfigOverride(parts, override)
    same<typeof piped, typeof parts>(true)
    same<typeof first, typeof parts>(true)
    type Parts = Stream.Stream<Response.StreamPart<{}>, AiError.AiError, LanguageModel.LanguageModel>
    same<typeof piped, Parts>(true)
  })

  it("stands between other operators without a change of types", () => {
    const length = text.pipe(
      Effect.map(({ text }) => text.length),
      MistralLanguageModel.withConfigOverride(override),
      Effect.map((length) => length.toFixed(1))
    )
    same<typeof length, Effect.Effect<string, AiError.AiError, LanguageModel.LanguageModel>>(true)
    const types = parts.pipe(
      MistralLanguageModel.withConfigOverride(override),
      Stream.map(({ type }) => type.length)
    )
    same<typeof types, Stream.Stream<number, AiError.AiError, LanguageModel.LanguageModel>>(true)
  })
})

describe("a model", () => {
  it("is a Model of effect/ai that requires the client alone", () => {
    const small = MistralLanguageModel.model("mistral-small-latest", { temperature: 0.3 })
    same<typeof small, Model.Model<"mistral", LanguageModel.LanguageModel, MistralClient.MistralClient>>(true)
    type Live = Layer.Layer<
      LanguageModel.LanguageModel | Model.ProviderName | Model.ModelName,
      never,
      MistralClient.MistralClient
    >
    const live: Live = small
    same<typeof live, Live>(true)
  })

  it("is a step of an execution plan that requires the client alone", () => {
    const plan = ExecutionPlan.make(
      { provide: MistralLanguageModel.model("mistral-large-latest"), attempts: 2 },
      { provide: MistralLanguageModel.model("mistral-small-latest") }
    )
    const text = LanguageModel.generateText({ prompt: "Hi" }).pipe(Effect.withExecutionPlan(plan))
    same<Effect.Services<typeof text>, MistralClient.MistralClient>(true)
    const parts = LanguageModel.streamText({ prompt: "Hi" }).pipe(Stream.withExecutionPlan(plan))
    same<Stream.Services<typeof parts>, MistralClient.MistralClient>(true)
  })

  it("has a layer and a constructor that require the client alone", () => {
    const layer = MistralLanguageModel.layer({ model: "m" })
    same<typeof layer, Layer.Layer<LanguageModel.LanguageModel, never, MistralClient.MistralClient>>(true)
    const make = MistralLanguageModel.make({ model: "m" })
    same<typeof make, Effect.Effect<LanguageModel.LanguageModel, never, MistralClient.MistralClient>>(true)
  })
})

/** These are checked by the compiler only. */
export const withoutServices = () => {
  const text = LanguageModel.generateText({ prompt: "Hi" })
  // @ts-expect-error: there is no model
  Effect.runFork(text)
  // @ts-expect-error: there is a model, but no client
  Effect.runFork(text.pipe(Effect.provide(MistralLanguageModel.model("m"))))
  // @ts-expect-error: an override is no model
  Effect.runFork(text.pipe(MistralLanguageModel.withConfigOverride({ temperature: 0 })))
  // @ts-expect-error: there is no model, streamed
  return Effect.runFork(Stream.runDrain(LanguageModel.streamText({ prompt: "Hi" })))
}
