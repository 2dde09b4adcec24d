/**
 * Telemetry: the span name and the span attributes of an operation, by OpenTelemetry's conventions for generative AI.
 *
 * One span covers one operation with its retries; for a stream it lasts from the first pull to the end. Its attributes are
 * the model, the token usage and the outcome, and never a prompt or a completion. `docs/telemetry.md` lists all of them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-spans/
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import type * as Tracer from "effect/Tracer"
import type { Endpoint } from "./Endpoint.ts"
import { requestId } from "./internal/response/responseHeaders.ts"
import type { MistralError } from "./MistralError.ts"

/**
 * Attributes of a span.
 *
 * @category models
 * @since 0.1.0
 */
export type Attributes = Readonly<Record<string, unknown>>

/**
 * The part of an endpoint that spans report. One that has `event` streams its response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Operation extends Pick<Endpoint<unknown, unknown>, "name" | "operation"> {
  readonly event?: unknown
}

/**
 * The server of a call as spans report it: the provider's name, and host and port of the base URL.
 *
 * @category models
 * @since 0.1.0
 */
export interface Server {
  readonly provider: string
  readonly address: string | undefined
  readonly port: number | undefined
}

/**
 * The span name of an operation: `chat mistral-small-latest`, or the operation's own name where no model runs.
 *
 * @category spans
 * @since 0.1.0
 */
export const spanName = (
  endpoint: Operation,
  request: unknown
): string => {
  const { agent_id, model = agent_id } = fieldsOf(request)
  return endpoint.operation === undefined || model === undefined ? endpoint.name : `${endpoint.operation} ${model}`
}

/**
 * The span attributes of a request: operation, provider, server, model, agent and parameters.
 *
 * @category spans
 * @since 0.1.0
 */
export const requestAttributes = (
  endpoint: Operation,
  request: unknown,
  server: Server
): Attributes => {
  const fields = fieldsOf(request)
  const format = fieldsOf(fields["response_format"])["type"]
  return known({
    "gen_ai.provider.name": server.provider,
    "gen_ai.operation.name": endpoint.operation,
    "gen_ai.request.model": fields["model"],
    "gen_ai.agent.id": fields["agent_id"],
    "gen_ai.output.type": format && (format === "text" ? format : "json"),
    "gen_ai.request.stream": endpoint.event && true,
    "gen_ai.request.temperature": fields["temperature"],
    "gen_ai.request.top_p": fields["top_p"],
    "gen_ai.request.max_tokens": fields["max_tokens"],
    "gen_ai.request.frequency_penalty": fields["frequency_penalty"],
    "gen_ai.request.presence_penalty": fields["presence_penalty"],
    "gen_ai.request.reasoning.level": fields["reasoning_effort"],
    "gen_ai.request.seed": fields["random_seed"],
    "gen_ai.request.stop_sequences": listOf(fields["stop"]),
    "gen_ai.request.choice.count": fields["n"] === 1 ? undefined : fields["n"],
    "gen_ai.request.encoding_formats": listOf(fields["encoding_format"]),
    "gen_ai.embeddings.dimension.count": fields["output_dimension"],
    "mistral_ai.operation": endpoint.name,
    "server.address": server.address,
    "server.port": server.port
  })
}

/**
 * The span attributes of a response: id, model, finish reasons, tokens.
 *
 * @category spans
 * @since 0.1.0
 */
export const responseAttributes = (response: unknown): Attributes => {
  const { choices, id, model, usage } = fieldsOf(response)
  const tokens = fieldsOf(usage)
  const reasons = [choices].flat().map((choice) => fieldsOf(choice)["finish_reason"]).filter(Predicate.isString)
  return known({
    "gen_ai.response.id": id,
    "gen_ai.response.model": model,
    "gen_ai.response.finish_reasons": reasons.length === 0 ? undefined : reasons,
    "gen_ai.usage.input_tokens": tokens["prompt_tokens"],
    // Servers spell the number of tokens that their cache had in three ways.
    "gen_ai.usage.cache_read.input_tokens":
      fieldsOf(tokens["prompt_tokens_details"] ?? tokens["prompt_token_details"])["cached_tokens"] ??
        tokens["num_cached_tokens"],
    "gen_ai.usage.output_tokens": tokens["completion_tokens"],
    "gen_ai.usage.reasoning.output_tokens": fieldsOf(tokens["completion_tokens_details"])["reasoning_tokens"]
  })
}

/**
 * The span attributes of the head of a good response: status, request id and rate limits. `header` reads one header by its
 * name in lower case.
 *
 * @category spans
 * @since 0.1.0
 */
export const headAttributes = (
  { status }: { readonly status: number },
  header: (name: string) => string | undefined
): Attributes => {
  const attributes: Record<string, unknown> = {
    "http.response.status_code": status,
    "mistral_ai.request.id": requestId(header)
  }
  for (const name of rateLimitHeaders) {
    const value = header(name)
    if (value !== undefined) attributes[`http.response.header.${name}`] = [value]
  }
  return known(attributes)
}

/**
 * The span attributes of a failure: its reason, status and request id.
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

/**
 * The options of the span of a call: its kind and the attributes of the request.
 *
 * @category spans
 * @since 0.1.0
 */
export const spanOptions = (
  endpoint: Operation,
  request: unknown,
  server: Server
): Tracer.SpanOptionsNoTrace => ({
  kind: "client",
  attributes: requestAttributes(endpoint, request, server)
})

/**
 * Sets attributes of a span.
 *
 * @category spans
 * @since 0.1.0
 */
export const annotate = (span: Tracer.Span, attributes: Attributes): void => {
  for (const name in attributes) span.attribute(name, attributes[name])
}

/** The rate-limit headers of Mistral. A span has these alone: reading all headers would cost more. */
const rateLimitHeaders = [
  "x-ratelimit-limit-req-minute",
  "x-ratelimit-remaining-req-minute",
  "x-ratelimit-limit-tokens-minute",
  "x-ratelimit-remaining-tokens-minute",
  "x-ratelimit-tokens-query-cost",
  "x-ratelimit-limit",
  "x-ratelimit-remaining"
]

const listOf = (value: unknown): unknown => value && [value].flat()

/** The fields of a value, which has none unless it is an object. */
const fieldsOf = (value: unknown): Readonly<Record<string, unknown>> => Object(value)

/** The attributes that have a value. An id or a model that a server left out is read as `""`, which is none. */
const known = (attributes: Attributes): Attributes => {
  const present: Record<string, unknown> = {}
  for (const name in attributes) {
    const value = attributes[name]
    if (value !== undefined && value !== null && value !== "") present[name] = value
  }
  return present
}
