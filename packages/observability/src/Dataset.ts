/**
 * Datasets: collections of records to try judges and models on, and the imports that fill them.
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/datasets
 * @since 0.1.0
 */
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import { boundedArray, boundedString } from "./internal/boundedSchemas.ts"
import * as Page from "./Page.ts"
import * as TaskStatus from "./TaskStatus.ts"

const createRequest = Schema.Struct({ name: boundedString(5, 50), description: boundedString(0, 200) })

/**
 * A request to create a dataset.
 *
 * @category models
 * @since 0.1.0
 */
export interface CreateRequest extends Schema.Schema.Type<typeof createRequest> {}

/**
 * A request to create a dataset. `name` has 5 to 50 characters, `description` at most 200.
 *
 * @category schemas
 * @since 0.1.0
 */
export const CreateRequest: Schema.Codec<CreateRequest> = createRequest

const updateRequest = Schema.Struct({
  name: WireSchema.nullable(Schema.String),
  description: WireSchema.nullable(Schema.String)
})

/**
 * A request to update a dataset.
 *
 * @category models
 * @since 0.1.0
 */
export interface UpdateRequest extends Schema.Schema.Type<typeof updateRequest> {}

/**
 * A request to update a dataset. A key that is absent leaves the value as it is.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UpdateRequest: Schema.Codec<UpdateRequest> = updateRequest

const commonFields = {
  id: Schema.String,
  created_at: Schema.String,
  updated_at: Schema.String,
  deleted_at: WireSchema.nullish(Schema.String),
  workspace_id: Schema.String
}

const dataset = WireSchema.looseStruct({
  ...commonFields,
  name: Schema.String,
  description: Schema.String,
  owner_id: Schema.String
})

/**
 * A dataset, without its records.
 *
 * @category models
 * @since 0.1.0
 */
export interface Dataset extends Schema.Schema.Type<typeof dataset> {}

/**
 * A dataset, without its records.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Dataset: Schema.Codec<Dataset> = dataset

const listResponse = WireSchema.looseStruct({ datasets: Page.page(Dataset) })

/**
 * One page of datasets.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof listResponse> {}

/**
 * One page of datasets.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse: Schema.Codec<ListResponse> = listResponse

const importTask = WireSchema.looseStruct({
  ...commonFields,
  creator_id: Schema.String,
  dataset_id: Schema.String,
  status: TaskStatus.TaskStatus,
  progress: WireSchema.nullish(Schema.Number),
  message: WireSchema.nullish(Schema.String)
})

/**
 * An import, which runs in the background.
 *
 * @category models
 * @since 0.1.0
 */
export interface ImportTask extends Schema.Schema.Type<typeof importTask> {}

/**
 * An import, which runs in the background. `progress` is in percent.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ImportTask: Schema.Codec<ImportTask> = importTask

const tasksResponse = WireSchema.looseStruct({ tasks: Page.page(ImportTask) })

/**
 * One page of imports.
 *
 * @category models
 * @since 0.1.0
 */
export interface TasksResponse extends Schema.Schema.Type<typeof tasksResponse> {}

/**
 * One page of imports.
 *
 * @category schemas
 * @since 0.1.0
 */
export const TasksResponse: Schema.Codec<TasksResponse> = tasksResponse

const exportResponse = WireSchema.looseStruct({ file_url: Schema.String })

/**
 * The URL from which an export can be downloaded.
 *
 * @category models
 * @since 0.1.0
 */
export interface ExportResponse extends Schema.Schema.Type<typeof exportResponse> {}

/**
 * The URL from which an export can be downloaded.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ExportResponse: Schema.Codec<ExportResponse> = exportResponse

const fromCampaign = Schema.Struct({ campaign_id: Schema.String })

/**
 * A request to import the events of a campaign.
 *
 * @category models
 * @since 0.1.0
 */
export interface FromCampaign extends Schema.Schema.Type<typeof fromCampaign> {}

/**
 * A request to import the events of a campaign.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromCampaign: Schema.Codec<FromCampaign> = fromCampaign

const fromExplorer = Schema.Struct({ completion_event_ids: boundedArray(Schema.String, 0, 500) })

/**
 * A request to import events, at most 500.
 *
 * @category models
 * @since 0.1.0
 */
export interface FromExplorer extends Schema.Schema.Type<typeof fromExplorer> {}

/**
 * A request to import events, at most 500.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromExplorer: Schema.Codec<FromExplorer> = fromExplorer

const fromFile = Schema.Struct({ file_id: Schema.String })

/**
 * A request to import an uploaded file.
 *
 * @category models
 * @since 0.1.0
 */
export interface FromFile extends Schema.Schema.Type<typeof fromFile> {}

/**
 * A request to import an uploaded file.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromFile: Schema.Codec<FromFile> = fromFile

const fromPlayground = Schema.Struct({ conversation_ids: Schema.Array(Schema.String) })

/**
 * A request to import conversations of the playground.
 *
 * @category models
 * @since 0.1.0
 */
export interface FromPlayground extends Schema.Schema.Type<typeof fromPlayground> {}

/**
 * A request to import conversations of the playground.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromPlayground: Schema.Codec<FromPlayground> = fromPlayground

const fromDataset = Schema.Struct({ dataset_record_ids: boundedArray(Schema.String, 1, 10_000) })

/**
 * A request to import records of other datasets, 1 to 10,000.
 *
 * @category models
 * @since 0.1.0
 */
export interface FromDataset extends Schema.Schema.Type<typeof fromDataset> {}

/**
 * A request to import records of other datasets, 1 to 10,000.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FromDataset: Schema.Codec<FromDataset> = fromDataset
