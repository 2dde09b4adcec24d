/**
 * Mistral's embeddings as an `EmbeddingModel` of `effect/ai`: vectors of texts, for search, clustering and classification.
 *
 * ```ts
 * import { MistralEmbeddingModel } from "@effect-mistral/ai"
 * import { FetchHttpClient, MistralClient } from "@effect-mistral/core"
 * import { Effect, Layer } from "effect"
 * import { EmbeddingModel } from "effect/ai"
 *
 * const program = Effect.gen(function*() {
 *   const model = yield* EmbeddingModel.EmbeddingModel
 *   const { embeddings, usage } = yield* model.embedMany(["The cat sleeps.", "The dog barks."])
 *   return { vectors: embeddings.map(({ vector }) => vector), tokens: usage.inputTokens }
 * })
 *
 * const ModelLive = MistralEmbeddingModel.model("mistral-embed").pipe(
 *   Layer.provide(MistralClient.layerConfig()),
 *   Layer.provide(FetchHttpClient.layer)
 * )
 *
 * const main = program.pipe(Effect.provide(ModelLive))
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/embeddings
 * @since 0.1.0
 */
import type * as Embedding from "@effect-mistral/core/Embedding"
import * as Embeddings from "@effect-mistral/core/Embeddings"
import type * as MistralClient from "@effect-mistral/core/MistralClient"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as EmbeddingModel from "effect/ai/EmbeddingModel"
import * as Model from "effect/ai/Model"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import { dual } from "effect/Function"
import * as Layer from "effect/Layer"
import {
  currentConfig,
  mergeConfig,
  overrideConfig,
  type Program,
  provideService
} from "./internal/config/configOverride.ts"
import { embedTexts } from "./internal/embedding/embedTexts.ts"

/**
 * The configuration of a model: the parameters of an embedding request under Mistral's names, `dimensions`, and options of
 * this library.
 *
 * @see https://docs.mistral.ai/api/endpoint/embeddings
 * @category configuration
 * @since 0.1.0
 */
export interface ConfigOptions extends Partial<Omit<Embedding.Request, "input">> {
  /**
   * The length of the vectors. It is sent as `output_dimension`, unless that is given, too, and provided as
   * `EmbeddingModel.Dimensions`.
   *
   * *Gotchas*: not every model lets a request choose, and `mistral-embed` refuses one that does. Where the length is known
   * but must not be sent, write `{ dimensions: 1024, output_dimension: undefined }`.
   */
  readonly dimensions?: number | undefined
  /** The most texts of one request. Default: 256. More texts are sent in several requests. */
  readonly batchSize?: number | undefined
  /**
   * The most characters of all texts of one request. Default: 48,000, because Mistral takes 16,384 tokens in a request.
   *
   * *Details*: the number of tokens is not known before. A request that the server refuses because of it is sent again in
   * two halves.
   */
  readonly batchCharacters?: number | undefined
  /** How many requests of one `embedMany` run at the same time. Default: 1. */
  readonly concurrency?: number | "unbounded" | undefined
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
  extends Context.Service<Config, ConfigOptions>()("@effect-mistral/ai/MistralEmbeddingModel/Config")
{}

/**
 * Lays configuration over that of the model, for all calls of an effect or a stream.
 *
 * *Details*: a key of the inner override wins over that of an outer one, and both over the model's. A key that is
 * `undefined` removes the parameter. `requestOptions` are merged. `dimensions` are provided as `EmbeddingModel.Dimensions`,
 * too. Calls of `embed` with different configurations never share a request.
 *
 * @category configuration
 * @since 0.1.0
 */
export const withConfigOverride: {
  (config: ConfigOptions): <Self extends Program>(self: Self) => Self
  <Self extends Program>(self: Self, config: ConfigOptions): Self
} = dual(2, (self: Program, config: ConfigOptions): Program => {
  const program = config.dimensions === undefined
    ? self
    : provideService(self, EmbeddingModel.Dimensions, config.dimensions)
  return overrideConfig(program, Config, inWireNames(config))
})

/**
 * A model: a layer of `EmbeddingModel`, `ProviderName` and `ModelName` over the client of the environment, and of
 * `Dimensions` where the configuration has `dimensions`.
 *
 * *When to use*: with `Effect.provide`, or as a step of an `ExecutionPlan`.
 *
 * *Details*: calls of `embed` that run at the same time share a request, such as those of
 * `Effect.forEach(texts, model.embed, { concurrency: "unbounded" })`.
 *
 * @category constructors
 * @since 0.1.0
 */
export function model<const Name extends string>(
  name: Name,
  config: Omit<ConfigOptions, "model"> & { readonly dimensions: number }
): Model.Model<"mistral", EmbeddingModel.EmbeddingModel | EmbeddingModel.Dimensions, MistralClient.MistralClient>
export function model<const Name extends string>(
  name: Name,
  config?: Omit<ConfigOptions, "model">
): Model.Model<"mistral", EmbeddingModel.EmbeddingModel, MistralClient.MistralClient>
export function model(
  name: string,
  config?: Omit<ConfigOptions, "model">
):
  | Model.Model<"mistral", EmbeddingModel.EmbeddingModel, MistralClient.MistralClient>
  | Model.Model<"mistral", EmbeddingModel.EmbeddingModel | EmbeddingModel.Dimensions, MistralClient.MistralClient>
{
  return Model.make("mistral", name, layer({ ...config, model: name }))
}

/**
 * The `EmbeddingModel` service over the client of the environment, and `Dimensions` where the configuration has
 * `dimensions`.
 *
 * *Details*: the layer is built anew wherever it is provided, so that two models over two clients never share one.
 *
 * @category layers
 * @since 0.1.0
 */
export function layer(
  config: ConfigOptions & { readonly model: string; readonly dimensions: number }
): Layer.Layer<EmbeddingModel.EmbeddingModel | EmbeddingModel.Dimensions, never, MistralClient.MistralClient>
export function layer(
  config: ConfigOptions & { readonly model: string }
): Layer.Layer<EmbeddingModel.EmbeddingModel, never, MistralClient.MistralClient>
export function layer(config: ConfigOptions & { readonly model: string }) {
  const service = Layer.fresh(Layer.effect(EmbeddingModel.EmbeddingModel, make(config)))
  return config.dimensions === undefined
    ? service
    : Layer.merge(service, Layer.succeed(EmbeddingModel.Dimensions, config.dimensions))
}

/**
 * Makes the `EmbeddingModel` service over the client of the environment.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  config: ConfigOptions & { readonly model: string }
): Effect.Effect<EmbeddingModel.EmbeddingModel, never, MistralClient.MistralClient> =>
  Effect.flatMap(Embeddings.make(), (service) =>
    EmbeddingModel.make({
      embedMany: ({ inputs }) =>
        Effect.flatMap(currentConfig(Config), (override) => {
          const {
            batchCharacters = 48_000,
            batchSize = 256,
            concurrency = 1,
            dimensions: _,
            requestOptions,
            ...parameters
          } = mergeConfig(inWireNames(config), inWireNames(override ?? {}))
          return embedTexts(service, inputs, {
            parameters: { ...parameters, model: parameters.model ?? config.model },
            requestOptions,
            limits: { texts: batchSize, characters: batchCharacters },
            concurrency
          })
        }),
      // The model's own configuration is the same for all calls of the service.
      batchKey: (context) => Context.getOrUndefined(context, Config)
    }))

/** The configuration with `dimensions` as the parameter of the request, so that an override by either name wins. */
const inWireNames = <Options extends ConfigOptions>(config: Options): Options =>
  "dimensions" in config && !("output_dimension" in config)
    ? { ...config, output_dimension: config.dimensions }
    : config
