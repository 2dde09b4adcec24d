import type * as Completion from "@effect-mistral/core/Completion"
import type * as Message from "@effect-mistral/core/Message"
import type { ResponseMetadata } from "@effect-mistral/core/ResponseMetadata"
import type * as AiError from "effect/ai/AiError"
import type * as Response from "effect/ai/Response"
import * as Result from "effect/Result"
import { type ResponseContext, ResponseParts } from "./responseParts.ts"

/** Converts a whole response to parts: it is read as one chunk, and its blocks are joined. */
export const wholeParts = (
  response: Completion.Response,
  head: ResponseMetadata | undefined,
  context: ResponseContext
): Result.Result<Array<Response.PartEncoded>, AiError.AiErrorReason> => {
  const reader = new ResponseParts(context)
  const parts: Array<Response.StreamPartEncoded> = []
  const reason = reader.add(toChunk(response), parts) ?? reader.end(parts, head)
  return reason === undefined ? Result.succeed(joined(withLastText(parts, reader.lastMessageAt))) : Result.fail(reason)
}

/** The one chunk that adds up to a response. */
const toChunk = (response: Completion.Response): Completion.Chunk => {
  const first = response.choices.find(({ index }) => index === 0) ?? response.choices[0]
  return {
    ...response,
    choices: response.choices.flatMap(({ message, messages, ...choice }, at) => {
      // A second choice with the index of the first must not be mixed with it.
      const index = response.choices[at] === first ? 0 : choice.index === 0 ? at : choice.index
      // The cast is safe: a whole message has the keys of a delta, and its calls those of a fragment.
      const deltas = messages?.length ? messages : [(message ?? {}) as Message.Delta]
      return deltas.map((delta, at) => ({
        ...(at === 0 ? choice : { finish_reason: choice.finish_reason ?? null }),
        index,
        delta: deltas.length > 1 && delta.index == null ? { ...delta, index: at } : delta
      }))
    })
  }
}

/**
 * Leaves out the texts before the last message, where that has a text, too: a response in which Mistral ran tools is what
 * its last message says. They are in the metadata of the end. A stream cannot leave them out, because it does not know
 * that another message follows.
 */
const withLastText = (
  parts: ReadonlyArray<Response.StreamPartEncoded>,
  lastMessageAt: number
): ReadonlyArray<Response.StreamPartEncoded> =>
  parts.some(({ type }, at) => type === "text-delta" && at >= lastMessageAt)
    ? parts.filter(({ type }, at) => !type.startsWith("text-") || at >= lastMessageAt)
    : parts

/** Joins the streamed blocks to parts of a whole response. */
const joined = (parts: ReadonlyArray<Response.StreamPartEncoded>): Array<Response.PartEncoded> => {
  const whole: Array<Response.PartEncoded> = []
  let text = ""
  for (const part of parts) {
    switch (part.type) {
      case "text-start":
      case "reasoning-start":
        text = ""
        break
      case "text-delta":
      case "reasoning-delta":
        text += part.delta
        break
      case "text-end":
        whole.push({ type: "text", text, ...withMetadata(part) })
        break
      case "reasoning-end":
        whole.push({ type: "reasoning", text, ...withMetadata(part) })
        break
      case "tool-params-start":
      case "tool-params-delta":
      case "tool-params-end":
      case "error":
        break
      default:
        whole.push(part)
    }
  }
  return whole
}

const withMetadata = <Metadata>({ metadata }: { readonly metadata?: Metadata }) =>
  metadata === undefined ? undefined : { metadata }
