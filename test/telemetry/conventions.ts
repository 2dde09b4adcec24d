/**
 * The names that telemetry may use: those of OpenTelemetry's conventions for generative AI, with their types and their
 * stability, as far as this library knows a value for them.
 *
 * @see https://opentelemetry.io/docs/specs/semconv/gen-ai/
 */

export interface Attribute {
  readonly type: "string" | "int" | "double" | "boolean" | "string[]"
  readonly stability: "stable" | "development"
}

const development = (type: Attribute["type"]): Attribute => ({ type, stability: "development" })
const stable = (type: Attribute["type"]): Attribute => ({ type, stability: "stable" })

/** Attributes of spans and of their events. */
export const attributes: Readonly<Record<string, Attribute>> = {
  "error.type": stable("string"),
  "gen_ai.agent.id": development("string"),
  "gen_ai.embeddings.dimension.count": development("int"),
  "gen_ai.operation.name": development("string"),
  "gen_ai.output.type": development("string"),
  "gen_ai.provider.name": development("string"),
  "gen_ai.request.choice.count": development("int"),
  "gen_ai.request.encoding_formats": development("string[]"),
  "gen_ai.request.frequency_penalty": development("double"),
  "gen_ai.request.max_tokens": development("int"),
  "gen_ai.request.model": development("string"),
  "gen_ai.request.presence_penalty": development("double"),
  "gen_ai.request.reasoning.level": development("string"),
  "gen_ai.request.seed": development("int"),
  "gen_ai.request.stop_sequences": development("string[]"),
  "gen_ai.request.stream": development("boolean"),
  "gen_ai.request.temperature": development("double"),
  "gen_ai.request.top_p": development("double"),
  "gen_ai.response.finish_reasons": development("string[]"),
  "gen_ai.response.id": development("string"),
  "gen_ai.response.model": development("string"),
  "gen_ai.response.time_to_first_chunk": development("double"),
  "gen_ai.usage.cache_read.input_tokens": development("int"),
  "gen_ai.usage.input_tokens": development("int"),
  "gen_ai.usage.output_tokens": development("int"),
  "gen_ai.usage.reasoning.output_tokens": development("int"),
  "http.request.resend_count": stable("int"),
  "http.response.status_code": stable("int"),
  "server.address": stable("string"),
  "server.port": stable("int")
}

/** Attributes whose names end with the name of a header. */
export const headerAttributes: Readonly<Record<string, Attribute>> = {
  "http.response.header.": stable("string[]")
}

/** The values that an attribute may have, where the conventions list them and a value of the list must be used. */
export const values: Readonly<Record<string, ReadonlyArray<string>>> = {
  "gen_ai.operation.name": ["chat", "embeddings", "invoke_agent", "text_completion"],
  "gen_ai.output.type": ["image", "json", "speech", "text"],
  "gen_ai.token.type": ["input", "output"]
}

export interface Metric {
  readonly unit: string
  readonly stability: "stable" | "development"
  readonly boundaries: ReadonlyArray<number>
  /** Its attributes: those that it must have, and those that it may have. */
  readonly required: ReadonlyArray<string>
  readonly optional: ReadonlyArray<string>
}

const seconds = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92]

const optional = ["gen_ai.request.model", "gen_ai.response.model", "server.address", "server.port"]

const required = ["gen_ai.operation.name", "gen_ai.provider.name"]

/** Histograms of a client. */
export const metrics: Readonly<Record<string, Metric>> = {
  "gen_ai.client.operation.duration": {
    unit: "s",
    stability: "development",
    boundaries: seconds,
    required,
    optional: [...optional, "error.type"]
  },
  "gen_ai.client.operation.time_per_output_chunk": {
    unit: "s",
    stability: "development",
    boundaries: seconds,
    required,
    optional
  },
  "gen_ai.client.operation.time_to_first_chunk": {
    unit: "s",
    stability: "development",
    boundaries: seconds,
    required,
    optional
  },
  "gen_ai.client.token.usage": {
    unit: "{token}",
    stability: "development",
    boundaries: Array.from({ length: 14 }, (_, at) => 4 ** at),
    required: [...required, "gen_ai.token.type"],
    optional
  }
}

/** The names that Effect's exporter adds by itself. */
export const ofEffect = {
  attributes: ["effect.fiber.interrupted"],
  events: ["exception"],
  metricAttributes: ["unit"]
}

/** The attributes that `effect/ai` adds by itself: to the spans of its models, and to those in which it runs a tool. */
export const ofEffectAi = [
  "effect.ai.concurrency",
  "effect.ai.object_name",
  "effect.ai.tool_choice",
  "parameters",
  "tool"
]
