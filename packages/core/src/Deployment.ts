/**
 * Deployments: the places that serve the API, each with its own URLs and bodies.
 *
 * *When to use*: to run a program elsewhere than on Mistral's platform, provide the client layer of `VertexAi`, `AzureAi`
 * or `OpenAiCompatible`. For a place of another kind, give a `Deployment` of your own to `MistralClient.layer`.
 *
 * @since 0.1.0
 */
import type { Issue } from "./MistralErrorReason.ts"
import type { Checks } from "./RequestOptions.ts"

/** Apart from `hosts`, so that a bundler can drop the other hosts (tree shaking). */
const globalHost = "https://api.mistral.ai"

/**
 * The base URLs of Mistral's own hosts.
 *
 * *Details*: `eu` and `us` keep the data in their region, and do not serve agents. `codestral` has API keys of its own.
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
 * A request that is to be routed to a deployment.
 *
 * *Details*: `path` is Mistral's, from `/v1` on, with its parameters filled in. `streaming` says whether the response is to
 * be an event stream.
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
 * The URL and the body of a routed request, or the issues for which the deployment cannot take it.
 *
 * *Details*: `headers` are further headers of this request. The headers of the options win over them.
 *
 * @category models
 * @since 0.1.0
 */
export type Routed =
  | {
    readonly url: string
    readonly body: Readonly<Record<string, unknown>> | undefined
    readonly headers?: Readonly<Record<string, string>> | undefined
  }
  | { readonly issues: ReadonlyArray<Issue> }

/**
 * A place that serves the API.
 *
 * *Details*: `provider` is its name in the OpenTelemetry GenAI conventions. `baseUrl` is used where the client has none of
 * its own. `route` makes the URL and the body of each request. `checks` are the checks before sending that are off by
 * default here, because the server takes what Mistral refuses. `endOfStream` says what ends a stream: `[DONE]` (the
 * default), or also the end of the body once every choice has its finish reason.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/
 *
 * @category models
 * @since 0.1.0
 */
export interface Deployment {
  readonly provider: string
  readonly baseUrl: string
  readonly route: (outgoing: Outgoing) => Routed
  readonly checks?: Checks | undefined
  readonly endOfStream?: "done" | "finishReason" | undefined
}

/**
 * The deployment of Mistral's platform, and of any server with the same paths.
 *
 * *Details*: the base URL may end with `/v1`, see `operationUrl`. The body is sent as it is, without the thinking of other
 * dialects, see `withoutForeignThinking`.
 *
 * @category deployments
 * @since 0.1.0
 */
export const mistral: Deployment = {
  provider: "mistral_ai",
  baseUrl: globalHost,
  route: ({ baseUrl, body, path }) => ({
    url: operationUrl(baseUrl, path),
    body: path.endsWith("/completions") ? withoutForeignThinking(body) : body
  })
}

/**
 * Makes the URL of an operation from a base URL and Mistral's path of the operation.
 *
 * *Details*: `withVersion` makes the root of the API from the base URL; the default ends it with `/v1`. A query of the base
 * URL stays a query, and a fragment is left out. A base URL that ends with the path of an operation
 * (`https://any.test/api/chat/completions`) is used as it is for that operation, and without that path for the others. That
 * holds for the operations that run a model, which deployments have URLs of their own for, and not for files and batch jobs.
 *
 * @category conversions
 * @since 0.1.0
 */
export const operationUrl = (
  baseUrl: string,
  path: string,
  withVersion: (address: string) => string = (address) => `${withoutVersion(address)}/v1`
): string => {
  const [beforeQuery = "", query] = baseUrl.replace(/#.*/s, "").split(/\?(.*)/s)
  const address = beforeQuery.replace(/\/+$/, "")
  const root = address.replace(/(\/(chat|fim|agents))?\/(completions|embeddings|moderations|classifications|ocr)$/, "")
  return (root === address ? withVersion(address) : root) + path.slice("/v1".length) + (query ? `?${query}` : "")
}

/**
 * Leaves out of the assistant messages of a body the keys in which other dialects keep the thinking of a model.
 *
 * *Details*: `Message.fromReceived` keeps them, because the servers that send them take them back. Mistral answers 422 to
 * them: its own thinking is a piece of the content.
 *
 * @category conversions
 * @since 0.1.0
 */
export const withoutForeignThinking = (body: Outgoing["body"]): Outgoing["body"] =>
  Array.isArray(body?.messages)
    ? {
      ...body,
      messages: body.messages.map(
        ({ reasoning: _reasoning, reasoning_content: _content, reasoning_details: _details, ...message }) => message
      )
    }
    : body

/**
 * Removes the slashes and the `/v1` from the end of a base URL.
 *
 * @category conversions
 * @since 0.1.0
 */
export const withoutVersion = (baseUrl: string): string => baseUrl.replace(/\/+$/, "").replace(/\/v1$/, "")

/**
 * Makes one issue for each of the `keys` that a request body has and the deployment does not take.
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
