/**
 * Dataset records: a payload of any keys, usually `{ messages }`, and properties.
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
 * The origin of a record. The API adds further values.
 *
 * @category models
 * @since 0.1.0
 */
export type Source = "EXPLORER" | "UPLOADED_FILE" | "DIRECT_INPUT" | "PLAYGROUND" | (string & {})

const record = WireSchema.looseStruct({
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
 * A record of a dataset.
 *
 * @category models
 * @since 0.1.0
 */
export interface DatasetRecord extends Schema.Schema.Type<typeof record> {}

/**
 * A record of a dataset.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DatasetRecord: Schema.Codec<DatasetRecord> = record

const createRequest = Schema.Struct({
  payload: Tool.JsonObject,
  properties: Schema.optional(Tool.JsonObject)
})

/**
 * A request to create a record.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateRequest extends Schema.Schema.Type<typeof createRequest> {}

/**
 * A request to create a record.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CreateRequest: Schema.Codec<CreateRequest> = createRequest

const listResponse = WireSchema.looseStruct({ records: Page.page(DatasetRecord) })

/**
 * One page of records.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof listResponse> {}

/**
 * One page of records.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse: Schema.Codec<ListResponse> = listResponse

const bulkDeleteRequest = Schema.Struct({ dataset_record_ids: boundedArray(Schema.String, 1, 500) })

/**
 * A request to delete 1 to 500 records.
 *
 * @category models
 * @since 0.1.0
 */
export interface BulkDeleteRequest extends Schema.Schema.Type<typeof bulkDeleteRequest> {}

/**
 * A request to delete 1 to 500 records.
 *
 * @category schemas
 * @since 0.1.0
 */
export const BulkDeleteRequest: Schema.Codec<BulkDeleteRequest> = bulkDeleteRequest

const updatePayloadRequest = Schema.Struct({ payload: Tool.JsonObject })

/**
 * A request to replace the payload of a record.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdatePayloadRequest extends Schema.Schema.Type<typeof updatePayloadRequest> {}

/**
 * A request to replace the payload of a record.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UpdatePayloadRequest: Schema.Codec<UpdatePayloadRequest> = updatePayloadRequest

const updatePropertiesRequest = Schema.Struct({ properties: Tool.JsonObject })

/**
 * A request to replace the properties of a record.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdatePropertiesRequest extends Schema.Schema.Type<typeof updatePropertiesRequest> {}

/**
 * A request to replace the properties of a record.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UpdatePropertiesRequest: Schema.Codec<UpdatePropertiesRequest> = updatePropertiesRequest
