/**
 * Scripted responses of the emulator, which take precedence over generated ones.
 *
 * *Details*: a script is a list of rules. The first rule that matches a request and is not used up decides the response; a
 * request that no rule matches gets a generated one, or is refused if the emulator is strict. A file holds the same script
 * as JSON. `Rules` has rules that are functions, and the rules of a running emulator.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
 * import { Emulator, Script } from "@effect-mistral/emulator"
 * import { Console, Effect, Layer } from "effect"
 *
 * const script: Script.Script = [
 *   // The first response is an error, later ones are the capital.
 *   { when: { text: "capital" }, answer: { error: { status: 503 } }, times: 1 },
 *   { when: { text: "capital" }, answer: { text: "Paris." } }
 * ]
 *
 * const MistralLocal = Layer.unwrap(Effect.map(
 *   Emulator.Emulator,
 *   ({ apiKey, url }) => MistralClient.layer({ apiKey, baseUrl: url })
 * ))
 *
 * const main = Chat.complete({
 *   model: "mistral-small-latest",
 *   messages: [{ role: "user", content: "What is the capital of France?" }]
 * }).pipe(
 *   Effect.flatMap((response) => Console.log(Completion.text(response))),
 *   Effect.provide(Chat.layer.pipe(
 *     Layer.provide(MistralLocal),
 *     Layer.provide(Emulator.layer({ script })),
 *     Layer.provide(FetchHttpClient.layer)
 *   ))
 * )
 * ```
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { HeaderName, HeaderValue } from "./internal/http/headerSchema.ts"

const natural = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const positive = Schema.Int.check(Schema.isGreaterThanOrEqualTo(1))

const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 }))

const isRegularExpression = (text: string): boolean => {
  try {
    return new RegExp(text, "u").source !== ""
  } catch {
    return false
  }
}

/**
 * The condition of a rule. A request matches if it fits every given property.
 *
 * *Details*, for each property:
 *
 * - `path`: the path of the endpoint, with `/v1`. `model` and `agent_id`: those of the request.
 * - `text`: a text that the last message contains. `pattern`: a regular expression (with the flag `u`) that matches somewhere
 *   in the last message. A fill-in-the-middle request's prompt, and the last input to embed, to moderate or to classify,
 *   count as the last message.
 * - `any`: a text that some message contains, of any role. `system`: a text that a system message contains.
 * - `turn`: the number of the answer that the conversation is waiting for: 1 without an assistant message, 2 after one, and
 *   so on. A last assistant message with `prefix` is not counted, because the answer continues it.
 * - `result`: a text that a tool message at the end of the conversation contains. `call_id`: the id of the call that such a
 *   message answers. `result_of`: the name of the function that was called.
 * - `tool`: the name of a function that the request offers. `stream`: whether the response is streamed.
 *   `response_format`: the type of the format, `text` also without one.
 * - `header`: values of request headers, by name in any case. The value must be the same.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Condition = Schema.Struct({
  path: Schema.optional(Schema.String),
  model: Schema.optional(Schema.String),
  agent_id: Schema.optional(Schema.String),
  text: Schema.optional(Schema.String),
  pattern: Schema.optional(
    Schema.String.check(Schema.makeFilter(isRegularExpression, { expected: "a regular expression" }))
  ),
  any: Schema.optional(Schema.String),
  system: Schema.optional(Schema.String),
  turn: Schema.optional(positive),
  result: Schema.optional(Schema.String),
  call_id: Schema.optional(Schema.String),
  result_of: Schema.optional(Schema.String),
  tool: Schema.optional(Schema.String),
  stream: Schema.optional(Schema.Boolean),
  response_format: Schema.optional(Schema.Literals(["text", "json_object", "json_schema"])),
  header: Schema.optional(Schema.Record(HeaderName, HeaderValue))
})

/**
 * The condition of a rule.
 *
 * @category models
 * @since 0.1.0
 */
export interface Condition extends Schema.Schema.Type<typeof Condition> {}

/**
 * A function call. An `id` is generated unless set; `arguments` is an object, or the JSON text that is sent, valid or not.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ToolCall = Schema.Struct({
  id: Schema.optional(Schema.String),
  name: Schema.String,
  arguments: Schema.Union([Schema.String, Schema.Record(Schema.String, Schema.Unknown)])
})

/**
 * A function call.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolCall extends Schema.Schema.Type<typeof ToolCall> {}

/**
 * The content of a completion, the same in every choice.
 *
 * *Details*: `max_tokens` and `stop` truncate it as they truncate any completion, unless a `finish_reason` is given.
 * Values of `usage` that are not given are counted.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Reply = Schema.Struct({
  text: Schema.optional(Schema.String),
  thinking: Schema.optional(Schema.String),
  tool_calls: Schema.optional(Schema.Array(ToolCall)),
  finish_reason: Schema.optional(Schema.Literals(["stop", "length", "model_length", "error", "tool_calls"])),
  usage: Schema.optional(Schema.Struct({
    prompt_tokens: Schema.optional(natural),
    completion_tokens: Schema.optional(natural),
    total_tokens: Schema.optional(natural),
    prompt_audio_seconds: Schema.optionalKey(natural),
    num_cached_tokens: Schema.optionalKey(natural),
    service_tier: Schema.optionalKey(Schema.String)
  }))
})

/**
 * The content of a completion, the same in every choice.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reply extends Schema.Schema.Type<typeof Reply> {}

/**
 * Embeddings: a vector for each input, in order.
 *
 * *Details*: the last vector is repeated for further inputs. The numbers are floats of any dimension; they are converted as
 * generated ones if the request selects another data type or base64.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Embeddings = Schema.Struct({ embeddings: Schema.NonEmptyArray(Schema.NonEmptyArray(Schema.Finite)) })

/**
 * Embeddings: a vector for each input, in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Embeddings extends Schema.Schema.Type<typeof Embeddings> {}

/**
 * Moderations: the scores of a text or a conversation by category, for each input, in order.
 *
 * *Details*: the last ones are repeated for further inputs. A score is from 0 to 1, and from 0.5 on the category counts as
 * found. Categories of the model that are not named have the score 0.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Moderations = Schema.Struct({
  moderations: Schema.NonEmptyArray(Schema.Record(Schema.String, share))
})

/**
 * Moderations: the scores of a text or a conversation by category, for each input, in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Moderations extends Schema.Schema.Type<typeof Moderations> {}

/**
 * Classifications: the scores of the labels of each target, for each input, in order.
 *
 * *Details*: the last ones are repeated for further inputs. A score is from 0 to 1. The targets and labels are the given ones
 * only.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Classifications = Schema.Struct({
  classifications: Schema.NonEmptyArray(Schema.Record(Schema.String, Schema.Record(Schema.String, share)))
})

/**
 * Classifications: the scores of the labels of each target, for each input, in order.
 *
 * @category models
 * @since 0.1.0
 */
export interface Classifications extends Schema.Schema.Type<typeof Classifications> {}

/**
 * An error response, for any endpoint. The default `body` is that of the fault `status` with the same status.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Failure = Schema.Struct({
  error: Schema.Struct({
    status: Schema.Int.check(Schema.isBetween({ minimum: 400, maximum: 599 })),
    body: Schema.optional(Schema.Json),
    headers: Schema.optional(Schema.Record(HeaderName, HeaderValue))
  })
})

/**
 * An error response, for any endpoint.
 *
 * @category models
 * @since 0.1.0
 */
export interface Failure extends Schema.Schema.Type<typeof Failure> {}

/**
 * The answer of a rule: an error response, or the content of a response of one kind of endpoint.
 *
 * *Details*: a `Reply` is for chat, agents and fill-in-the-middle completions.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Answer = Schema.Union([Failure, Embeddings, Moderations, Classifications, Reply])

/**
 * The answer of a rule: an error response, or the content of a response of one kind of endpoint.
 *
 * @category models
 * @since 0.1.0
 */
export type Answer = typeof Answer.Type

/**
 * One rule: it matches every request unless `when` is set, and is never used up unless `times` is set.
 *
 * *Details*: an answer other than an error applies to the endpoints of its kind only; for other requests the next rule is
 * tried. It needs no model or agent that the emulator knows, but a request that breaks the API's rules still gets an error
 * response, and does not use up the rule. `name` names the rule in lists, in the log of requests and in messages.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Rule = Schema.Struct({
  name: Schema.optional(Schema.NonEmptyString),
  when: Schema.optional(Condition),
  answer: Answer,
  times: Schema.optional(positive)
})

/**
 * One rule.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rule extends Schema.Schema.Type<typeof Rule> {}

/**
 * A list of rules in the order in which they are tried.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Script = Schema.Array(Rule)

/**
 * A list of rules in the order in which they are tried.
 *
 * @category models
 * @since 0.1.0
 */
export type Script = typeof Script.Type

/**
 * Decodes a script from parsed JSON. An unknown key is an error, because it is most likely a typo.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromUnknown: (value: unknown) => Effect.Effect<Script, Schema.SchemaError> = Schema.decodeUnknownEffect(
  Script,
  { onExcessProperty: "error" }
)
