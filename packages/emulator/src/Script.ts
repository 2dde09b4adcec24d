/**
 * Scripts: what the emulator answers to what, in place of what it makes up.
 *
 * A script is a list of rules. The first rule that a request fits, and that has not been used up, answers it; a request
 * that fits none is answered as ever. In a file a script is the same as JSON.
 *
 * ```ts
 * import { Chat } from "@effect-mistral/chat"
 * import { Completion, FetchHttpClient, MistralClient } from "@effect-mistral/core"
 * import { Emulator, Script } from "@effect-mistral/emulator"
 * import { Console, Effect, Layer } from "effect"
 *
 * const script: Script.Script = [
 *   // The first time there is no capacity; after that, the capital.
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
 * Which requests a rule is for: those that fit all that is given here.
 *
 * `path` is that of the endpoint, with `/v1`. `text` is contained in the last message, `pattern` is a regular expression
 * (with the flag `u`) that finds something there. A fill-in-the-middle request's prompt, and the last input to embed or
 * to moderate, count as a last message.
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
 * Which requests a rule is for.
 *
 * @category models
 * @since 0.1.0
 */
export interface Condition extends Schema.Schema.Type<typeof Condition> {}

/**
 * A call of a function. Without an `id` it gets one; `arguments` may be the JSON text that is sent, valid or not, or an
 * object.
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
 * A call of a function.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolCall extends Schema.Schema.Type<typeof ToolCall> {}

/**
 * What a completion says, in every choice. `max_tokens` and `stop` cut it as they cut any answer, unless a
 * `finish_reason` is given here. Of `usage`, what is not given is counted.
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
 * What a completion says, in every choice.
 *
 * @category models
 * @since 0.1.0
 */
export interface Reply extends Schema.Schema.Type<typeof Reply> {}

/**
 * A refusal, of any endpoint. Without a `body` it has one of the API's form that says that a script wanted it.
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
 * A refusal, of any endpoint.
 *
 * @category models
 * @since 0.1.0
 */
export interface Failure extends Schema.Schema.Type<typeof Failure> {}

/**
 * One rule: without `when` it is for every request, without `times` it is never used up. A reply answers completions
 * only, and for any model or agent, known to the emulator or not; a request that breaks the API's rules is refused all
 * the same.
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
 * Rules in the order in which they are tried.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Script = Schema.Array(Rule)

/**
 * Rules in the order in which they are tried.
 *
 * @category models
 * @since 0.1.0
 */
export type Script = typeof Script.Type

/**
 * Reads a script from parsed JSON; a key that no rule has is an error, for it is most likely misspelt.
 *
 * @category decoding
 * @since 0.1.0
 */
export const fromUnknown: (value: unknown) => Effect.Effect<Script, Schema.SchemaError> = Schema.decodeUnknownEffect(
  Script,
  { onExcessProperty: "error" }
)
