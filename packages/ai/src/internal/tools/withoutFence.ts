import * as StructuredOutput from "@effect-mistral/core/StructuredOutput"
import type * as Response from "effect/ai/Response"

/** Takes an object out of the markdown fence in which a model wrote it. It is then the only text of the response. */
export const withoutFence = (parts: Array<Response.PartEncoded>): Array<Response.PartEncoded> => {
  const text = parts.map((part) => part.type === "text" ? part.text : "").join("")
  const object = StructuredOutput.unwrapFence(text)
  if (object === text) return parts
  const first = parts.findIndex(({ type }) => type === "text")
  return parts
    .map((part, at) => at === first && part.type === "text" ? { ...part, text: object } : part)
    .filter((part, at) => at === first || part.type !== "text")
}
