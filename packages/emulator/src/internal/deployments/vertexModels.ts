import type { EmulatedModel, ModelList } from "../models/modelList.ts"
import { catalogModel } from "../models/modelList.ts"

/**
 * The models of Vertex AI by the names of its URLs, without a version that is a number of three digits, and the models of
 * the catalog that they are like.
 *
 * *Details*: the first four are those that Mistral's page on Vertex AI lists (mistralai/platform-docs-public,
 * 2026-08-21); the others are older ones, whose names its SDKs know.
 */
const names: Readonly<Record<string, { readonly like: string; readonly context?: number }>> = {
  "mistral-medium-3": { like: "mistral-medium-2505" },
  "codestral-2": { like: "codestral-2508" },
  "mistral-small-2503": { like: "mistral-small-2506" },
  "mistral-ocr-2505": { like: "mistral-ocr-2505" },
  "codestral-2501": { like: "codestral-2508" },
  "mistral-large-2411": { like: "mistral-large-2411" },
  "codestral@2405": { like: "codestral-2508", context: 32_768 },
  "mistral-large@2407": { like: "mistral-large-2411" },
  "mistral-nemo@2407": { like: "open-mistral-nemo-2407" }
}

/** Finds the model that a URL of Vertex AI names: one of Vertex AI, or one that the emulator's options add. */
export const vertexModel = (id: string, models: ModelList): EmulatedModel | undefined => {
  const name = id.replace(/@\d{3}$/, "")
  const known = Object.hasOwn(names, name) ? names[name] : undefined
  return models.findElsewhere(name, known === undefined ? undefined : catalogModel(name, known.like, known.context))
}
