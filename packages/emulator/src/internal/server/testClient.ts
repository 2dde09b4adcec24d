import * as MistralClient from "@effect-mistral/core/MistralClient"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Emulator from "../../Emulator.ts"

/** A client of the emulator in the context. It does not retry unless the options say so. */
export const testClient = (options: Emulator.TestOptions["client"]) =>
  Layer.unwrap(
    Effect.map(
      Emulator.Emulator,
      ({ apiKey, url }) => MistralClient.layer({ retry: RetryPolicy.none, ...options, apiKey, baseUrl: url })
    )
  )
