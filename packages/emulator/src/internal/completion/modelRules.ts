import type * as CompletionRequest from "@effect-mistral/core/CompletionRequest"
import type * as Content from "@effect-mistral/core/Content"
import { type ErrorResponse, invalidArguments } from "../http/errorResponse.ts"
import type { Capability } from "../models/catalogEntry.ts"
import type { EmulatedModel } from "../models/modelList.ts"

const disabled = (what: string): ErrorResponse => invalidArguments(`${what} is not enabled for this model`)

/** The capability that a piece of content needs, and what the API calls the piece. */
const inputs: Partial<Record<Content.Content["type"], readonly [capability: Capability, name: string]>> = {
  image_url: ["vision", "Image input"],
  input_audio: ["audio", "Audio input"],
  thinking: ["reasoning", "Reasoning input"]
}

const inputProblem = (
  { messages }: CompletionRequest.Chat,
  can: (capability: Capability) => boolean
): ErrorResponse | undefined => {
  for (const { content, role } of messages) {
    for (const { type } of typeof content === "object" && content !== null ? content : []) {
      // Thinking in a system message is part of the instructions.
      const [capability, name] = (role === "system" ? undefined : inputs[type]) ?? []
      if (capability !== undefined && !can(capability)) return disabled(`${name}`)
    }
  }
  return undefined
}

/** The efforts that the models with an adjustable one take. */
const efforts: ReadonlyArray<string> = ["none", "high"]

const effortProblem = (effort: string, can: (capability: Capability) => boolean, isNative: boolean) =>
  !can("reasoning") || isNative
    ? disabled("reasoning_effort")
    : efforts.includes(effort)
    ? undefined
    : invalidArguments(
      `reasoning_effort='${effort}' is not supported for this model. Must be one of (${
        efforts.map((one) => `<ReasoningEffort.${one}: '${one}'>`).join(", ")
      })`
    )

/**
 * Checks that the model has the capabilities that the request needs.
 *
 * *Details*: models that always think (Magistral) take `prompt_mode` and no `reasoning_effort`, the others that can think
 * take `reasoning_effort` and no `prompt_mode`. Models of others that Mistral hosts ignore `prompt_mode` and have efforts of
 * their own, so that neither is checked for them.
 */
export const modelProblem = (request: CompletionRequest.Chat, model: EmulatedModel): ErrorResponse | undefined => {
  const { alwaysThinks, can } = model
  // A name that is accepted without being known is no model whose limits are known.
  const isHosted = model.like === undefined || model.like.startsWith("zai-")
  const inputs = inputProblem(request, can)
  if (inputs !== undefined) return inputs
  if ((request.tools ?? []).length > 0 && !can("function_calling")) return disabled("Function calling")
  if (isHosted) return undefined
  if (request.prompt_mode === "reasoning" && !alwaysThinks) return disabled("Reasoning prompt mode")
  return request.reasoning_effort == null ? undefined : effortProblem(request.reasoning_effort, can, alwaysThinks)
}
