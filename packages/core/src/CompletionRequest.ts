/**
 * The requests of the completion endpoints, key by key as in Mistral's reference.
 *
 * *Details*: the schemas are strict. A key that the API does not know, a value out of range or a value of the wrong type
 * fails with `InvalidRequest` before anything is sent. A key that is `undefined` is not sent; `null` is sent where the API
 * accepts it.
 *
 * A parameter that is added here concerns these places too:
 *
 * - `refusedKeys` of `VertexAi`, `AzureAi` and `OpenAiCompatible`, where the deployment does not take the parameter;
 * - `deployment` of `OpenAiCompatible`, where OpenAI's API has another name for it;
 * - the package `emulator`, which checks requests by these schemas, where the parameter changes the completion;
 * - `requestFields.ts` of core's tests, with the values that are accepted and refused.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @see `VertexAi.deployment` for the parameters that Vertex AI does not take
 * @see `AzureAi.deployment` for the parameters that Azure AI does not take
 * @see `OpenAiCompatible.deployment` for the parameters that other servers do not take, or take by another name
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import * as Guardrail from "./Guardrail.ts"
import { range } from "./internal/schema/checks.ts"
import * as Message from "./Message.ts"
import * as ResponseFormat from "./ResponseFormat.ts"
import * as Tool from "./ToolSchema.ts"
import { type NamedStruct, nullable } from "./WireSchema.ts"

const natural = Schema.Int.check(range(0))
const penalty = Schema.Finite.check(range(-2, 2))

/**
 * The schema of a reasoning model's effort: how much it thinks before it writes.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ReasoningEffort = Schema.Literals(["none", "minimal", "low", "medium", "high", "xhigh"])

/**
 * The effort of a reasoning model.
 *
 * @category models
 * @since 0.1.0
 */
export type ReasoningEffort = typeof ReasoningEffort.Type

const prediction = Schema.Struct({
  type: Schema.optional(Schema.Literal("content")),
  content: Schema.optional(Schema.String)
})

/**
 * A text that the completion is expected to resemble.
 *
 * @category models
 * @since 0.1.0
 */
export interface Prediction extends Schema.Schema.Type<typeof prediction> {}

/**
 * The schema of a text that the completion is expected to resemble, which makes it faster.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Prediction: NamedStruct<Prediction, typeof prediction> = prediction

/** The parameters of every completion. */
const common = {
  /** The most tokens that the model generates. */
  max_tokens: nullable(natural),
  /** The model stops before any of these texts. */
  stop: nullable(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
  /** The same seed and request give the same completion, as far as the server can. */
  random_seed: nullable(natural),
  /** Any JSON object, kept with the request. */
  metadata: nullable(Tool.JsonObject),
  /** Requests with the same key share a cache of the prefixes of their prompts. */
  prompt_cache_key: nullable(Schema.String),
  /** Set by the operation. A request may give it, but only with the same value. */
  stream: Schema.optional(Schema.Boolean)
}

/** The parameters of sampling. */
const sampling = {
  /** From 0 to 1.5; the default depends on the model. */
  temperature: nullable(Schema.Finite.check(range(0, 1.5))),
  /** Above 0, up to 1: the model samples from the most likely tokens that have this share of the probability. */
  top_p: nullable(Schema.Finite.check(Schema.makeFilter((value) => value > 0 && value <= 1, {
    expected: "a value above 0 and at most 1",
    toJsonSchema: () => ({ exclusiveMinimum: 0, maximum: 1 })
  })))
}

/** The parameters of a conversation, with a model or with an agent. */
const conversation = {
  messages: Schema.Array(Message.Message),
  response_format: Schema.optional(ResponseFormat.ResponseFormat),
  tools: nullable(Schema.Array(Tool.Tool)),
  tool_choice: Schema.optional(Tool.Choice),
  /** From -2 to 2. */
  presence_penalty: nullable(penalty),
  /** From -2 to 2. */
  frequency_penalty: nullable(penalty),
  /** The number of completions. The prompt is billed once. */
  n: nullable(Schema.Int.check(range(1))),
  prediction: Schema.optional(Prediction),
  parallel_tool_calls: Schema.optional(Schema.Boolean),
  reasoning_effort: nullable(ReasoningEffort),
  /** `reasoning` adds the system prompt of reasoning models. */
  prompt_mode: nullable(Schema.Literal("reasoning")),
  guardrails: nullable(Schema.Array(Guardrail.Guardrail)),
  /** `auto` may use priority capacity. The default is `standard_only`. */
  service_tier: nullable(Schema.Literals(["auto", "standard_only"]))
}

/**
 * The schema of the request of `POST /v1/chat/completions`. Required: `model` and `messages`.
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
  /** Adds a safety prompt before the conversation. */
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
 * The schema of the request of `POST /v1/agents/completions`. Required: `agent_id` and `messages`.
 *
 * *Details*: the agent determines the model and the sampling. There is no `model`, `temperature` or `top_p`.
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
 * The schema of the request of `POST /v1/fim/completions`, fill-in-the-middle. Required: `model` and `prompt`.
 *
 * *Details*: the model writes the text between `prompt` and `suffix`.
 *
 * @see https://docs.mistral.ai/api/endpoint/fim
 * @category schemas
 * @since 0.1.0
 */
export const Fim = Schema.Struct({
  model: Schema.String,
  prompt: Schema.String,
  suffix: nullable(Schema.String),
  /** The fewest tokens that the model generates. */
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
