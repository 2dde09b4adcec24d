import type * as Completion from "@effect-mistral/core/Completion"
import type { ResponseMetadata } from "@effect-mistral/core/ResponseMetadata"
import type * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import type { ToolCalls } from "../tools/requestTools.ts"

/** What a response is read by. */
export interface ResponseContext {
  readonly calls: ToolCalls
  /** The text that the response repeats at its beginning, and that is removed from it. */
  readonly prefix: string | undefined
  /** Makes an id of nine letters and digits, for a call that has none. */
  readonly newId: () => string
}

/** Converts the chunks of a response to parts. It holds the state of one response. */
export class ResponseParts {
  #reason: string | null | undefined
  #started = false
  readonly #context: ResponseContext

  constructor(context: ResponseContext) {
    this.#context = context
  }

  /** Adds the parts of a chunk to `parts`. Returns why the response has failed, if it has. */
  add(chunk: Completion.Chunk, parts: Array<Response.StreamPartEncoded>): AiError.AiErrorReason | undefined {
    for (const choice of chunk.choices) {
      const { content } = choice.delta
      if (typeof content === "string" && content !== "") {
        if (!this.#started) parts.push({ type: "text-start", id: this.#context.newId() })
        this.#started = true
        parts.push({ type: "text-delta", id: "0", delta: content })
      }
      this.#reason = choice.finish_reason ?? this.#reason
    }
    return undefined
  }

  /** Adds the last parts, after `[DONE]`. `head` is that of the HTTP response. */
  end(
    parts: Array<Response.StreamPartEncoded>,
    _head: ResponseMetadata | undefined
  ): AiError.AiErrorReason | undefined {
    this.close(parts)
    parts.push({
      type: "finish",
      reason: this.#reason === "stop" ? "stop" : "unknown",
      usage: { inputTokens: {}, outputTokens: {} }
    })
    return undefined
  }

  /** Ends the blocks that are open, before the response fails. */
  close(parts: Array<Response.StreamPartEncoded>): void {
    if (this.#started) parts.push({ type: "text-end", id: "0" })
  }
}
