/**
 * Fill-in-the-middle: code, or any text, that fits between a prompt and a suffix.
 *
 * ```ts
 * import { Completion } from "@effect-mistral/core"
 * import { Fim } from "@effect-mistral/fim"
 * import { Effect } from "effect"
 *
 * // The request of an editor for the cursor at an offset of a document.
 * export const suggest = (document: string, offset: number) =>
 *   Fim.complete({ model: "codestral-latest", ...Fim.split(document, offset), max_tokens: 64 }).pipe(
 *     Effect.map(Completion.text)
 *   )
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/fim
 * @since 0.1.0
 */
import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import * as CompletionService from "@effect-mistral/core/CompletionService"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import type * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import * as Layer from "effect/Layer"

/**
 * A fill-in-the-middle request: `model`, `prompt`, `suffix` and every parameter of Mistral's reference.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends CompletionRequest.Fim {}

/**
 * The operations of the fill-in-the-middle service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service extends CompletionService.CompletionService<Request> {}

/**
 * The fill-in-the-middle service. In tests: `Layer.mock(Fim.Fim)({ complete: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Fim extends Context.Service<Fim, Service>()("@effect-mistral/fim/Fim") {}

/**
 * Makes the service. `options` (retry policy, time limits, headers, base URL) apply to all its calls.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> => CompletionService.make(Endpoint.fim, options)

/**
 * The service over the client of the environment.
 *
 * *Details*: the layer is built anew wherever it is provided, so that two services over two clients never share one.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Fim, never, MistralClient.MistralClient> = /* @__PURE__ */ Layer.fresh(
  /* @__PURE__ */ Layer.effect(Fim, /* @__PURE__ */ make())
)

/**
 * The service over the client of the environment, with options of its own.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Fim, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Fim, make(options)))

/**
 * The service with a client of its own, for Codestral's host and key, beside the client of the rest of a program.
 *
 * *Details*: the key is read from `CODESTRAL_API_KEY`, and the base URL from `CODESTRAL_BASE_URL` if it is set. `options`
 * win over both, and the `apiKey` of a call wins over the key. Fails with a `ConfigError` if the key is missing.
 *
 * @see https://docs.mistral.ai/capabilities/code_generation
 * @category layers
 * @since 0.1.0
 */
export const layerCodestral = (
  options?: Parameters<typeof MistralClient.layerConfig>[0]
): Layer.Layer<Fim, Config.ConfigError, HttpClient> =>
  Layer.provide(
    layer,
    MistralClient.layerConfig({
      apiKey: Config.Redacted("CODESTRAL_API_KEY"),
      baseUrl: Config.withDefault(Config.String("CODESTRAL_BASE_URL"), "https://codestral.mistral.ai"),
      ...options
    })
  )

const functions = CompletionService.functions<Fim, Request>(Fim)

/**
 * The whole completion: the text between `prompt` and `suffix`.
 *
 * @category operations
 * @since 0.1.0
 */
export const complete = functions.complete

/**
 * The text between `prompt` and `suffix` in chunks, as the model writes it.
 *
 * *Details*: the stream ends normally only after the server's `[DONE]`, and otherwise fails with a typed error. Ending it
 * early closes the connection.
 *
 * @category operations
 * @since 0.1.0
 */
export const stream = functions.stream

/**
 * The `prompt` and `suffix` of a document with a cursor: the text before an offset and the text after it.
 *
 * *Details*: the offset is counted in UTF-16 code units, as editors do. An offset outside the document means its nearest
 * end, and an offset inside a surrogate pair means the position before the pair.
 *
 * @category conversions
 * @since 0.1.0
 */
export const split = (document: string, offset: number): { readonly prompt: string; readonly suffix: string } => {
  const inside = Math.min(Math.max(0, Math.trunc(offset) || 0), document.length)
  const at = inside > 0 && (document.codePointAt(inside - 1) ?? 0) > 0xffff ? inside - 1 : inside
  return { prompt: document.slice(0, at), suffix: document.slice(at) }
}
