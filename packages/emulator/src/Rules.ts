/**
 * The rules of a running emulator, which decide its responses: data as in a script, or functions.
 *
 * *Details*: rules are tried in this order: those of the request's scope, those that were added without a scope, and those of
 * the script that the emulator was started with. Among each of these the first that fits and is not used up decides.
 *
 * ```ts
 * import { Emulator } from "@effect-mistral/emulator"
 * import { Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const { rules } = yield* Emulator.Emulator
 *   yield* rules.add([
 *     { name: "capital", when: { text: "capital of France" }, answer: { text: "Paris." } },
 *     { name: "echo", answer: ({ text, turn }) => turn === 1 ? { text: `You said: ${text}` } : undefined }
 *   ])
 * })
 * ```
 *
 * @since 0.1.0
 */
import type * as Message from "@effect-mistral/core/Message"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Script from "./Script.ts"

/**
 * The result of a tool call, at the end of a conversation.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolResult {
  /** The id of the call, if the message has one. */
  readonly callId: string | undefined
  /** The name of the function that was called, if it is known from the call or from the message. */
  readonly name: string | undefined
  readonly text: string
}

/**
 * A request as the function of a rule sees it.
 *
 * *Details*: it has passed the validation of its endpoint, but not yet the API's rules about conversations and models.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request {
  /** The path of the endpoint, with `/v1`, such as `/v1/files/{file_id}`. */
  readonly path: string
  /** The whole body; `undefined` if the endpoint has none. */
  readonly body: unknown
  /** The model, if the request has one. */
  readonly model: string | undefined
  /** By lower-case names, as they were sent. A request of a batch job has none. */
  readonly headers: Readonly<Record<string, string>>
  /** The scope that the request names, if any. */
  readonly scope: string | undefined
  /** The messages; those of the last conversation, if there are several; empty if there are none. */
  readonly messages: ReadonlyArray<Message.Message>
  /** The text of the last message, of a prompt, or of the last input. */
  readonly text: string
  /** The texts of the system messages. */
  readonly system: ReadonlyArray<string>
  /** The number of the answer that the conversation is waiting for, from 1 on. */
  readonly turn: number
  /** The tool messages at the end of the conversation. */
  readonly results: ReadonlyArray<ToolResult>
  /** The names of the functions that the request offers. */
  readonly tools: ReadonlyArray<string>
  /** Whether the response is to be streamed. */
  readonly stream: boolean
}

/**
 * A rule whose answer is a function of the request.
 *
 * *Details*: the function may return an effect. With `undefined` the next rule is tried, and the rule is not used up. A
 * function that throws, or whose answer is not one for the endpoint of the request, makes the response a 500 that names the
 * rule, so that a mistake in a test is not taken for a generated response.
 *
 * *Gotchas*: it is called for requests of any endpoint that `when` allows, also for those without a body.
 *
 * @category models
 * @since 0.1.0
 */
export interface FunctionRule {
  readonly name?: string | undefined
  readonly when?: Script.Condition | undefined
  readonly answer: (
    request: Request
  ) => Script.Answer | undefined | Effect.Effect<Script.Answer | undefined>
  readonly times?: number | undefined
}

/**
 * A rule: data, or a function.
 *
 * @category models
 * @since 0.1.0
 */
export type Rule = Script.Rule | FunctionRule

/**
 * A rule in a list.
 *
 * *Details*:
 *
 * - `label`: the name, or the place: `rule 2` of the script, `added rule 2` of those added. Requests in the log have it as
 *   `rule`.
 * - `origin`: whether it is a rule of the script, or was added since. `scope`: the scope that it was added for, if any. A rule
 *   without a scope applies to requests of every scope, but each scope uses it up for itself.
 * - `answer`: not there if it is a function.
 * - `hits`: the number of requests that it has decided: in the scope, if the list is that of a scope, otherwise in all of
 *   them.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Listed = Schema.Struct({
  label: Schema.String,
  origin: Schema.Literals(["script", "added"]),
  scope: Schema.optionalKey(Schema.String),
  name: Schema.optionalKey(Schema.String),
  when: Schema.optionalKey(Script.Condition),
  answer: Schema.optionalKey(Script.Answer),
  times: Schema.optionalKey(Schema.Int),
  hits: Schema.Int
})

/**
 * A rule in a list.
 *
 * @category models
 * @since 0.1.0
 */
export interface Listed extends Schema.Schema.Type<typeof Listed> {}

/**
 * A rule is not valid. The message says where and why.
 *
 * @category errors
 * @since 0.1.0
 */
export class InvalidRule
  extends Schema.TaggedError<InvalidRule>("@effect-mistral/emulator/InvalidRule")("InvalidRule", {
    message: Schema.String
  })
{}

/**
 * The rules of a running emulator, or of one of its scopes. `Accepted` is the kind of rules that can be added, and `E` is a
 * failure of the connection to the emulator, where there is one.
 *
 * @category models
 * @since 0.1.0
 */
export interface Rules<in Accepted = Rule, out E = never> {
  /** Adds rules after those that were added before. Either all are added or none. */
  readonly add: (rules: ReadonlyArray<Accepted>) => Effect.Effect<void, InvalidRule | E>
  /** All rules that apply here, in the order in which they are tried. */
  readonly list: Effect.Effect<ReadonlyArray<Listed>, E>
  /**
   * Removes the rules that were added here. Without a scope, those of the script are removed too; in a scope, the use of the
   * rules that it shares with others is forgotten.
   */
  readonly clear: Effect.Effect<void, E>
  /** Removes the rules as `clear`, and adds others. If one of them is not valid, all stay as they are. */
  readonly replace: (rules: ReadonlyArray<Accepted>) => Effect.Effect<void, InvalidRule | E>
}
