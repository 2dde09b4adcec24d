import type { EmulatedModel, ModelList } from "../models/modelList.ts"
import { catalogModel } from "../models/modelList.ts"

/**
 * The names that Azure AI gives to models and that differ from Mistral's, in lower case, and the models of the catalog that
 * they are like. `azureai` is the default of Mistral's SDK for Azure.
 *
 * *Details*: the models are those of Mistral's page on Azure AI (mistralai/platform-docs-public, 2026-08-21).
 */
const names: Readonly<Record<string, string>> = {
  azureai: "mistral-medium-3-5",
  "codestral-2501": "codestral-2508",
  "ministral-3b": "ministral-3b-2410",
  "mistral-large-3": "mistral-large-2512",
  "mistral-nemo": "open-mistral-nemo-2407",
  "mistral-small-2503": "mistral-small-2506"
}

/**
 * Finds the model of a deployment of Azure AI by its name, whose case does not matter: one that the emulator's options add,
 * one of Azure AI, or one of the catalog, because a deployment has the name of its model unless its owner chose another.
 */
export const azureModel = (name: string, models: ModelList): EmulatedModel | undefined => {
  const lower = name.toLowerCase()
  return models.findElsewhere(name, catalogModel(name, Object.hasOwn(names, lower) ? names[lower]! : lower))
}
