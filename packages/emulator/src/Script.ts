/**
 * Scripted responses of the emulator, which take precedence over generated ones.
 *
 * *Details*: a script is a list of rules. The first rule that matches a request and is not used up decides the response; a
 * request that no rule matches gets a generated one. A file holds the same script as JSON.
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
 * *Details*: `path` is that of the endpoint, with `/v1`. `text` must occur in the last message; `pattern` is a regular
 * expression (with the flag `u`) that must match somewhere in it. A fill-in-the-middle request's prompt, and the last
 * input to embed or to moderate, count as the last message.
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
  )
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
 * An error response, for any endpoint. The default `body` has the API's form and names the script as the cause.
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
 * One rule: it matches every request unless `when` is set, and is never used up unless `times` is set.
 *
 * *Details*: a reply applies to completions only. It needs no model or agent that the emulator knows, but a request that
 * breaks the API's rules still gets an error response.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Rule = Schema.Struct({
  when: Schema.optional(Condition),
  answer: Schema.Union([Failure, Reply]),
  times: Schema.optional(Schema.Int.check(Schema.isGreaterThanOrEqualTo(1)))
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
