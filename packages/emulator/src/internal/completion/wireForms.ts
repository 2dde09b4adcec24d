import { makeRandom } from "../random/random.ts"
import type { Settings } from "../settings/settings.ts"
import type { GeneratedCompletion } from "./generatedCompletion.ts"
import { type RecordedCalls, recordedCalls } from "./toolCallForm.ts"

/** The recorded forms in which one completion is sent. */
export interface WireForms {
  readonly calls: RecordedCalls
}

/** Chooses the forms of a completion. The same completion and seed have the same ones, whole and streamed. */
export const wireFormsOf = (
  { id }: Pick<GeneratedCompletion, "id">,
  { seed, toolCalls }: Pick<Settings, "seed" | "toolCalls">
): WireForms => ({
  calls: recordedCalls(toolCalls, makeRandom(`${seed}:calls:${id}`))
})
