/**
 * What the spans of this library say, by OpenTelemetry's conventions for generative AI.
 *
 * One span covers one operation, a stream from its first pull to its end. It names the model, the sizes and the outcome;
 * it never holds a prompt or an answer.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import type { Deployment } from "./Deployment.ts"
import type { Endpoint } from "./Endpoint.ts"
import type { MistralError } from "./MistralError.ts"

/**
 * Attributes of a span.
 *
 * @category models
 * @since 0.1.0
 */
export type Attributes = Readonly<Record<string, unknown>>

/**
 * What spans need to know of an endpoint.
 *
 * @category models
 * @since 0.1.0
 */
export type Operation = Pick<Endpoint<unknown, unknown>, "name" | "operation">

/**
 * The name of an operation's span: `chat mistral-small-latest`, or the operation's own name where no model is run.
 *
 * @category spans
 * @since 0.1.0
 */
export const spanName = (
  endpoint: Operation,
  request: unknown
): string => {
  const model = field(request, "model") ?? field(request, "agent_id")
  return endpoint.operation === undefined || model === undefined ? endpoint.name : `${endpoint.operation} ${model}`
}

/**
 * What a request says of itself: operation, provider, model, agent and sampling parameters.
 *
 * @category spans
 * @since 0.1.0
 */
export const requestAttributes = (
  endpoint: Operation,
  request: unknown,
  deployment: Pick<Deployment, "provider" | "baseUrl">
): Attributes =>
  known({
    "gen_ai.provider.name": deployment.provider,
    "gen_ai.operation.name": endpoint.operation,
    "gen_ai.request.model": field(request, "model"),
    "gen_ai.agent.id": field(request, "agent_id"),
    "gen_ai.request.temperature": field(request, "temperature"),
    "gen_ai.request.top_p": field(request, "top_p"),
    "gen_ai.request.max_tokens": field(request, "max_tokens"),
    "gen_ai.request.seed": field(request, "random_seed"),
    "gen_ai.request.choice.count": field(request, "n"),
    "mistral_ai.operation": endpoint.name,
    "server.address": hostOf(deployment.baseUrl)
  })

/**
 * What an answer, or the last chunk of one, says of itself: id, model, finish reasons, tokens.
 *
 * @category spans
 * @since 0.1.0
 */
export const responseAttributes = (response: unknown): Attributes => {
  const usage = field(response, "usage")
  const choices = field(response, "choices")
  const reasons = Array.isArray(choices)
    ? choices.map((choice) => field(choice, "finish_reason")).filter(Predicate.isString)
    : []
  return known({
    "gen_ai.response.id": field(response, "id"),
    "gen_ai.response.model": field(response, "model"),
    "gen_ai.response.finish_reasons": reasons.length === 0 ? undefined : reasons,
    "gen_ai.usage.input_tokens": field(usage, "prompt_tokens"),
    "gen_ai.usage.output_tokens": field(usage, "completion_tokens")
  })
}

/**
 * What a failure says of itself: its reason, and the status and request id it came with.
 *
 * @category spans
 * @since 0.1.0
 */
export const errorAttributes = (error: MistralError): Attributes =>
  known({
    "error.type": error.reason._tag,
    "http.response.status_code": error.status,
    "mistral_ai.request.id": error.requestId
  })

/** The base URLs of a program are few, and parsing one takes as long as the rest of a span's attributes. */
const hosts = new Map<string, string | undefined>()

const hostOf = (baseUrl: string): string | undefined => {
  if (!hosts.has(baseUrl)) {
    if (hosts.size >= 100) hosts.clear()
    hosts.set(baseUrl, URL.canParse(baseUrl) ? new URL(baseUrl).host : undefined)
  }
  return hosts.get(baseUrl)
}

const field = (value: unknown, name: string): unknown =>
  Predicate.isObject(value) ? (value as Readonly<Record<string, unknown>>)[name] : undefined

/** Copied and not deleted from: an object that lost keys is a hash table, of ten times the size. */
const known = (attributes: Attributes): Attributes => {
  const some: Record<string, unknown> = {}
  for (const name in attributes) {
    const value = attributes[name]
    if (value !== undefined && value !== null) some[name] = value
  }
  return some
}
