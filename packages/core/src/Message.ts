/**
 * The messages of a conversation: system, user, assistant and tool.
 *
 * The schemas of a request are strict, because the server refuses a message with a key that it does not know.
 * `fromReceived` turns the message of a response into the assistant message that continues the conversation.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Content from "./Content.ts"
import * as Tool from "./ToolSchema.ts"
import { looseStruct, nullable, nullish } from "./WireSchema.ts"

const content = Schema.Union([Schema.String, Schema.Null, Schema.Array(Content.Content)])

/**
 * The schema of a system message: instructions for the model.
 *
 * @category schemas
 * @since 0.1.0
 */
export const System = Schema.Struct({
  role: Schema.Literal("system"),
  content: Schema.Union([Schema.String, Schema.Array(Content.SystemContent)])
})

/**
 * A system message: instructions for the model.
 *
 * @category models
 * @since 0.1.0
 */
export interface System extends Schema.Schema.Type<typeof System> {}

/**
 * The schema of a user message.
 *
 * @category schemas
 * @since 0.1.0
 */
export const User = Schema.Struct({ role: Schema.Literal("user"), content })

/**
 * A user message.
 *
 * @category models
 * @since 0.1.0
 */
export interface User extends Schema.Schema.Type<typeof User> {}

/**
 * The schema of an assistant message: text and tool calls that the model wrote.
 *
 * *Details*: where the last message of a request is an assistant message with `prefix: true`, the model continues it.
 * `reasoning_content`, `reasoning` and `reasoning_details` are the thinking of the model in the dialects of OpenAI-compatible
 * servers.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Assistant = Schema.Struct({
  role: Schema.Literal("assistant"),
  content: Schema.optional(content),
  tool_calls: nullable(Schema.Array(Tool.Call)),
  prefix: Schema.optional(Schema.Boolean),
  reasoning_content: nullable(Schema.String),
  reasoning: nullable(Schema.String),
  reasoning_details: nullable(Schema.Array(Tool.JsonObject))
})

/**
 * An assistant message: text and tool calls that the model wrote.
 *
 * @category models
 * @since 0.1.0
 */
export interface Assistant extends Schema.Schema.Type<typeof Assistant> {}

/**
 * The schema of the result of a tool call. `tool_call_id` is the id of that call.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ToolResult = Schema.Struct({
  role: Schema.Literal("tool"),
  content,
  tool_call_id: nullable(Schema.String),
  name: nullable(Schema.String)
})

/**
 * The result of a tool call.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolResult extends Schema.Schema.Type<typeof ToolResult> {}

/**
 * A message of a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Message = System | User | Assistant | ToolResult

/**
 * The schema of a message of a request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Message: Schema.Codec<Message> = Schema.Union([System, User, Assistant, ToolResult])

/** The thinking of a model outside of its content, as OpenAI-compatible servers send it. */
const reasoning = {
  reasoning_content: nullish(Schema.String),
  reasoning: nullish(Schema.String),
  reasoning_details: nullish(Schema.Array(Tool.JsonObject))
}

const received = looseStruct({
  ...reasoning,
  role: nullish(Schema.String),
  content: nullish(Schema.Union([Schema.String, Schema.Array(Content.Received)])),
  tool_calls: nullish(Schema.Array(Tool.ReceivedCall)),
  prefix: nullish(Schema.Boolean)
})

/**
 * The assistant message of a response.
 *
 * @category models
 * @since 0.1.0
 */
export interface Received extends Schema.Schema.Type<typeof received> {}

/**
 * The schema of the assistant message of a response. Every key may be absent or `null`, and unknown keys are kept.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Received: Schema.Codec<Received> = received

const delta = looseStruct({
  ...reasoning,
  role: nullish(Schema.String),
  content: nullish(Schema.Union([Schema.String, Schema.Array(Content.Received)])),
  tool_calls: nullish(Schema.Array(Tool.CallDelta)),
  tool_call_id: nullish(Schema.String),
  index: nullish(Schema.Int),
  metadata: nullish(Tool.JsonObject)
})

/**
 * The part of a message that a chunk adds.
 *
 * @category models
 * @since 0.1.0
 */
export interface Delta extends Schema.Schema.Type<typeof delta> {}

/**
 * The schema of the part of a message that a chunk adds.
 *
 * *Details*: `index` numbers the messages of one choice. A choice has more than one where built-in tools were used.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Delta: Schema.Codec<Delta> = delta

/**
 * Makes a system message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const system = (content: System["content"]): System => ({ role: "system", content })

/**
 * Makes a user message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const user = (content: User["content"]): User => ({ role: "user", content })

/**
 * Makes an assistant message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const assistant = (
  content: Assistant["content"],
  options?: Omit<Assistant, "role" | "content">
): Assistant => ({ role: "assistant", content, ...options })

/**
 * Makes the message with the result of a tool call.
 *
 * *Details*: a string is sent as it is, any other value as its JSON. A value without JSON, such as `undefined`, is sent as
 * `null`. An `Error` is sent as `{ "error": message }`, so that the model learns why a call failed, without the cause and the
 * stack of the error. One without a message is sent as `{ "error": name }` with its fields.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toolResult = (
  call: { readonly id?: string | null | undefined; readonly function: { readonly name: string } },
  result: unknown
): ToolResult => ({
  role: "tool",
  content: typeof result === "string"
    ? result
    : JSON.stringify(result instanceof Error ? toError(result) : result) ?? null,
  tool_call_id: call.id,
  name: call.function.name
})

const toError = (error: Error): object =>
  error.message === "" ? { error: error.name, ...error } : { error: error.message }

/**
 * Makes the assistant message that continues a conversation from the message of a response.
 *
 * *Details*: the server refuses keys and kinds of content that it did not document, even where it sent them itself. Only
 * the documented ones are kept. `reasoning_content`, `reasoning` and `reasoning_details`, with their signatures, are kept
 * for the OpenAI-compatible servers that take them back. An empty list of tool calls is left out, and a list of content of
 * which no piece is left becomes `""`.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromReceived = (message: Received): Assistant => ({
  role: "assistant",
  ...(message.content === undefined ? undefined : {
    content: message.content === null || typeof message.content === "string"
      ? message.content
      : toSendableList(message.content)
  }),
  ...(message.tool_calls?.length ? { tool_calls: message.tool_calls.map(toSendableCall) } : undefined),
  ...(message.reasoning_content == null ? undefined : { reasoning_content: message.reasoning_content }),
  ...(message.reasoning == null ? undefined : { reasoning: message.reasoning }),
  ...(message.reasoning_details == null ? undefined : { reasoning_details: message.reasoning_details })
})

const toSendableCall = (call: Tool.ReceivedCall): Tool.Call => ({
  ...(call.id == null ? undefined : { id: call.id }),
  ...(call.type === "function" ? { type: "function" as const } : undefined),
  function: { name: call.function.name, arguments: call.function.arguments },
  ...(call.index == null ? undefined : { index: call.index })
})

const toSendableList = (list: ReadonlyArray<Content.Received>): NonNullable<Assistant["content"]> => {
  const pieces = list.flatMap((piece) => Option.toArray(toSendable(withSendableThinking(piece))))
    .filter((piece) => piece.type !== "text" || piece.text !== "")
  return pieces.length === 0 ? "" : pieces
}

const toSendable = /* @__PURE__ */ Schema.decodeUnknownOption(Content.Content)

/** Thinking without the pieces and `null`s that a request may not have. Thinking that is a string becomes a list. */
const withSendableThinking = (piece: Content.Received): unknown => {
  const type = String(piece.type)
  if (type !== "thinking" && type !== "unknown:thinking") return piece
  const { closed, signature, thinking } = piece as { readonly [key: string]: unknown }
  const pieces: ReadonlyArray<unknown> = typeof thinking === "string"
    ? [{ type: "text", text: thinking }]
    : Array.isArray(thinking)
    ? thinking
    : []
  const sendable = pieces.filter((inner) => Option.isSome(toSendable({ type: "thinking", thinking: [inner] })))
  return pieces.length > 0 && sendable.length === 0 ? undefined : {
    type: "thinking",
    thinking: sendable,
    ...(typeof signature === "string" ? { signature } : undefined),
    ...(typeof closed === "boolean" ? { closed } : undefined)
  }
}
