/**
 * The messages of a conversation: system, user, assistant and tool.
 *
 * These schemas are strict, as the server is: it refuses a message with a key it does not know. `fromReceived` turns an
 * answer into the assistant message that continues the conversation.
 *
 * @see https://docs.mistral.ai/api/endpoint/chat
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Content from "./Content.ts"
import * as Tool from "./Tool.ts"
import { looseStruct, nullable, nullish } from "./WireSchema.ts"

const content = Schema.Union([Schema.String, Schema.Null, Schema.Array(Content.Content)])

/**
 * Instructions for the model.
 *
 * @category schemas
 * @since 0.1.0
 */
export const System = Schema.Struct({
  role: Schema.Literal("system"),
  content: Schema.Union([Schema.String, Schema.Array(Content.SystemContent)])
})

/**
 * What the user says.
 *
 * @category schemas
 * @since 0.1.0
 */
export const User = Schema.Struct({ role: Schema.Literal("user"), content })

/**
 * What the model said. With `prefix: true` as the last message, the answer begins with it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Assistant = Schema.Struct({
  role: Schema.Literal("assistant"),
  content: Schema.optional(content),
  tool_calls: nullable(Schema.Array(Tool.Call)),
  prefix: Schema.optional(Schema.Boolean)
})

/**
 * What the model said.
 *
 * @category models
 * @since 0.1.0
 */
export type Assistant = typeof Assistant.Type

/**
 * The result of a tool call, answering the call with the same id.
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
 * Any message of a request.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Message = Schema.Union([System, User, Assistant, ToolResult])

/**
 * Any message of a request.
 *
 * @category models
 * @since 0.1.0
 */
export type Message = typeof Message.Type

/**
 * An assistant message as the server sends it. Every key may be absent or `null`; unknown ones survive.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Received = looseStruct({
  role: nullish(Schema.String),
  content: nullish(Schema.Union([Schema.String, Schema.Array(Content.Received)])),
  tool_calls: nullish(Schema.Array(Tool.ReceivedCall)),
  prefix: nullish(Schema.Boolean)
})

/**
 * An assistant message as the server sends it.
 *
 * @category models
 * @since 0.1.0
 */
export type Received = typeof Received.Type

/**
 * A part of a message in a streamed chunk. `index` counts the messages of one choice when built-in tools answer too.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Delta = looseStruct({
  role: nullish(Schema.String),
  content: nullish(Schema.Union([Schema.String, Schema.Array(Content.Received)])),
  tool_calls: nullish(Schema.Array(Tool.CallDelta)),
  tool_call_id: nullish(Schema.String),
  index: nullish(Schema.Int),
  metadata: nullish(Tool.JsonObject)
})

/**
 * A part of a message in a streamed chunk.
 *
 * @category models
 * @since 0.1.0
 */
export type Delta = typeof Delta.Type

/**
 * A system message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const system = (content: (typeof System.Type)["content"]): typeof System.Type => ({ role: "system", content })

/**
 * A user message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const user = (content: (typeof User.Type)["content"]): typeof User.Type => ({ role: "user", content })

/**
 * An assistant message.
 *
 * @category constructors
 * @since 0.1.0
 */
export const assistant = (
  content: Assistant["content"],
  options?: Omit<Assistant, "role" | "content">
): Assistant => ({ role: "assistant", content, ...options })

/**
 * The result of a tool call. Anything but a string is sent as its JSON.
 *
 * @category constructors
 * @since 0.1.0
 */
export const toolResult = (
  call: { readonly id?: string | null | undefined; readonly function: { readonly name: string } },
  result: unknown
): typeof ToolResult.Type => ({
  role: "tool",
  content: typeof result === "string" ? result : JSON.stringify(result) ?? null,
  tool_call_id: call.id,
  name: call.function.name
})

/**
 * The assistant message that repeats an answer in the next request.
 *
 * The server refuses keys and kinds of content it did not document, even where it sent them: only those a request may
 * hold are kept.
 *
 * @category conversions
 * @since 0.1.0
 */
export const fromReceived = (message: Received): Assistant => ({
  role: "assistant",
  ...(message.content === undefined ? undefined : {
    content: message.content === null || typeof message.content === "string"
      ? message.content
      : message.content.flatMap((content) => Option.toArray(toSendable(content)))
  }),
  ...(message.tool_calls == null ? undefined : {
    tool_calls: message.tool_calls.map((call) => ({
      ...(call.id == null ? undefined : { id: call.id }),
      ...(call.type === "function" ? { type: "function" as const } : undefined),
      function: { name: call.function.name, arguments: call.function.arguments },
      ...(call.index == null ? undefined : { index: call.index })
    }))
  })
})

const toSendable = /* @__PURE__ */ Schema.decodeUnknownOption(Content.Content)
