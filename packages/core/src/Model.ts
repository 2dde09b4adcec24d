/**
 * The models that a key may use: the query parameters and the response of `GET /v1/models`.
 *
 * @see https://docs.mistral.ai/api/endpoint/models
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { looseStruct, nullable, nullish } from "./WireSchema.ts"

/**
 * The schema of the query parameters of a list of models: `provider` and `model` limit it.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListQuery = Schema.Struct({
  provider: nullable(Schema.String),
  model: nullable(Schema.String)
})

/**
 * The query parameters of a list of models.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListQuery extends Schema.Schema.Type<typeof ListQuery> {}

const capabilities = Schema.Record(Schema.String, Schema.Unknown)

/**
 * The capabilities of a model.
 *
 * @category models
 * @since 0.1.0
 */
export interface Capabilities extends Schema.Schema.Type<typeof capabilities> {}

/**
 * The schema of the capabilities of a model, by their names. Each is a boolean, and new ones are kept.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Capabilities: Schema.Codec<Capabilities> = capabilities

const model = looseStruct({
  id: Schema.String,
  object: nullish(Schema.String),
  created: nullish(Schema.Number),
  owned_by: nullish(Schema.String),
  capabilities: nullish(Capabilities),
  name: nullish(Schema.String),
  description: nullish(Schema.String),
  max_context_length: nullish(Schema.Number),
  aliases: nullish(Schema.Array(Schema.String)),
  deprecation: nullish(Schema.String),
  deprecation_replacement_model: nullish(Schema.String),
  default_model_temperature: nullish(Schema.Number),
  internal: nullish(Schema.Boolean),
  type: nullish(Schema.String),
  job: nullish(Schema.String),
  root: nullish(Schema.String),
  archived: nullish(Schema.Boolean)
})

/**
 * A model.
 *
 * @category models
 * @since 0.1.0
 */
export interface Model extends Schema.Schema.Type<typeof model> {}

/**
 * The schema of a model.
 *
 * *Details*: `max_context_length` is in tokens, `created` in seconds since the epoch. `default_model_temperature` is the
 * temperature of a request that gives none. Fine-tuned models have `job` and `root` too.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Model: Schema.Codec<Model> = model

const page = looseStruct({ object: nullish(Schema.String), data: Schema.Array(Model) })

/**
 * The list of models in the form of an object, under `data`.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListObject extends Schema.Schema.Type<typeof page> {}

/**
 * The list of the models that a key may use.
 *
 * @category models
 * @since 0.1.0
 */
export type List = ListObject | ReadonlyArray<Model>

/**
 * The schema of the list of the models that a key may use.
 *
 * *Details*: Mistral's reference shows a bare array in one place and an object elsewhere. Both forms are accepted and kept;
 * `models` reads both.
 *
 * @category schemas
 * @since 0.1.0
 */
export const List: Schema.Codec<List> = Schema.Union([page, Schema.Array(Model)])

/**
 * Returns the models of a list, in either form.
 *
 * @category getters
 * @since 0.1.0
 */
export const models = (list: List): ReadonlyArray<Model> => "data" in list ? list.data : list
