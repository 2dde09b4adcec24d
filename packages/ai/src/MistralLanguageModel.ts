/**
 * Mistral's chat completion as a `LanguageModel` of `effect/ai`: text, streams, objects and tools.
 *
 * ```ts
 * import { MistralLanguageModel } from "@effect-mistral/ai"
 * import { FetchHttpClient, MistralClient } from "@effect-mistral/core"
 * import { Effect, Layer } from "effect"
 * import { LanguageModel } from "effect/ai"
 *
 * const program = LanguageModel.generateText({ prompt: "Who is the best French painter?" })
 *
 * const ModelLive = MistralLanguageModel.model("mistral-small-latest", { temperature: 0.3 }).pipe(
 *   Layer.provide(MistralClient.layerConfig()),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 *
 * const main = program.pipe(Effect.provide(ModelLive))
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Chat from "@effect-mistral/chat/Chat"
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RequestOptions from "@effect-mistral/core/RequestOptions"
import type { ResponseMetadata } from "@effect-mistral/core/ResponseMetadata"
import type * as AiError from "effect/ai/AiError"
import * as IdGenerator from "effect/ai/IdGenerator"
import * as LanguageModel from "effect/ai/LanguageModel"
import * as Model from "effect/ai/Model"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import * as Random from "effect/Random"
import * as Result from "effect/Result"
import * as Stream from "effect/Stream"
import { currentConfig, mergeConfig, overrideConfig, type Program } from "./internal/config/configOverride.ts"
import { aiError, fromMistralError, type Place } from "./internal/error/aiError.ts"
import { nineCharacters } from "./internal/names/nineCharacters.ts"
import { toConversation } from "./internal/prompt/conversation.ts"
import type { ResponseContext } from "./internal/response/responseParts.ts"
import { wholeParts } from "./internal/response/wholeParts.ts"
import { streamParts } from "./internal/stream/streamParts.ts"
import { callTelemetry, recordFailure, recordUnsent } from "./internal/telemetry/callTelemetry.ts"
import { codecTransformer } from "./internal/tools/codecTransformer.ts"
import { jsonHistory } from "./internal/tools/jsonHistory.ts"
import { requestTools } from "./internal/tools/requestTools.ts"
import { responseFormat } from "./internal/tools/responseFormat.ts"
import { withoutFence } from "./internal/tools/withoutFence.ts"

/**
 * The configuration of a model: the parameters of a chat request under Mistral's names, and options of this library.
 *
 * *Details*: a parameter that is not here is made from the call: `messages` from the prompt, `tools` and `tool_choice` from
 * the toolkit, `response_format` from the schema of `generateObject`.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @category configuration
 * @since 0.1.0
 */
export interface ConfigOptions extends
  Partial<
    Omit<CompletionRequest.Chat, "n" | "stream" | "messages" | "tools" | "tool_choice" | "response_format">
  >
{
  /**
   * Whether tools and objects are sent with a strict JSON Schema. Default: true. `false` is for servers that do not take
   * one. The annotation `Tool.Strict` of a tool wins.
   */
  readonly strictJsonSchema?: boolean | undefined
  /**
   * Whether the JSON of `generateObject` may be in a markdown fence with text before and after it, as models write it on
   * servers that ignore the schema. Default: false.
   */
  readonly unwrapFence?: boolean | undefined
  /** Options of the calls: retry policy, time limits, headers, API key, base URL. */
  readonly requestOptions?: RequestOptions.RequestOptions | undefined
}

/**
 * Configuration that is laid over that of the model, for all calls of an effect or a stream.
 *
 * *When to use*: `withConfigOverride` provides it.
 *
 * @category configuration
 * @since 0.1.0
 */
export class Config
  extends Context.Service<Config, ConfigOptions>()("@effect-mistral/ai/MistralLanguageModel/Config")
{}

/**
 * Lays configuration over that of the model, for all calls of an effect or a stream.
 *
 * *Details*: a key of the inner override wins over that of an outer one, and both over the model's. A key that is
 * `undefined` removes the parameter. `requestOptions` are merged.
 *
 * @category configuration
 * @since 0.1.0
 */
export const withConfigOverride: {
  (config: ConfigOptions): <Self extends Program>(self: Self) => Self
  <Self extends Program>(self: Self, config: ConfigOptions): Self
} = dual(2, (self: Program, config: ConfigOptions): Program => overrideConfig(self, Config, config))

/**
 * A model: a layer of `LanguageModel`, `ProviderName` and `ModelName` over the client of the environment.
 *
 * *When to use*: with `Effect.provide`, or as a step of an `ExecutionPlan`.
 *
 * *Gotchas*: the client retries by its own policy, up to 4 times by default. A retry around the call, or an `ExecutionPlan`
 * with `attempts`, multiplies them: `requestOptions: { retry: RetryPolicy.none }` leaves all of them to it.
 *
 * @category constructors
 * @since 0.1.0
 */
export const model = <const Name extends string>(
  name: Name,
  config?: Omit<ConfigOptions, "model">
): Model.Model<"mistral", LanguageModel.LanguageModel, MistralClient.MistralClient> =>
  Model.make("mistral", name, layer({ ...config, model: name }))

/**
 * The `LanguageModel` service over the client of the environment.
 *
 * *Details*: the layer is built anew wherever it is provided, so that two models over two clients never share one.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  config: ConfigOptions & { readonly model: string }
): Layer.Layer<LanguageModel.LanguageModel, never, MistralClient.MistralClient> =>
  Layer.fresh(Layer.effect(LanguageModel.LanguageModel, make(config)))

/**
 * Makes the `LanguageModel` service over the client of the environment.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  config: ConfigOptions & { readonly model: string }
): Effect.Effect<LanguageModel.LanguageModel, never, MistralClient.MistralClient> =>
  Effect.flatMap(Chat.make(), (chat) =>
    LanguageModel.make({
      codecTransformer,
      generateText: (options) =>
        Effect.flatMap(
          prepare(place("generateText"), config, options),
          ({ call, context, head, request, unwrapFence }) =>
            chat.complete(request, call).pipe(
              Effect.mapError((error) => fromMistralError(place("generateText"), error)),
              Effect.flatMap((response) => toEffect(place("generateText"), wholeParts(response, head(), context))),
              Effect.map((parts) => unwrapFence ? withoutFence(parts) : parts)
            )
        ).pipe(Effect.tapError(({ reason }) => Effect.sync(() => recordFailure(options.span, reason)))),
      streamText: (options) =>
        Stream.unwrap(
          Effect.map(prepare(place("streamText"), config, options), ({ call, context, head, request }) =>
            streamParts(
              place("streamText"),
              chat.stream(request, call),
              context,
              head,
              ({ reason }) => recordFailure(options.span, reason)
            ))
        )
    })).pipe(
      Effect.provideService(IdGenerator.IdGenerator, { generateId: () => Effect.map(newIds, (newId) => newId()) })
    )

const place = (method: "generateText" | "streamText"): Place => ({ module: "MistralLanguageModel", method })

/** A call that is ready to be sent. */
interface Prepared {
  readonly request: CompletionRequest.Chat
  readonly call: RequestOptions.RequestOptions | undefined
  readonly context: ResponseContext
  /** The head of the response, once it came. */
  readonly head: () => ResponseMetadata | undefined
  /** Whether the response is an object that may be in a fence. */
  readonly unwrapFence: boolean
}

const prepare = (
  place: Place,
  modelConfig: ConfigOptions & { readonly model: string },
  options: LanguageModel.ProviderOptions
): Effect.Effect<Prepared, AiError.AiError> =>
  Effect.gen(function*() {
    const merged = mergeConfig(modelConfig, (yield* currentConfig(Config)) ?? {})
    const { requestOptions, strictJsonSchema, unwrapFence, ...parameters } = merged
    const newId = yield* newIds
    const named = { ...parameters, model: parameters.model ?? modelConfig.model }
    const conversion = convert(options, { strictJsonSchema })
    if (Result.isFailure(conversion)) {
      recordUnsent(options.span, place.method === "streamText", named, conversion.failure)
    }
    const { body, calls, prefix } = yield* toEffect(place, conversion)
    let head: ResponseMetadata | undefined
    const onResponse: RequestOptions.OnResponse = (metadata) =>
      Effect.sync(() => {
        head = metadata
      })
    return {
      request: { ...named, ...body },
      call: RequestOptions.merge(requestOptions, { ...callTelemetry(options.span), onResponse }),
      context: { calls, prefix, newId },
      head: () => head,
      unwrapFence: unwrapFence === true && options.responseFormat.type === "json"
    }
  })

/** The part of the request that comes from the prompt, the toolkit and the schema, and what its response is read by. */
const convert = (options: LanguageModel.ProviderOptions, settings: Pick<ConfigOptions, "strictJsonSchema">) =>
  Result.gen(function*() {
    const { messages, prefix } = yield* toConversation(jsonHistory(options.prompt, options.tools))
    const { body, calls } = yield* requestTools(options, settings)
    const format = yield* responseFormat(options.responseFormat, settings)
    return { body: { messages, ...body, ...format }, calls, prefix }
  })

const toEffect = <A>(
  place: Place,
  result: Result.Result<A, AiError.AiErrorReason>
): Effect.Effect<A, AiError.AiError> =>
  Result.isSuccess(result) ? Effect.succeed(result.success) : Effect.fail(aiError(place, result.failure))

/** Makes ids of the kind that Mistral makes, from the `Random` of the environment. */
const newIds = Effect.map(Random.Random, (random) => () => nineCharacters(() => random.nextDoubleUnsafe()))
