/** The HTTP clients of Node that the library runs over, and the endpoints that their tests call. */
import { type Endpoint, FetchHttpClient, MistralClient, MultipartBody, RetryPolicy } from "@effect-mistral/core"
import { UndiciHttpClient } from "@effect-mistral/node"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Effect, Layer, Redacted, Schema, Stream } from "effect"
import { FetchHttpClient as EffectFetchHttpClient, type HttpClient } from "effect/http"

export const clients: Readonly<Record<string, Layer.Layer<HttpClient.HttpClient>>> = {
  "UndiciHttpClient": UndiciHttpClient.layer,
  "FetchHttpClient": FetchHttpClient.layer,
  "FetchHttpClient of effect": EffectFetchHttpClient.layer,
  "NodeHttpClient.layerUndici": NodeHttpClient.layerUndici,
  "NodeHttpClient.layerNodeHttp": NodeHttpClient.layerNodeHttp
}

export const apiKey = "sk-never-to-be-seen-0123456789"

/** A client of a server, without retries unless the options say otherwise. */
export const clientOf = (
  http: Layer.Layer<HttpClient.HttpClient>,
  baseUrl: string,
  options?: Omit<MistralClient.Options, "baseUrl">
) =>
  MistralClient.layer({ apiKey: Redacted.make(apiKey), retry: RetryPolicy.none, ...options, baseUrl }).pipe(
    Layer.provide(http)
  )

const uploadThing: Endpoint.Endpoint<{ readonly file: MultipartBody.FilePart; readonly purpose: string }, unknown> = {
  name: "Things.upload",
  method: "POST",
  path: "/v1/things",
  request: Schema.Struct({ file: MultipartBody.FilePart, purpose: Schema.String }),
  encode: MultipartBody.make,
  response: Schema.Unknown,
  retryable: "ifRejected"
}

const thingContent: Endpoint.BytesEndpoint<void> = {
  name: "Things.content",
  method: "GET",
  path: "/v1/things/t1/content",
  request: Schema.Void,
  retryable: "always"
}

export const upload = (file: MultipartBody.FilePart, options?: MistralClient.CallOptions) =>
  MistralClient.MistralClient.use((client) => client.request(uploadThing, { file, purpose: "batch" }, options))

export const content = (options?: MistralClient.CallOptions) =>
  Stream.unwrap(
    Effect.map(MistralClient.MistralClient, (client) => client.bytes(thingContent, undefined, options))
  )

/** Waits until a number no longer grows, and gives it. */
export const settled = (read: () => number): Effect.Effect<number> =>
  Effect.suspend(() => {
    const before = read()
    return Effect.flatMap(
      Effect.sleep("100 millis"),
      () => read() === before ? Effect.succeed(before) : settled(read)
    )
  })

/** Waits until something holds. */
export const until = (holds: () => boolean): Effect.Effect<void> =>
  Effect.suspend(() => holds() ? Effect.void : Effect.flatMap(Effect.sleep("20 millis"), () => until(holds)))
