import * as RequestOptions from "@effect-mistral/core/RequestOptions"
import type * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

/** What the configurations of all models have. */
export interface ModelConfig {
  readonly requestOptions?: RequestOptions.RequestOptions | undefined
}

/** What a configuration can be laid over. */
export type Program = Effect.Effect<unknown, unknown, unknown> | Stream.Stream<unknown, unknown, unknown>

/** Merges configurations: a key of `over` wins, also if it is `undefined`, and `requestOptions` are merged. */
export const mergeConfig = <Base extends ModelConfig, Over extends ModelConfig>(
  base: Base,
  over: Over
): Base & Over => ({
  ...base,
  ...over,
  requestOptions: RequestOptions.merge(base.requestOptions, over.requestOptions)
})

/** The configuration that is laid over the calls of the environment, `undefined` if there is none. */
export const currentConfig = <Self, Config>(
  key: Context.Key<Self, Config>
): Effect.Effect<Config | undefined> => Effect.map(Effect.serviceOption(key), Option.getOrUndefined)

/** Lays a configuration over all calls of a program, merged over the one that is laid over it already. */
export const overrideConfig = <Self, Config extends ModelConfig>(
  program: Program,
  key: Context.Key<Self, Config>,
  config: Config
): Program => {
  const merged = Effect.map(
    currentConfig(key),
    (outer): Config => outer === undefined ? config : mergeConfig(outer, config)
  )
  return Stream.isStream(program)
    ? Stream.unwrap(Effect.map(merged, (config) => Stream.provideService(program, key, config)))
    : Effect.flatMap(merged, (config) => Effect.provideService(program, key, config))
}

/** Provides a service to a program. */
export const provideService = <Self, Service>(
  program: Program,
  key: Context.Key<Self, Service>,
  service: Service
): Program =>
  Stream.isStream(program)
    ? Stream.provideService(program, key, service)
    : Effect.provideService(program, key, service)
