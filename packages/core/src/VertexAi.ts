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
import { makeScrub } from "./internal/request/redaction.ts"
import { describeForeignError } from "./internal/transport/transportError.ts"
import * as MistralClient from "./MistralClient.ts"

/**
 * The OAuth scope that an access token needs.
 *
 * @category constants
 * @since 0.1.0
 */
export const scope = "https://www.googleapis.com/auth/cloud-platform"

/**
 * The options of a client for Vertex AI: those of `MistralClient`, with the project, region and access token.
 *
 * *Details*: the default of `region` is `europe-west4`. The multi-regions `eu`, `us` and `global` have hosts of their own.
 * An `accessToken` that is an effect runs before every attempt, and anew after a 401. A call's `apiKey` wins over it.
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
 * Makes the deployment of a project and region of Vertex AI.
 *
 * *Details*: a request becomes `POST .../publishers/mistralai/models/{model}:rawPredict`, or `:streamRawPredict` where it is
 * streamed. In the URL the models of 2024 have their version after an `@` (`codestral-2405` is `codestral@2405`); other
 * names are not changed. A request with a parameter that Vertex AI does not take fails with `InvalidRequest`.
 *
 * @category deployments
 * @since 0.1.0
 */
export const deployment = (options: Pick<Options, "projectId" | "region">): Deployment.Deployment => {
  const region = options.region ?? "europe-west4"
  const place = `/v1/projects/${encodeURIComponent(options.projectId)}/locations/${encodeURIComponent(region)}`
  return {
    provider: "gcp.vertex_ai",
    baseUrl: `https://${hostOf(region)}.googleapis.com`,
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
        url: Deployment.operationUrl(baseUrl, `${place}/publishers/mistralai/models/${encodeModel(id)}:${method}`),
        body: { ...Deployment.withoutForeignThinking(body), model: name }
      }
    }
  }
}

/**
 * Makes a layer with the client for Mistral models on Vertex AI.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer = (
  { accessToken, projectId, region, ...options }: Options
): Layer.Layer<MistralClient.MistralClient, never, HttpClient> =>
  MistralClient.layer({ ...options, apiKey: accessToken, deployment: deployment({ projectId, region }) })

/**
 * Makes an access token from a `GoogleAuth` of google-auth-library, which caches the token and renews it when it expires.
 *
 * *Details*: it fails with an `Error` where the library gives no token. Its message has that of the library's error, without
 * all that looks like a secret; the error of the library itself, which can hold secrets, is not part of it.
 *
 * *Gotchas*: the library has no way to drop a token that the server rejected before it expires.
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
      catch: (error) => new Error(`${noToken} (${makeScrub([], [])(describeForeignError(error))})`)
    }),
    (token) => token == null || token === "" ? Effect.fail(new Error(noToken)) : Effect.succeed(Redacted.make(token))
  )

const noToken = "google-auth-library gave no access token"

/**
 * Caches an access token until one minute before it expires, then fetches another. A token that the server rejected with a
 * 401 is dropped at once.
 *
 * *Details*: calls that need a token at the same time share one fetch, also where the token of all of them was rejected. A
 * fetch that fails is not cached: the call fails with `ApiKeyUnavailable`, which is retried.
 *
 * @see `RejectedApiKey` of `MistralClient`
 * @category tokens
 * @since 0.1.0
 */
export const untilExpired = <E>(
  fetchToken: Effect.Effect<{ readonly token: Redacted.Redacted<string>; readonly expiresAt: DateTime.DateTime }, E>
): Effect.Effect<Redacted.Redacted<string>, E> => {
  let cached:
    | { readonly token: Redacted.Redacted<string>; readonly until: number; readonly monotonicUntil: number }
    | undefined
  return Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    const monotonic = Number(yield* Clock.monotonicTimeNanos) / 1e6
    const rejected = yield* MistralClient.RejectedApiKey
    // The time of day may be set back, and monotonic time may stand still while the machine sleeps.
    if (
      cached !== undefined && now < cached.until && monotonic < cached.monotonicUntil &&
      (rejected === undefined || tokenOf(rejected) !== tokenOf(cached.token))
    ) {
      return cached.token
    }
    cached = undefined
    const { expiresAt, token } = yield* fetchToken
    const until = DateTime.toEpochMillis(expiresAt) - 60_000
    cached = { token, until, monotonicUntil: monotonic + until - now }
    return token
  }).pipe(Semaphore.makeUnsafe(1).withPermit)
}

/** The text of a token. A program may have put the scheme before the rejected one. */
const tokenOf = (token: Redacted.Redacted<string>): string => Redacted.value(token).trim().replace(/^Bearer /, "")

/** The host of a region, below `googleapis.com`: the multi-regions have hosts of another form than the regions. */
const hostOf = (region: string): string =>
  region === "global" ?
    "aiplatform" :
    region === "eu" || region === "us"
    ? `aiplatform.${region}.rep`
    : `${region}-aiplatform`

/** The paths that Vertex AI serves, and the parameters of `CompletionRequest` that it does not take there. */
const refusedKeys: Readonly<Record<string, ReadonlyArray<string> | undefined>> = {
  "/v1/chat/completions": ["prompt_cache_key", "service_tier", "safe_prompt"],
  "/v1/fim/completions": ["prompt_cache_key"]
}

/** Models whose version is separated by `@` in the URL, and is left out of the name in the body. */
const versioned = ["codestral-2405", "mistral-large-2407", "mistral-nemo-2407"]

const modelNames = (model: string): { readonly id: string; readonly name: string } => {
  const at = model.lastIndexOf("-")
  return versioned.includes(model)
    ? { id: `${model.slice(0, at)}@${model.slice(at + 1)}`, name: model.slice(0, at) }
    : { id: model, name: model }
}

/** Vertex AI expects an unescaped `@`, which a path may contain. */
const encodeModel = (id: string): string => encodeURIComponent(id).replaceAll("%40", "@")
