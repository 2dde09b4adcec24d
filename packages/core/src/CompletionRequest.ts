/**
 * The requests of the completion endpoints, key by key as in Mistral's reference.
 *
 * They are strict: a key the API does not know, a value out of range or of the wrong type is an `InvalidRequest` before
 * anything is sent. A key that is `undefined` is not sent; `null` is sent where the API takes it.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Guardrail from "./Guardrail.ts"
import * as Message from "./Message.ts"
import * as ResponseFormat from "./ResponseFormat.ts"
import * as Tool from "./Tool.ts"
import { nullable } from "./WireSchema.ts"

const natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
const penalty = Schema.Finite.check(Schema.isBetween({ minimum: -2, maximum: 2 }))

/**
 * How hard a reasoning model thinks before it answers.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReasoningEffort = Schema.Literals(["none", "minimal", "low", "medium", "high", "xhigh"])

/**
 * A text the answer is expected to resemble: it then comes faster.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Prediction = Schema.Struct({
  type: Schema.optional(Schema.Literal("content")),
  content: Schema.optional(Schema.String)
})

/** What every completion takes. */
const common = {
  /** At most this many tokens are generated. */
  max_tokens: nullable(natural),
  /** Generation ends before any of these texts. */
  stop: nullable(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  /** The same seed and request give the same answer, as far as the server can. */
  random_seed: nullable(natural),
  /** Any JSON object, kept with the request. */
  metadata: nullable(Tool.JsonObject),
  /** Requests with the same key share a cache of their prompts' beginnings. */
  prompt_cache_key: nullable(Schema.String),
  /** Set by the operation; may be given if it agrees with it. */
  stream: Schema.optional(Schema.Boolean)
}

/** How tokens are drawn. */
const sampling = {
  /** From 0 to 1.5; the default depends on the model. */
  temperature: nullable(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1.5 }))),
  /** Above 0, up to 1: only the tokens of this share of probability. */
  top_p: nullable(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1, exclusiveMinimum: true })))
}

/** What every conversation takes, with a model or with an agent. */
const conversation = {
  messages: Schema.Array(Message.Message),
  response_format: Schema.optional(ResponseFormat.ResponseFormat),
  tools: nullable(Schema.Array(Tool.Tool)),
  tool_choice: Schema.optional(Tool.Choice),
  /** From -2 to 2. */
  presence_penalty: nullable(penalty),
  /** From -2 to 2. */
  frequency_penalty: nullable(penalty),
  /** How many answers; the prompt is billed once. */
  n: nullable(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))),
  prediction: Schema.optional(Prediction),
  parallel_tool_calls: Schema.optional(Schema.Boolean),
  reasoning_effort: nullable(ReasoningEffort),
  /** `reasoning` puts in the system prompt of reasoning models. */
  prompt_mode: nullable(Schema.Literal("reasoning")),
  guardrails: nullable(Schema.Array(Guardrail.Guardrail)),
  /** `auto` may use priority capacity; omitted means `standard_only`. */
  service_tier: nullable(Schema.Literals(["auto", "standard_only"]))
}

/**
 * The request of `POST /v1/chat/completions`. Required: `model` and `messages`.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat#operation-chat_completion_v1_chat_completions_post
 * @category schemas
 * @since 0.1.0
 */
export const Chat = Schema.Struct({
  model: Schema.String,
  ...conversation,
  ...sampling,
  ...common,
  /** Puts a safety prompt before the conversation. */
  safe_prompt: Schema.optional(Schema.Boolean)
})

/**
 * The request of `POST /v1/chat/completions`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Chat extends Schema.Schema.Type<typeof Chat> {}

/**
 * The request of `POST /v1/agents/completions`. Required: `agent_id` and `messages`. The agent brings the model and how
 * tokens are drawn: there is no `model`, `temperature` or `top_p`.
 *
 * @see https://docs.mistral.ai/api/endpoint/agents
 * @category schemas
 * @since 0.1.0
 */
export const Agents = Schema.Struct({ agent_id: Schema.String, ...conversation, ...common })

/**
 * The request of `POST /v1/agents/completions`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Agents extends Schema.Schema.Type<typeof Agents> {}

/**
 * The request of `POST /v1/fim/completions`. Required: `model` and `prompt`. With a `suffix` the model writes what stands
 * between the two.
 *
 * @see https://docs.mistral.ai/api/endpoint/fim
 * @category schemas
 * @since 0.1.0
 */
export const Fim = Schema.Struct({
  model: Schema.String,
  prompt: Schema.String,
  suffix: nullable(Schema.String),
  /** At least this many tokens are generated. */
  min_tokens: nullable(natural),
  ...sampling,
  ...common
})

/**
 * The request of `POST /v1/fim/completions`.
 *
 * @category models
 * @since 0.1.0
 */
export interface Fim extends Schema.Schema.Type<typeof Fim> {}
