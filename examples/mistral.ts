/**
 * Where the examples run: Mistral itself if `MISTRAL_API_KEY` is set, else an emulator started for the occasion on a
 * free port of this machine.
 */
import { MistralClient } from "@effect-mistral/core"
import { Emulator } from "@effect-mistral/emulator"
import { UndiciHttpClient } from "@effect-mistral/node"
import { Config, Console, Effect, Layer, Option } from "effect"
import type { HttpClient } from "effect/http/HttpClient"
import type { ServeError } from "effect/http/HttpServerError"

const emulator = (demoEvents: number) =>
  Layer.unwrap(
    Effect.gen(function*() {
      const emulator = yield* Emulator.Emulator
      yield* Console.error(`(no MISTRAL_API_KEY: answers come from the emulator at ${emulator.url})`)
      return MistralClient.layer({ apiKey: emulator.apiKey, baseUrl: emulator.url })
    })
  ).pipe(Layer.provide(Emulator.layer({ demoEvents })))

type Live = Layer.Layer<MistralClient.MistralClient, Config.ConfigError | ServeError, HttpClient>

const live = (demoEvents = 0) =>
  Layer.unwrap(
    Effect.map(
      Config.option(Config.Redacted("MISTRAL_API_KEY")),
      (key): Live => Option.isSome(key) ? MistralClient.layerConfig() : emulator(demoEvents)
    )
  ).pipe(Layer.provide(UndiciHttpClient.layer))

export const MistralLive = live()

/** The same; an emulator has a thousand made-up events of the past year to search. */
export const MistralWithEventsLive = live(1000)
