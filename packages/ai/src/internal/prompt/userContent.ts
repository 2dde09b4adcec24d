import type * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"
import type * as AiError from "effect/ai/AiError"
import type * as Prompt from "effect/ai/Prompt"
import * as Result from "effect/Result"
import { filePiece } from "./filePiece.ts"

/** Converts the parts of a user message: a text alone is a string. `undefined` if there is no part. */
export const userContent = (
  parts: ReadonlyArray<Prompt.UserMessagePart>
): Result.Result<Exclude<Message.User["content"], null> | undefined, AiError.AiErrorReason> => {
  const pieces: Array<Content.Content> = []
  for (const part of parts) {
    const piece = part.type === "text"
      ? Result.succeed<Content.Text>({ type: "text", text: part.text })
      : filePiece(part)
    if (Result.isFailure(piece)) return Result.fail(piece.failure)
    pieces.push(piece.success)
  }
  return Result.succeed(pieces.length === 0 ? undefined : withoutEmptyTexts(pieces))
}

/** Returns pieces without empty texts, which the server refuses in a list. A text alone becomes a string. */
export const withoutEmptyTexts = (pieces: ReadonlyArray<Content.Content>): string | ReadonlyArray<Content.Content> => {
  const filled = pieces.filter((piece) => piece.type !== "text" || piece.text !== "")
  const [first, second] = filled
  return first === undefined ? "" : second === undefined && first.type === "text" ? first.text : filled
}
