import type * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"

/** A tool call. `args` is JSON text. */
export interface Call {
  readonly id: string
  readonly name: string
  readonly args: string
}

/** The result of a call. */
export interface CallResult {
  readonly id: string
  readonly content: Message.ToolResult["content"]
}

/** The thinking of a model outside of its content, as some OpenAI-compatible servers send and take it. */
export type ForeignThinking = Pick<Message.Assistant, "reasoning" | "reasoning_details">

/** What a model wrote: content in the order of the parts, and calls. */
export interface AssistantTurn {
  readonly role: "assistant"
  readonly pieces: ReadonlyArray<Content.Content>
  readonly thinking: ForeignThinking
  readonly calls: ReadonlyArray<Call>
}

/** Results of calls. A turn without results, such as one of approvals, still parts the assistant turns around it. */
export interface ToolTurn {
  readonly role: "tool"
  readonly results: ReadonlyArray<CallResult>
}

/** A message of a prompt whose parts are converted. The order of the turns is that of the prompt. */
export type Turn = Message.System | Message.User | AssistantTurn | ToolTurn
