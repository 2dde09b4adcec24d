import * as Chat from "@effect-mistral/chat/Chat"
import * as AzureAi from "@effect-mistral/core/AzureAi"
import type * as Completion from "@effect-mistral/core/Completion"
import * as RetryPolicy from "@effect-mistral/core/RetryPolicy"
import * as VertexAi from "@effect-mistral/core/VertexAi"
import { Emulator } from "@effect-mistral/emulator"
import * as Fim from "@effect-mistral/fim/Fim"
import * as Effect from "effect/Effect"
import * as FetchHttpClient from "effect/http/FetchHttpClient"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { instant } from "../support.ts"

/** The services over core's client for Vertex AI, and the emulator that they call. */
export const vertex = (options: Emulator.Options = {}, more: Partial<VertexAi.Options> = {}) =>
  over(options, ({ apiKey, url }) =>
    VertexAi.layer({
      projectId: "my-project",
      accessToken: apiKey,
      baseUrl: url,
      retry: RetryPolicy.none,
      ...more
    }))

/** The services over core's client for Azure AI, and the emulator that they call. */
export const azure = (options: Emulator.Options = {}, more: Partial<AzureAi.Options> = {}) =>
  over(options, ({ apiKey, url }) => AzureAi.layer({ endpoint: url, apiKey, retry: RetryPolicy.none, ...more }))

const over = (
  options: Emulator.Options,
  client: (emulator: Emulator.Service) => ReturnType<typeof AzureAi.layer>
) =>
  Layer.mergeAll(Chat.layer, Fim.layer).pipe(
    Layer.provideMerge(Layer.unwrap(Effect.map(Emulator.Emulator, client)).pipe(Layer.provide(FetchHttpClient.layer))),
    Layer.provideMerge(Emulator.layer({ ...instant, ...options }))
  )

/** The calls of a response. */
export const callsOf = (response: Completion.Response) =>
  (response.choices[0]?.message?.tool_calls ?? []).map((call) => call.function)

export const wrongKey = Redacted.make("another-key")
