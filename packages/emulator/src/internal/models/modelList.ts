import type * as Model from "@effect-mistral/core/Model"
import { type ErrorResponse, invalidModel } from "../http/errorResponse.ts"
import { capabilities, type Capability, type CatalogEntry, type EmbeddingDimensions } from "./catalogEntry.ts"
import { catalog } from "./modelCatalog.ts"
import { retiredModels } from "./retiredModels.ts"

/** A model under the name with which a request names it. */
export interface EmulatedModel {
  /** What `GET /v1/models/{name}` shows. */
  readonly card: Model.Model
  /** The id of the catalog's model whose behaviour it has; `undefined` for an unknown name that is accepted nonetheless. */
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
  /**
   * Finds a model of a place with other models than those of the catalog: a further one, or the one that the place has, or
   * any if every name is accepted.
   */
  readonly findElsewhere: (name: string, there: EmulatedModel | undefined) => EmulatedModel | undefined
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

const namesOf = (entry: CatalogEntry): ReadonlyArray<string> => [entry.id, ...entry.aliases]

const byName: ReadonlyMap<string, CatalogEntry> = new Map(
  catalog.flatMap((entry) => namesOf(entry).map((name) => [name, entry] as const))
)

/** Whether the emulator has a model of this name of its own. */
export const isInCatalog = (name: string): boolean => byName.has(name)

const toModel = (name: string, names: ReadonlyArray<string>, entry: CatalogEntry): EmulatedModel => ({
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
    // The API's times of retirement are at noon.
    deprecation: entry.retires === undefined ? null : `${entry.retires}T12:00:00Z`,
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

/** Makes a model of another name that is like one of the catalog, with a context of its own if one is given. */
export const catalogModel = (name: string, like: string, context?: number): EmulatedModel | undefined => {
  const entry = byName.get(like)
  return entry === undefined ? undefined : furtherModel(name, context === undefined ? entry : { ...entry, context })
}

/** Makes a model of one's own: it is not deprecated when the model that it is like is. */
const furtherModel = (name: string, like: CatalogEntry): EmulatedModel => {
  const { replacement: _replacement, retires: _retires, ...entry } = like
  return toModel(name, [name], entry)
}

/** Makes a model of an unknown name: it can do everything, within the context of the current models. */
const unknownModel = (name: string): EmulatedModel => {
  const entry: CatalogEntry = {
    id: name,
    aliases: [],
    released: "2026-01-01",
    context: 262_144,
    temperature: 0.7,
    can: capabilities,
    embedding: { usual: 1024, most: 3072 }
  }
  return { ...toModel(name, [name], entry), like: undefined }
}

/**
 * Makes the list of an emulator's models: those of the catalog, and further ones.
 *
 * *Details*: a further model with the name of one of the catalog takes its place. Throws if the model that a further one is
 * like is not in the catalog.
 */
export const makeModelList = (options: ModelOptions): ModelList => {
  const further = new Map(
    Object.entries(options.models ?? {}).map(([name, like]) => {
      const entry = byName.get(like)
      if (entry === undefined) {
        throw new Error(`The model ${name} cannot be like ${like}: the emulator has no such model`)
      }
      return [name, furtherModel(name, entry)]
    })
  )
  const own = catalog.flatMap((entry) => {
    const names = namesOf(entry).filter((name) => !further.has(name))
    return names.map((name) => toModel(name, names, entry))
  })
  const all = [...own, ...further.values()]
  const known = new Map(all.map((model) => [model.card.id, model]))
  const unknown = (name: string) => options.anyModel === true ? unknownModel(name) : undefined
  const find = (name: string) => known.get(name) ?? unknown(name)
  const missing = (name: string) => invalidModel(name, retiredModels.has(name) ? 404 : 400)
  return {
    all,
    findElsewhere: (name, there) => further.get(name) ?? there ?? unknown(name),
    find,
    require: (name, capability) => {
      const model = find(name)
      return model?.can(capability) === true ? model : missing(name)
    },
    dimensions: (name) => find(name)?.embedding ?? missing(name)
  }
}
