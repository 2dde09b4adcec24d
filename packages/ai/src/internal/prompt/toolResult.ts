import type * as Content from "@effect-mistral/core/Content"
import type * as Message from "@effect-mistral/core/Message"
import * as Prompt from "effect/ai/Prompt"
import * as Result from "effect/Result"
import { filePiece } from "./filePiece.ts"
import { jsonText } from "./jsonText.ts"
import { withoutEmptyTexts } from "./userContent.ts"

/** Returns the content of a tool message: what the tool gives the model, or else its result, as text or JSON text. */
export const toolResultContent = (part: Prompt.ToolResultPart): Exclude<Message.ToolResult["content"], null> =>
  part.modelOutput !== undefined
    ? withoutEmptyTexts(part.modelOutput.map(outputPiece))
    : typeof part.result === "string"
    ? part.result
    : jsonText(part.result)

/**
 * A file that Mistral does not take becomes a remark. It does not fail the call as a file of the user does, because nobody
 * could repair a conversation in which a tool returned it.
 */
const outputPiece = (part: Prompt.ToolModelOutputPart): Content.Content =>
  part.type === "text"
    ? { type: "text", text: part.text }
    : Result.getOrElse(
      filePiece(part),
      (): Content.Content => ({ type: "text", text: Prompt.toolModelOutputToText([part]) })
    )
