/**
 * The models a key may use, as `GET /v1/models` lists them.
 *
 * @see https://docs.mistral.ai/api/endpoint/models
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { looseStruct, nullish } from "./WireSchema.ts"

/**
 * What a model can do. Each capability is a boolean; new ones survive.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Capabilities = Schema.Record(Schema.String, Schema.Unknown)

/**
 * One model. `default_model_temperature` is the temperature used where a request gives none; `max_context_length` counts
 * tokens. Fine-tuned models carry `job` and `root` too.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Model = looseStruct({
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
 * One model.
 *
 * @category models
 * @since 0.1.0
 */
export type Model = typeof Model.Type

/**
 * The models a key may use. Mistral's reference shows a bare array in one place; both forms are accepted and kept.
 *
 * @category schemas
 * @since 0.1.0
 */
export const List = Schema.Union([
  looseStruct({ object: nullish(Schema.String), data: Schema.Array(Model) }),
  Schema.Array(Model)
])

/**
 * The models a key may use.
 *
 * @category models
 * @since 0.1.0
 */
export type List = typeof List.Type

/**
 * The models of a list, whichever form it came in.
 *
 * @category getters
 * @since 0.1.0
 */
export const models = (list: List): ReadonlyArray<Model> => "data" in list ? list.data : list
