/**
 * Records of datasets: a payload of the user's making, usually `{ messages }`, and properties beside it.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/datasets
 * @since 0.1.0
 */
import * as Tool from "@effect-mistral/core/Tool"
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import { boundedArray } from "./internal/boundedSchemas.ts"
import * as Page from "./Page.ts"

/**
 * Where a record came from; the API adds further values.
 *
 * @category models
 * @since 0.1.0
 */
export type Source = "EXPLORER" | "UPLOADED_FILE" | "DIRECT_INPUT" | "PLAYGROUND" | (string & {})

/**
 * A record.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DatasetRecord = WireSchema.looseStruct({
  id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String,
  deleted_at: WireSchema.nullish(Schema.String),
  dataset_id: Schema.String,
  payload: Tool.JsonObject,
  properties: WireSchema.nullish(Tool.JsonObject),
  source: WireSchema.openEnum<Source>()
})

/**
 * A record.
 *
 * @category models
 * @since 0.1.0
 */
export interface DatasetRecord extends Schema.Schema.Type<typeof DatasetRecord> {}

/**
 * A new record.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CreateRequest = Schema.Struct({
  payload: Tool.JsonObject,
  properties: Schema.optional(Tool.JsonObject)
})

/**
 * A new record.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateRequest extends Schema.Schema.Type<typeof CreateRequest> {}

/**
 * One page of records.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse = WireSchema.looseStruct({ records: Page.page(DatasetRecord) })

/**
 * One page of records.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof ListResponse> {}

/**
 * Which records to delete at once, 1 to 500.
 *
 * @category schemas
 * @since 0.1.0
 */
export const BulkDeleteRequest = Schema.Struct({ dataset_record_ids: boundedArray(Schema.String, 1, 500) })

/**
 * A record's new payload.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UpdatePayloadRequest = Schema.Struct({ payload: Tool.JsonObject })

/**
 * A record's new properties.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UpdatePropertiesRequest = Schema.Struct({ properties: Tool.JsonObject })
