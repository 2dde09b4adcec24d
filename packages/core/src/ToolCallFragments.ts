/**
 * The tool calls of a streamed message, put together from their fragments while they arrive.
 *
 * *When to use*: to show or to pass on the arguments of a call while the model writes them. `Completion.collect` puts calls
 * together by the same rules, at the end.
 *
 * @since 0.1.0
 */
import { ToolCallBuilder } from "./internal/completion/toolCallBuilder.ts"
import type * as Tool from "./ToolSchema.ts"

/**
 * A tool call that may still grow: its fields change as fragments are added. The object stays the same for one call.
 *
 * @category models
 * @since 0.1.0
 */
export interface GrowingCall {
  /** The id, once one has come that is not empty. */
  readonly id: string | undefined
  /** The name so far. It may come in several pieces before the arguments, and is complete once there are arguments. */
  readonly name: string
  /** The arguments so far, `undefined` before the first ones. */
  readonly arguments: Tool.ReceivedCall["function"]["arguments"] | undefined
}

/**
 * The tool calls of one message while they arrive.
 *
 * @category models
 * @since 0.1.0
 */
export interface ToolCallFragments {
  /**
   * Adds the fragments of a delta. `onFragment` is called for each of them, with its call and with the text that it added
   * to the arguments.
   *
   * *Gotchas*: where the arguments were `{}` before, they are replaced rather than extended, because some servers send an
   * empty object first. So are those that arrive as an object; they add no text.
   */
  readonly add: (
    fragments: ReadonlyArray<Tool.CallDelta>,
    onFragment?: (call: GrowingCall, added: string) => void
  ) => void
  /** Returns the growing calls in the order of `build`. */
  readonly calls: () => ReadonlyArray<GrowingCall>
  /** Returns the calls so far, in the order of their indexes, or as they began where a call has no index. */
  readonly build: () => ReadonlyArray<Tool.ReceivedCall>
}

/**
 * Makes the state of a message without tool calls.
 *
 * *Details*: a fragment without a name continues a call: that of its id, else the latest with its index, else the last. A
 * name begins a call, unless it repeats or completes the name of one. The work is linear in the fragments.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (): ToolCallFragments => new ToolCallBuilder()
