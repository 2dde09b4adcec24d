/**
 * The client of the examples: it calls Mistral if `MISTRAL_API_KEY` is set, and otherwise an emulator that it starts on a
 * free local port.
 */
import { MistralClient } from "@effect-mistral/core"
import { Emulator, type Script } from "@effect-mistral/emulator"
import { UndiciHttpClient } from "@effect-mistral/node"
import { Config, Console, Effect, Layer, Option } from "effect"
import type { HttpClient } from "effect/http/HttpClient"
import type { ServeError } from "effect/http/HttpServerError"

const emulatorClient = Layer.unwrap(
  Effect.gen(function*() {
    const emulator = yield* Emulator.Emulator
    yield* Console.error(`(MISTRAL_API_KEY is not set: using the emulator at ${emulator.url})`)
    return MistralClient.layer({ apiKey: emulator.apiKey, baseUrl: emulator.url })
  })
)

type Live = Layer.Layer<MistralClient.MistralClient, Config.ConfigError | ServeError, HttpClient>

const live = (server: Layer.Layer<Emulator.Emulator, ServeError> = Emulator.layer()) =>
  Layer.unwrap(
    Effect.map(
      Config.option(Config.Redacted("MISTRAL_API_KEY")),
      (key): Live => Option.isSome(key) ? MistralClient.layerConfig() : Layer.provide(emulatorClient, server)
    )
  ).pipe(Layer.provide(UndiciHttpClient.layer))

export const MistralLive = live()

/** The same client, with a thousand generated events of the past year in the emulator. */
export const MistralWithEventsLive = live(Emulator.layer({ demoEvents: 1000 }))

/** The same client, with a script for the responses of the emulator. */
export const scriptedMistral = (script: Script.Script) => live(Emulator.layer({ script }))

/** A client of an emulator in any case, and the emulator itself: for programs that show how a server fails. */
export const EmulatorLive = Layer.effect(
  MistralClient.MistralClient,
  Effect.flatMap(
    Emulator.Emulator,
    (emulator) => MistralClient.make({ apiKey: emulator.apiKey, baseUrl: emulator.url })
  )
).pipe(Layer.provideMerge(Emulator.layer()), Layer.provide(UndiciHttpClient.layer))
