/**
 * Where the API is served: how a request becomes a URL and a body there. The same program runs on Mistral's platform, on
 * Vertex AI, on Azure or on an OpenAI-compatible server by giving it another client Layer.
 *
 * @since 0.1.0
 */
import type { Issue } from "./MistralErrorReason.ts"

/** Apart from `hosts`, so that bundlers can drop the others (tree shaking). */
const globalHost = "https://api.mistral.ai"

/**
 * Mistral's own hosts, by name. `eu` and `us` keep data in the region; they serve no agents. `codestral` has keys of its
 * own.
 *
 * @see https://docs.mistral.ai/deployment/ai-studio/regional
 * @category hosts
 * @since 0.1.0
 */
export const hosts = {
  global: globalHost,
  eu: "https://api.eu.mistral.ai",
  us: "https://api.us.mistral.ai",
  codestral: "https://codestral.mistral.ai"
} as const

/**
 * A request on its way to a deployment. `path` is the API's own, from `/v1` on, its parameters filled in.
 *
 * @category models
 * @since 0.1.0
 */
export interface Outgoing {
  readonly baseUrl: string
  readonly path: string
  readonly body: Readonly<Record<string, unknown>> | undefined
  readonly streaming: boolean
}

/**
 * Where a request goes and what is sent there, or why it cannot be sent there.
 *
 * @category models
 * @since 0.1.0
 */
export type Routed =
  | { readonly url: string; readonly body: Readonly<Record<string, unknown>> | undefined }
  | { readonly issues: ReadonlyArray<Issue> }

/**
 * A place that serves the API. `provider` is its name in OpenTelemetry's conventions.
 *
 * @category models
 * @since 0.1.0
 */
export interface Deployment {
  readonly provider: string
  readonly baseUrl: string
  readonly route: (outgoing: Outgoing) => Routed
}

/**
 * Mistral's platform, and any server with the same paths. The base URL may end with `/v1` or not.
 *
 * @category deployments
 * @since 0.1.0
 */
export const mistral: Deployment = {
  provider: "mistral_ai",
  baseUrl: globalHost,
  route: ({ baseUrl, body, path }) => ({ url: withoutVersion(baseUrl) + path, body })
}

/**
 * A base URL without the slashes and the `/v1` at its end.
 *
 * @category conversions
 * @since 0.1.0
 */
export const withoutVersion = (baseUrl: string): string => baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "")

/**
 * A place that cannot take a request: one issue for each key it does not know.
 *
 * @category conversions
 * @since 0.1.0
 */
export const refuseKeys = (
  deployment: string,
  body: Readonly<Record<string, unknown>>,
  keys: ReadonlyArray<string>
): ReadonlyArray<Issue> =>
  keys
    .filter((key) => body[key] !== undefined)
    .map((key) => ({ path: [key], message: `${deployment} does not take this key` }))
