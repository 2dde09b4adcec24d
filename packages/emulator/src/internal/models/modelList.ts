import type * as Model from "@effect-mistral/core/Model"
import { type ErrorResponse, invalidModel } from "../http/errorResponse.ts"
import { capabilities, type Capability, type CatalogEntry, type EmbeddingDimensions } from "./catalogEntry.ts"
import { catalog } from "./modelCatalog.ts"

/** A model under the name with which a request names it. */
export interface EmulatedModel {
  /** What `GET /v1/models/{name}` shows. */
  readonly card: Model.Model
  /** The model of the catalog whose behaviour it has; `undefined` for an unknown name that is accepted nonetheless. */
  readonly like: string | undefined
  /** The context in tokens. */
  readonly context: number
  readonly can: (capability: Capability) => boolean
  /** Its dimensions, if it makes embeddings. */
  readonly embedding: EmbeddingDimensions | undefined
  /** Whether it thinks without being asked. */
  readonly alwaysThinks: boolean
}

/** The models of an emulator. */
export interface ModelList {
  /** All models, one for each of their names, as the API lists them. */
  readonly all: ReadonlyArray<EmulatedModel>
  /** Finds a model by one of its names. */
  readonly find: (name: string) => EmulatedModel | undefined
  /** Finds a model by one of its names and checks a capability; gives an error response otherwise. */
  readonly require: (name: string, capability: Capability) => EmulatedModel | ErrorResponse
  /** Finds the dimensions of an embedding model by one of its names; gives an error response otherwise. */
  readonly dimensions: (name: string) => EmbeddingDimensions | ErrorResponse
}

/** The options of a list of models. */
export interface ModelOptions {
  /** Further models, and the models of the catalog that they are like. */
  readonly models?: Readonly<Record<string, string>> | undefined
  /** Whether every name is accepted. */
  readonly anyModel?: boolean | undefined
}

const byName: ReadonlyMap<string, CatalogEntry> = new Map(
  catalog.flatMap((entry) => [entry.id, ...entry.aliases].map((name) => [name, entry] as const))
)

/** The names of the emulator's own models. */
export const catalogNames: ReadonlyArray<string> = [...byName.keys()]

/** Whether the emulator has a model of this name of its own. */
export const isInCatalog = (name: string): boolean => byName.has(name)

/** The time of a day in the list of models: the API's times of retirement are at noon. */
const noon = (day: string): string => `${day}T12:00:00Z`

const toModel = (name: string, entry: CatalogEntry, names: ReadonlyArray<string>): EmulatedModel => ({
  card: {
    id: name,
    object: "model",
    created: Date.parse(entry.released) / 1000,
    owned_by: "mistralai",
    capabilities: Object.fromEntries(capabilities.map((key) => [key, entry.can.includes(key)])),
    name: names[0] ?? name,
    description: `The emulator's ${names[0] ?? name}: no model, sentences from templates`,
    max_context_length: entry.context,
    aliases: names.filter((other) => other !== name),
    deprecation: entry.retires === undefined ? null : noon(entry.retires),
    deprecation_replacement_model: entry.replacement ?? null,
    default_model_temperature: entry.temperature,
    type: "base"
  },
  like: entry.id,
  context: entry.context,
  can: (capability) => entry.can.includes(capability),
  embedding: entry.embedding,
  alwaysThinks: entry.alwaysThinks === true
})

/** A model with an unknown name: it can do everything, within the context of the current models. */
const anyModel = (name: string): EmulatedModel => {
  const entry: CatalogEntry = {
    id: name,
    aliases: [],
    released: "2026-01-01",
    context: 262_144,
    temperature: 0.7,
    can: capabilities,
    embedding: { usual: 1024, most: 3072 }
  }
  return { ...toModel(name, entry, []), like: undefined }
}

/**
 * Makes the list of an emulator's models: those of the catalog, and further ones.
 *
 * *Details*: a further model with the name of one of the catalog takes its place. Throws if the model that a further one is
 * like is not in the catalog.
 */
export const makeModelList = (options: ModelOptions): ModelList => {
  const further = Object.entries(options.models ?? {}).map(([name, like]) => {
    const entry = byName.get(like)
    if (entry === undefined) throw new Error(`The model ${name} cannot be like ${like}: the emulator has no such model`)
    return toModel(name, entry, [])
  })
  const taken = new Set(further.map(({ card }) => card.id))
  const own = catalog.flatMap((entry) => {
    const names = [entry.id, ...entry.aliases].filter((name) => !taken.has(name))
    return names.map((name) => toModel(name, entry, names))
  })
  const all = [...own, ...further]
  const found = new Map(all.map((model) => [String(model.card.id), model]))
  const find = (name: string) => found.get(name) ?? (options.anyModel === true ? anyModel(name) : undefined)
  return {
    all,
    find,
    require: (name, capability) => {
      const model = find(name)
      return model?.can(capability) === true ? model : invalidModel(name)
    },
    dimensions: (name) => find(name)?.embedding ?? invalidModel(name)
  }
}
