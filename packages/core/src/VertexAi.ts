/**
 * Mistral models on Google Vertex AI: chat and fill-in-the-middle.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { VertexAi } from "@effect-mistral/core"
 * import { Effect, Layer, Redacted } from "effect"
 *
 * // Or VertexAi.fromGoogleAuth(new GoogleAuth({ scopes: VertexAi.scope })) with google-auth-library.
 * const accessToken = Effect.succeed(Redacted.make("ya29...."))
 *
 * export const ChatLive = Chat.layer.pipe(
 *   Layer.provide(VertexAi.layer({ projectId: "my-project", region: "europe-west4", accessToken }))
 * )
 * ```
 *
 * @see https://docs.mistral.ai/deployment/cloud/vertex
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { HttpClient } from "effect/http/HttpClient"
import type * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Semaphore from "effect/Semaphore"
import * as Deployment from "./Deployment.ts"
import * as MistralClient from "./MistralClient.ts"

/**
 * The scope an access token needs.
 *
 * @category constants
 * @since 0.1.0
 */
export const scope = "https://www.googleapis.com/auth/cloud-platform"

/**
 * Where on Vertex AI, and as whom: the token is asked for before every attempt. `region` is `europe-west4` unless set.
 *
 * @category models
 * @since 0.1.0
 */
export interface Options extends Omit<MistralClient.Options, "apiKey" | "deployment"> {
  readonly projectId: string
  readonly region?: string | undefined
  readonly accessToken: MistralClient.ApiKey
}

/**
 * A project and region of Vertex AI as a deployment.
 *
 * A request becomes `POST .../publishers/mistralai/models/{model}:rawPredict`, or `:streamRawPredict`. The names of the
 * models of 2024 are split as Vertex AI has them (`codestral-2405` is `codestral@2405`); others are left alone. A key that
 * Vertex AI does not take is an `InvalidRequest`.
 *
 * @category deployments
 * @since 0.1.0
 */
export const deployment = (options: Pick<Options, "projectId" | "region">): Deployment.Deployment => {
  const region = options.region ?? "europe-west4"
  const place = `/v1/projects/${encodeURIComponent(options.projectId)}/locations/${encodeURIComponent(region)}`
  return {
    provider: "gcp.vertex_ai",
    baseUrl: `https://${region === "global" ? "" : `${region}-`}aiplatform.googleapis.com`,
    route: ({ baseUrl, body, path, streaming }) => {
      const refused = refusedKeys[path]
      if (refused === undefined || body === undefined) {
        return {
          issues: [{ path: [], message: `Vertex AI does not serve ${path}: it serves chat and fill-in-the-middle` }]
        }
      }
      const issues = [
        ...Deployment.refuseKeys("Vertex AI", body, refused),
        ...(body.reasoning_effort == null || body.reasoning_effort === "none" || body.reasoning_effort === "high" ?
          [] :
          [{
            path: ["reasoning_effort"],
            message: "Expected \"none\" or \"high\" on Vertex AI"
          }])
      ]
      if (issues.length > 0) return { issues }
      const { id, name } = modelNames(String(body.model))
      const method = streaming ? "streamRawPredict" : "rawPredict"
      return {
        url: `${Deployment.withoutVersion(baseUrl)}${place}/publishers/mistralai/models/${encodeModel(id)}:${method}`,
        body: { ...body, model: name }
      }
    }
  }
}

/**
 * A client for Mistral models on Vertex AI.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  { accessToken, projectId, region, ...options }: Options
): Layer.Layer<MistralClient.MistralClient, never, HttpClient> =>
  MistralClient.layer({ ...options, apiKey: accessToken, deployment: deployment({ projectId, region }) })

/**
 * The access token of a `GoogleAuth` of google-auth-library, which keeps it and renews it when it expires.
 *
 * @category tokens
 * @since 0.1.0
 */
export const fromGoogleAuth = (auth: {
  readonly getAccessToken: () => Promise<string | null | undefined>
}): Effect.Effect<Redacted.Redacted<string>, Error> =>
  Effect.flatMap(
    Effect.tryPromise({
      try: () => auth.getAccessToken(),
      catch: () => new Error("google-auth-library gave no access token")
    }),
    (token) =>
      token == null || token === ""
        ? Effect.fail(new Error("google-auth-library gave no access token"))
        : Effect.succeed(Redacted.make(token))
  )

/**
 * Keeps an access token until a minute before it expires, then asks for another. Calls that need one at the same time
 * ask once.
 *
 * @category tokens
 * @since 0.1.0
 */
export const untilExpired = <E>(
  ask: Effect.Effect<{ readonly token: Redacted.Redacted<string>; readonly expiresAt: DateTime.DateTime }, E>
): Effect.Effect<Redacted.Redacted<string>, E> => {
  let kept: { readonly token: Redacted.Redacted<string>; readonly until: number } | undefined
  return Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    if (kept !== undefined && now < kept.until) return kept.token
    const { expiresAt, token } = yield* ask
    kept = { token, until: DateTime.toEpochMillis(expiresAt) - 60_000 }
    return token
  }).pipe(Semaphore.makeUnsafe(1).withPermit)
}

/** The paths that Vertex AI serves, and the keys it does not take there. */
const refusedKeys: Readonly<Record<string, ReadonlyArray<string> | undefined>> = {
  "/v1/chat/completions": ["prompt_cache_key", "service_tier", "safe_prompt"],
  "/v1/fim/completions": ["prompt_cache_key"]
}

/** Models whose version stands apart in the URL, and is no part of the name in the body. */
const versioned = ["codestral-2405", "mistral-large-2407", "mistral-nemo-2407"]

const modelNames = (model: string): { readonly id: string; readonly name: string } => {
  const at = model.lastIndexOf("-")
  return versioned.includes(model)
    ? { id: `${model.slice(0, at)}@${model.slice(at + 1)}`, name: model.slice(0, at) }
    : { id: model, name: model }
}

/** `@` stands as it is in a path; Vertex AI wants it so. */
const encodeModel = (id: string): string => encodeURIComponent(id).replaceAll("%40", "@")
