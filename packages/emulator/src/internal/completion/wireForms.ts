import { makeRandom } from "../random/random.ts"
import type { Settings } from "../settings/settings.ts"
import type { GeneratedCompletion } from "./generatedCompletion.ts"
import { type RecordedThinking, recordedThinking } from "./thinkingForm.ts"
import { type RecordedCalls, recordedCalls } from "./toolCallForm.ts"

/** The recorded forms in which one completion is sent. */
export interface WireForms {
  readonly calls: RecordedCalls
  readonly thinking: RecordedThinking
}

/** Chooses the forms of a completion. The same completion and seed have the same ones, whole and streamed. */
export const wireFormsOf = (
  { id, model: name }: Pick<GeneratedCompletion, "id" | "model">,
  { models, seed, thinking, toolCalls }: Pick<Settings, "models" | "seed" | "thinking" | "toolCalls">
): WireForms => {
  const model = models.find(name)
  const random = makeRandom(`${seed}:forms:${id}`)
  return {
    calls: recordedCalls(toolCalls, model, random),
    thinking: recordedThinking(thinking, model, random)
  }
}
