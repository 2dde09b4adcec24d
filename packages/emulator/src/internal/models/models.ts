import type * as Model from "@effect-mistral/core/Model"
import { type ErrorResponse, invalidModel } from "../http/errorResponse.ts"

interface Entry {
  readonly id: string
  readonly aliases: ReadonlyArray<string>
  readonly context: number
  readonly temperature: number | null
  readonly can: ReadonlyArray<string>
}

const chat = ["completion_chat", "function_calling"]

/** The emulator's own models: families that programs commonly use. It is not a list of the real API's models. */
const entries: ReadonlyArray<Entry> = [
  {
    id: "mistral-small-latest",
    aliases: ["mistral-small-2603", "mistral-small"],
    context: 262144,
    temperature: 0.7,
    can: [...chat, "reasoning", "vision"]
  },
  {
    id: "mistral-medium-latest",
    aliases: ["mistral-medium-2508", "mistral-medium"],
    context: 131072,
    temperature: 0.3,
    can: [...chat, "reasoning", "vision"]
  },
  {
    id: "mistral-large-latest",
    aliases: ["mistral-large-2512"],
    context: 262144,
    temperature: 0.7,
    can: [...chat, "vision"]
  },
  {
    // The emulator classifies by it, too: classifiers are trained on it, and tests need no id of a trained one.
    id: "ministral-3b-latest",
    aliases: ["ministral-3b-2512"],
    context: 262144,
    temperature: 0.3,
    can: [...chat, "vision", "classification"]
  },
  {
    id: "ministral-8b-latest",
    aliases: ["ministral-8b-2512"],
    context: 262144,
    temperature: 0.3,
    can: [...chat, "vision"]
  },
  {
    id: "magistral-small-latest",
    aliases: ["magistral-small-2509"],
    context: 131072,
    temperature: 0.7,
    can: [...chat, "reasoning", "vision"]
  },
  {
    id: "magistral-medium-latest",
    aliases: ["magistral-medium-2509", "magistral-medium-2507"],
    context: 131072,
    temperature: 0.7,
    can: [...chat, "reasoning", "vision"]
  },
  {
    id: "open-mistral-nemo",
    aliases: ["open-mistral-nemo-2407", "mistral-nemo-2407"],
    context: 131072,
    temperature: 0.3,
    can: chat
  },
  {
    id: "pixtral-large-latest",
    aliases: ["pixtral-large-2411"],
    context: 131072,
    temperature: 0.7,
    can: [...chat, "vision"]
  },
  {
    id: "voxtral-small-latest",
    aliases: ["voxtral-small-2507"],
    context: 32768,
    temperature: 0.2,
    can: [...chat, "audio"]
  },
  {
    id: "devstral-medium-latest",
    aliases: ["devstral-medium-2507"],
    context: 131072,
    temperature: 0,
    can: chat
  },
  {
    id: "codestral-latest",
    aliases: ["codestral-2508", "codestral-2405", "codestral-2404"],
    context: 262144,
    temperature: 0.3,
    can: [...chat, "completion_fim"]
  },
  { id: "mistral-embed", aliases: ["mistral-embed-2312"], context: 8192, temperature: null, can: [] },
  { id: "codestral-embed", aliases: ["codestral-embed-2505"], context: 8192, temperature: null, can: [] },
  {
    id: "mistral-ocr-latest",
    aliases: ["mistral-ocr-2512", "mistral-ocr-2505"],
    context: 16384,
    temperature: 0,
    can: ["ocr", "vision"]
  },
  {
    id: "mistral-moderation-latest",
    aliases: ["mistral-moderation-2411"],
    context: 8192,
    temperature: null,
    can: ["moderation", "classification"]
  },
  {
    id: "mistral-moderation-2603",
    aliases: [],
    context: 8192,
    temperature: null,
    can: ["moderation", "classification"]
  }
]

const capabilities = [
  "completion_chat",
  "function_calling",
  "reasoning",
  "completion_fim",
  "fine_tuning",
  "vision",
  "ocr",
  "classification",
  "moderation",
  "audio"
]

/** The models that the emulator lists, in the API's form. */
export const models: ReadonlyArray<Model.Model> = entries.map((entry) => ({
  id: entry.id,
  object: "model",
  created: 1760000000,
  owned_by: "mistralai",
  capabilities: Object.fromEntries(capabilities.map((name) => [name, entry.can.includes(name)])),
  name: entry.aliases[0] ?? entry.id,
  description: `The emulator's ${entry.id}: no model, sentences from templates`,
  max_context_length: entry.context,
  aliases: entry.aliases,
  deprecation: null,
  deprecation_replacement_model: null,
  default_model_temperature: entry.temperature,
  type: "base"
}))

/** Finds a model by its id or an alias. */
export const findModel = (id: string): Model.Model | undefined =>
  models.find((model) => model.id === id || (model.aliases ?? []).includes(id))

/** Finds a model by its id or an alias and checks a capability; gives an error response otherwise. */
export const modelFor = (id: string, capability: string): Model.Model | ErrorResponse => {
  const model = findModel(id)
  return model?.capabilities?.[capability] === true ? model : invalidModel(id)
}
