import type * as Completion from "@effect-mistral/core/Completion"
import type * as Message from "@effect-mistral/core/Message"
import type { ResponseMetadata } from "@effect-mistral/core/ResponseMetadata"
import * as ToolCallId from "@effect-mistral/core/ToolCallId"
import * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import type * as Schema from "effect/Schema"
import type { Finish } from "../../MistralMetadata.ts"
import { toJson, toJsonObject } from "../json/toJson.ts"
import type { ToolCalls } from "../tools/requestTools.ts"
import { Blocks } from "./blocks.ts"
import { CallParts, unknownOfCalls } from "./callParts.ts"
import { ContentParts } from "./contentParts.ts"
import { type EarlierText, executedCalls } from "./executedCalls.ts"
import { toFinishReason, toHttpResponse, toTimestamp } from "./finish.ts"
import { isPlain, type Leftover, Leftovers } from "./leftovers.ts"
import { Messages } from "./messages.ts"
import { toUsage } from "./usage.ts"

type Parts = Array<Response.StreamPartEncoded>

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
  readonly #blocks = new Blocks()
  readonly #calls: CallParts
  readonly #content: ContentParts
  readonly #leftovers = new Leftovers()
  readonly #messages = new Messages()
  readonly #earlierTexts: Array<EarlierText> = []
  /** Where the last message begins in the parts, if they all are in one list. */
  lastMessageAt = 0
  #head: Completion.Chunk | undefined
  #hasHead = false
  #hasFirstChoice = false
  #reason: string | null | undefined

  constructor({ calls, newId, prefix }: ResponseContext) {
    this.#calls = new CallParts(calls, newId)
    this.#content = new ContentParts(this.#blocks, this.#leftovers, prefix)
  }

  /** Adds the parts of a chunk to `parts`. */
  add(chunk: Completion.Chunk, parts: Parts): void {
    const { choices } = chunk
    const { textId } = this.#blocks
    // Nearly all chunks only add text to an open block.
    if (textId !== undefined && choices.length === 1) {
      const { delta, finish_reason, index } = choices[0]!
      const { content } = delta
      if (
        typeof content === "string" && content !== "" && index === 0 && finish_reason == null &&
        this.#messages.continues(delta) && this.#content.isAll(delta) && isPlain(chunk)
      ) {
        return this.#blocks.text(content, parts)
      }
    }
    this.#addHead(chunk, parts)
    for (const { delta, finish_reason, index } of choices) {
      if (index === 0) this.#addFirst(delta, finish_reason, parts)
    }
    this.#leftovers.add(chunk, this.#messages)
  }

  /** Adds the last parts, after `[DONE]`. `head` is that of the HTTP response. Returns why the response has failed, if it has. */
  end(parts: Parts, head: ResponseMetadata | undefined): AiError.AiErrorReason | undefined {
    let leftover = this.#leftovers.get()
    if (!this.#hasFirstChoice) {
      const [first, ...choices] = leftover.choices
      if (first === undefined) return new AiError.InvalidResponseError({ description: "The response has no choices." })
      const { unknown } = this.#addChoice(first, parts)
      leftover = { ...leftover, choices, unknown: { ...leftover.unknown, ...unknown } }
    }
    if (this.#reason === "error") {
      return new AiError.InternalProviderError({ description: "The generation ended with finish_reason \"error\"." })
    }
    this.#addHeadPart(parts)
    this.#content.release(parts)
    this.#blocks.close(parts)
    const { messages, others, parts: executed } = executedCalls(
      this.#calls,
      this.#messages.results(),
      this.#earlierTexts
    )
    parts.push(...executed)
    const finishReason = toFinishReason(this.#reason)
    const isCutOff = finishReason !== "stop" && finishReason !== "tool-calls"
    const failure = this.#calls.end(others, isCutOff, this.#blocks, parts)
    if (failure !== undefined) return failure
    parts.push({
      type: "finish",
      reason: finishReason,
      usage: toUsage(leftover.usage),
      ...(head === undefined ? undefined : { response: toHttpResponse(head) }),
      metadata: {
        mistral: this.#finishMetadata(leftover, messages, unknownOfCalls(others, this.#calls), head)
      }
    })
    return undefined
  }

  /** Ends the blocks that are open, before the response fails. */
  close(parts: Parts): void {
    if (this.#head === undefined) return
    this.#addHeadPart(parts)
    this.#content.release(parts)
    this.#blocks.close(parts)
    this.#calls.close(parts)
  }

  /** Adds a choice that takes the place of the first one, where none has index 0. Returns what has no place in its parts. */
  #addChoice({ message, messages, ...choice }: Completion.Choice, parts: Parts): Leftover {
    // The cast is safe: a whole message has the keys of a delta, and its calls those of a fragment.
    const deltas = messages ?? [(message ?? {}) as Message.Delta]
    const leftovers = new Leftovers()
    for (const delta of deltas) {
      this.#addFirst(delta, choice.finish_reason, parts)
      leftovers.add({ id: "", model: "", choices: [{ ...choice, index: 0, delta }] }, this.#messages)
    }
    return leftovers.get()
  }

  /** Adds a delta of the first choice. */
  #addFirst(delta: Message.Delta, reason: string | null | undefined, parts: Parts): void {
    this.#hasFirstChoice = true
    this.#reason = reason || this.#reason
    const { index } = this.#messages
    const isResult = this.#messages.isResult(delta)
    if (this.#messages.index !== index) this.#endMessage(index, parts)
    if (isResult) return
    this.#content.add(delta, parts)
    if (!delta.tool_calls?.length) return
    this.#content.release(parts)
    this.#calls.add(delta.tool_calls, this.#messages.index, this.#blocks, parts)
  }

  /** Ends a message that another one follows. */
  #endMessage(index: number, parts: Parts): void {
    this.#content.release(parts)
    this.#blocks.close(parts)
    const text = this.#blocks.takeText()
    if (text !== "") this.#earlierTexts.push({ index, text })
    this.lastMessageAt = parts.length
  }

  /** Adds the metadata of the response. Some servers send a chunk without id and choices before the response begins. */
  #addHead(chunk: Completion.Chunk, parts: Parts): void {
    if (this.#hasHead) return
    this.#head = this.#head === undefined || ToolCallId.known(this.#head.id) === undefined ? chunk : this.#head
    if (chunk.choices.length > 0 || ToolCallId.known(chunk.id) !== undefined) this.#addHeadPart(parts)
  }

  #addHeadPart(parts: Parts): void {
    if (this.#hasHead) return
    this.#hasHead = true
    const id = ToolCallId.known(this.#head?.id)
    const modelId = this.#head?.model || undefined
    const timestamp = toTimestamp(this.#head?.created)
    parts.push({
      type: "response-metadata",
      ...(id === undefined ? undefined : { id }),
      ...(modelId === undefined ? undefined : { modelId }),
      ...(timestamp === undefined ? undefined : { timestamp })
    })
  }

  #finishMetadata(
    { choices, content, guardrails, unknown, usage }: Leftover,
    messages: ReadonlyArray<Schema.MutableJson>,
    calls: ReadonlyArray<Schema.MutableJson>,
    head: ResponseMetadata | undefined
  ): Finish {
    const usageJson = toJson(usage)
    const rest = {
      ...unknown,
      ...(calls.length === 0 ? undefined : { calls }),
      ...(content.length === 0 ? undefined : { content })
    }
    return {
      finishReason: this.#reason ?? null,
      ...(usageJson == null ? undefined : { usage: usageJson }),
      ...(guardrails == null ? undefined : { guardrails }),
      ...(choices.length === 0 ? undefined : { choices: choices.map((choice) => toJsonObject(choice)) }),
      ...(messages.length === 0 ? undefined : { messages }),
      ...(Object.keys(rest).length === 0 ? undefined : { unknown: rest }),
      ...(head?.requestId === undefined ? undefined : { requestId: head.requestId })
    }
  }
}
