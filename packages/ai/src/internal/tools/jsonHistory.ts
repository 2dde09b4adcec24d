import * as Prompt from "effect/ai/Prompt"
import type * as Tool from "effect/ai/Tool"
import * as Schema from "effect/Schema"
import { isDeeper } from "../json/isDeeper.ts"

/**
 * A prompt whose calls and results are JSON. They hold the encoded side of the schemas of their tool, which may have values
 * beyond JSON, such as bytes or an `Option`, and only the tool knows what those are in JSON. Other values, and those that
 * their tool cannot encode, stay as they are.
 */
export const jsonHistory = (prompt: Prompt.Prompt, tools: ReadonlyArray<Tool.Any>): Prompt.Prompt => {
  const toolOf = (name: string) => tools.find((tool) => tool.name === name)
  const call = (part: Prompt.ToolCallPart): Prompt.ToolCallPart => {
    const params = toJson(part.params, () => toolOf(part.name)?.parametersSchema)
    return params === part.params ? part : Prompt.makePart("tool-call", { ...part, params })
  }
  const result = (part: Prompt.ToolResultPart): Prompt.ToolResultPart => {
    const result = toJson(part.result, () => toolOf(part.name)?.[part.isFailure ? "failureSchema" : "successSchema"])
    return result === part.result ? part : Prompt.makePart("tool-result", { ...part, result })
  }
  return Prompt.fromMessages(prompt.content.map((message) =>
    message.role === "assistant"
      ? Prompt.makeMessage("assistant", {
        ...message,
        content: message.content.map((part) =>
          part.type === "tool-call" ? call(part) : part.type === "tool-result" ? result(part) : part
        )
      })
      : message.role === "tool"
      ? Prompt.makeMessage("tool", {
        ...message,
        content: message.content.map((part) => part.type === "tool-result" ? result(part) : part)
      })
      : message
  ))
}

const toJson = (value: unknown, schemaOf: () => Schema.Top | undefined): unknown => {
  try {
    if (isDeeper(value) || isJson(value)) return value
    const schema = schemaOf()
    return schema === undefined
      ? value
      : Schema.encodeUnknownSync(Schema.toCodecJson(Schema.toEncoded(schema)))(value)
  } catch {
    // The tool cannot encode it, or a getter of it throws.
    return value
  }
}

const isJson = (value: unknown): boolean => {
  if (typeof value !== "object" || value === null) return typeof value !== "bigint"
  if (Array.isArray(value)) return value.every(isJson)
  return Object.getPrototypeOf(value) === Object.prototype && Object.values(value).every(isJson)
}
