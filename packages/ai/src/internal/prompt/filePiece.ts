import type * as Content from "@effect-mistral/core/Content"
import * as AiError from "effect/ai/AiError"
import type * as Prompt from "effect/ai/Prompt"
import * as Result from "effect/Result"
import { decodedText, fileBase64, type FileData, fileData, fileUrl } from "./fileData.ts"
import { fileKind } from "./mediaType.ts"

/** Converts a file of a prompt to a piece of content. Fails if Mistral takes no file of its type, or cannot reach it. */
export const filePiece = (part: Prompt.FilePart): Result.Result<Content.Content, AiError.AiErrorReason> => {
  const { fileId, imageDetail } = part.options.mistral ?? {}
  if (fileId != null) return Result.succeed({ type: "file", file_id: fileId })
  const kind = fileKind(part.mediaType)
  if (kind === undefined) {
    return invalid(
      `Mistral takes no file of the media type "${part.mediaType}". `
        + "It takes images, audio, text, PDF and the documents of office programs"
    )
  }
  const data = fileData(part.data)
  if (data._tag === "Url" && /^(file|blob):/i.test(data.url)) {
    return invalid(
      `The address of a file of the media type "${part.mediaType}" leads to this machine, where the server cannot read it. `
        + "Give the bytes of the file instead"
    )
  }
  switch (kind) {
    case "image": {
      const url = fileUrl(data, part.mediaType)
      return Result.succeed({ type: "image_url", image_url: imageDetail == null ? url : { url, detail: imageDetail } })
    }
    case "audio":
      return Result.succeed({ type: "input_audio", input_audio: data._tag === "Url" ? data.url : fileBase64(data) })
    case "document":
      return Result.succeed(document(data, part))
    case "text":
      return data._tag === "Url" ? Result.succeed(document(data, part)) : textPiece(fileBase64(data), part)
  }
}

const document = (data: FileData, { fileName, mediaType }: Prompt.FilePart): Content.DocumentUrl => ({
  type: "document_url",
  document_url: fileUrl(data, mediaType),
  ...(fileName === undefined ? undefined : { document_name: fileName })
})

/** A text has no place for the name of its file, so the name is its first line. */
const textPiece = (
  base64: string,
  { fileName, mediaType }: Prompt.FilePart
): Result.Result<Content.Text, AiError.AiErrorReason> => {
  const text = decodedText(base64)
  return text === undefined
    ? invalid(
      `The data of a file of the media type "${mediaType}" is no base64. `
        + "Text that is not encoded belongs in a text part"
    )
    : Result.succeed({ type: "text", text: fileName === undefined ? text : `${fileName}:\n${text}` })
}

const invalid = (description: string): Result.Result<never, AiError.AiErrorReason> =>
  Result.fail(new AiError.InvalidUserInputError({ description }))
