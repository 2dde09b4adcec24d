/**
 * Datasets: records kept to try judges and models on, and the imports that fill them.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/datasets
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import { boundedArray, boundedString } from "./internal/boundedSchemas.ts"
import * as Page from "./Page.ts"
import * as TaskStatus from "./TaskStatus.ts"

/**
 * A new dataset: `name` has 5 to 50 characters, `description` at most 200.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CreateRequest = Schema.Struct({ name: boundedString(5, 50), description: boundedString(0, 200) })

/**
 * A new dataset.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateRequest extends Schema.Schema.Type<typeof CreateRequest> {}

/**
 * What to change of a dataset.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UpdateRequest = Schema.Struct({
  name: WireSchema.nullable(Schema.String),
  description: WireSchema.nullable(Schema.String)
})

/**
 * What to change of a dataset.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdateRequest extends Schema.Schema.Type<typeof UpdateRequest> {}

const dates = {
  id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String,
  deleted_at: WireSchema.nullish(Schema.String),
  workspace_id: Schema.String
}

/**
 * A dataset.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Dataset = WireSchema.looseStruct({
  ...dates,
  name: Schema.String,
  description: Schema.String,
  owner_id: Schema.String
})

/**
 * A dataset.
 *
 * @category models
 * @since 0.1.0
 */
export interface Dataset extends Schema.Schema.Type<typeof Dataset> {}

/**
 * One page of datasets.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse = WireSchema.looseStruct({ datasets: Page.page(Dataset) })

/**
 * One page of datasets.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof ListResponse> {}

/**
 * An import that runs in the background. `progress` is in percent.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ImportTask = WireSchema.looseStruct({
  ...dates,
  creator_id: Schema.String,
  dataset_id: Schema.String,
  status: TaskStatus.TaskStatus,
  progress: WireSchema.nullish(Schema.Number),
  message: WireSchema.nullish(Schema.String)
})

/**
 * An import that runs in the background.
 *
 * @category models
 * @since 0.1.0
 */
export interface ImportTask extends Schema.Schema.Type<typeof ImportTask> {}

/**
 * One page of imports.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TasksResponse = WireSchema.looseStruct({ tasks: Page.page(ImportTask) })

/**
 * One page of imports.
 *
 * @category models
 * @since 0.1.0
 */
export interface TasksResponse extends Schema.Schema.Type<typeof TasksResponse> {}

/**
 * Where an export can be downloaded.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExportResponse = WireSchema.looseStruct({ file_url: Schema.String })

/**
 * Where an export can be downloaded.
 *
 * @category models
 * @since 0.1.0
 */
export interface ExportResponse extends Schema.Schema.Type<typeof ExportResponse> {}

/**
 * An import of the events of a campaign.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromCampaign = Schema.Struct({ campaign_id: Schema.String })

/**
 * An import of events, at most 500.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromExplorer = Schema.Struct({ completion_event_ids: boundedArray(Schema.String, 0, 500) })

/**
 * An import of a file that was uploaded.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromFile = Schema.Struct({ file_id: Schema.String })

/**
 * An import of conversations of the playground.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromPlayground = Schema.Struct({ conversation_ids: Schema.Array(Schema.String) })

/**
 * An import of records of other datasets, 1 to 10,000.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromDataset = Schema.Struct({ dataset_record_ids: boundedArray(Schema.String, 1, 10_000) })
