/**
 * Datasets: create datasets, add records, import records, list them and export them.
 *
 * ```ts
 * import { Datasets } from "@effect-mistral/observability"
 * import { Effect, Stream } from "effect"
 *
 * export const copyOfEvents = (eventIds: ReadonlyArray<string>) =>
 *   Effect.gen(function*() {
 *     const dataset = yield* Datasets.create({ name: "Hard questions", description: "To try new models on" })
 *     const task = yield* Datasets.importFromExplorer(dataset.id, eventIds)
 *     yield* Datasets.awaitTask(dataset.id, task.id)
 *     return yield* Stream.runCollect(Datasets.listRecordsAll(dataset.id))
 *   })
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/beta/observability/datasets
 * @since 0.1.0
 */
import * as MistralClient from "@effect-mistral/core/MistralClient"
import type { MistralError } from "@effect-mistral/core/MistralError"
import type * as RequestOptions from "@effect-mistral/core/RequestOptions"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Stream from "effect/Stream"
import type * as Dataset from "./Dataset.ts"
import type * as DatasetRecord from "./DatasetRecord.ts"
import * as Accessor from "./internal/accessor.ts"
import { makeEndpointCall } from "./internal/endpointCall.ts"
import { datasets as endpoints } from "./internal/endpoints/datasetEndpoints.ts"
import { listOperations } from "./internal/listOperations.ts"
import { pollUntilDone } from "./internal/pollUntilDone.ts"
import type * as Page from "./Page.ts"
import type * as TaskStatus from "./TaskStatus.ts"

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Creates a dataset. */
  readonly create: (
    request: Dataset.CreateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.Dataset, MistralError>
  /** Lists one page of datasets. */
  readonly list: (
    query?: Page.SearchQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ListResponse, MistralError>
  /** Paginates all datasets from a page on. A page is requested when the items before it have been consumed. */
  readonly listAll: (
    query?: Page.SearchQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Dataset.Dataset, MistralError>
  /** Fetches a dataset, without its records. */
  readonly fetch: (
    datasetId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.Dataset, MistralError>
  /** Updates the name or the description of a dataset. A key that is absent leaves the value as it is. */
  readonly update: (
    datasetId: string,
    request: Dataset.UpdateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.Dataset, MistralError>
  /** Deletes a dataset. */
  readonly delete: (datasetId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<void, MistralError>
  /** Lists one page of the records of a dataset. */
  readonly listRecords: (
    datasetId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<DatasetRecord.ListResponse, MistralError>
  /**
   * Paginates all records of a dataset from a page on. A page is requested when the items before it have been consumed.
   */
  readonly listRecordsAll: (
    datasetId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<DatasetRecord.DatasetRecord, MistralError>
  /** Adds a record to a dataset. */
  readonly createRecord: (
    datasetId: string,
    request: DatasetRecord.CreateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<DatasetRecord.DatasetRecord, MistralError>
  /** Starts an import of the events of a campaign. */
  readonly importFromCampaign: (
    datasetId: string,
    campaignId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Starts an import of events, at most 500. */
  readonly importFromExplorer: (
    datasetId: string,
    eventIds: ReadonlyArray<string>,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Starts an import of an uploaded file. */
  readonly importFromFile: (
    datasetId: string,
    fileId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Starts an import of conversations of the playground. */
  readonly importFromPlayground: (
    datasetId: string,
    conversationIds: ReadonlyArray<string>,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Starts an import of records of other datasets, 1 to 10,000. */
  readonly importFromDataset: (
    datasetId: string,
    recordIds: ReadonlyArray<string>,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Exports a dataset to a JSON Lines file, and returns its URL. */
  readonly exportToJsonl: (
    datasetId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ExportResponse, MistralError>
  /** Fetches an import, with its status and progress. */
  readonly fetchTask: (
    datasetId: string,
    taskId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Lists one page of the imports of a dataset. */
  readonly listTasks: (
    datasetId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.TasksResponse, MistralError>
  /**
   * Paginates all imports of a dataset from a page on. A page is requested when the items before it have been consumed.
   */
  readonly listTasksAll: (
    datasetId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Dataset.ImportTask, MistralError>
  /** Polls an import until its status is final, every 2 seconds or on `schedule`, and returns the last response. */
  readonly awaitTask: (
    datasetId: string,
    taskId: string,
    options?: TaskStatus.AwaitOptions<Dataset.ImportTask>
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
}

/**
 * The `Datasets` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Datasets.Datasets)({ fetch: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Datasets extends Context.Service<Datasets, Service>()("@effect-mistral/observability/Datasets") {}

/**
 * Makes the service. All its calls use `options` (retry policy, timeouts, headers, base URL).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => {
    const call = makeEndpointCall(client, options)
    const byId = (datasetId: string) => ({ params: { dataset_id: datasetId } })
    const datasets = listOperations(call, endpoints.list, (response) => response.datasets)
    const records = listOperations(call, endpoints.listRecords, (response) => response.records)
    const tasks = listOperations(call, endpoints.listTasks, (response) => response.tasks)
    const fetchTask: Service["fetchTask"] = (datasetId, taskId, callOptions) =>
      call(endpoints.fetchTask, undefined, { params: { dataset_id: datasetId, task_id: taskId } }, callOptions)
    return Datasets.of({
      create: (request, callOptions) => call(endpoints.create, request, {}, callOptions),
      list: (query, callOptions) => datasets.page({}, query, callOptions),
      listAll: (query, callOptions) => datasets.all({}, query, callOptions),
      fetch: (datasetId, callOptions) => call(endpoints.fetch, undefined, byId(datasetId), callOptions),
      update: (datasetId, request, callOptions) => call(endpoints.update, request, byId(datasetId), callOptions),
      delete: (datasetId, callOptions) =>
        Effect.asVoid(call(endpoints.delete, undefined, byId(datasetId), callOptions)),
      listRecords: (dataset_id, query, callOptions) => records.page({ dataset_id }, query, callOptions),
      listRecordsAll: (dataset_id, query, callOptions) => records.all({ dataset_id }, query, callOptions),
      createRecord: (datasetId, request, callOptions) =>
        call(endpoints.createRecord, request, byId(datasetId), callOptions),
      importFromCampaign: (datasetId, campaign_id, callOptions) =>
        call(endpoints.importFromCampaign, { campaign_id }, byId(datasetId), callOptions),
      importFromExplorer: (datasetId, completion_event_ids, callOptions) =>
        call(endpoints.importFromExplorer, { completion_event_ids }, byId(datasetId), callOptions),
      importFromFile: (datasetId, file_id, callOptions) =>
        call(endpoints.importFromFile, { file_id }, byId(datasetId), callOptions),
      importFromPlayground: (datasetId, conversation_ids, callOptions) =>
        call(endpoints.importFromPlayground, { conversation_ids }, byId(datasetId), callOptions),
      importFromDataset: (datasetId, dataset_record_ids, callOptions) =>
        call(endpoints.importFromDataset, { dataset_record_ids }, byId(datasetId), callOptions),
      exportToJsonl: (datasetId, callOptions) => call(endpoints.exportToJsonl, undefined, byId(datasetId), callOptions),
      fetchTask,
      listTasks: (dataset_id, query, callOptions) => tasks.page({ dataset_id }, query, callOptions),
      listTasksAll: (dataset_id, query, callOptions) => tasks.all({ dataset_id }, query, callOptions),
      awaitTask: (datasetId, taskId, { schedule, ...callOptions } = {}) =>
        pollUntilDone(fetchTask(datasetId, taskId, callOptions), ({ status }) => status, schedule)
    })
  })

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Datasets, never, MistralClient.MistralClient> = Layer.fresh(
  Layer.effect(Datasets, make())
)

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Datasets, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Datasets, make(options)))

/**
 * Creates a dataset. The operation is not idempotent: a lost connection is not retried.
 *
 * @category operations
 * @since 0.1.0
 */
export const create = Accessor.effect(Datasets, (service) => service.create)

/**
 * Lists one page of datasets.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = Accessor.effect(Datasets, (service) => service.list)

/**
 * Paginates all datasets from a page on. A page is requested when the items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const listAll = Accessor.stream(Datasets, (service) => service.listAll)

/**
 * Fetches a dataset, without its records.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(Datasets, (service) => service.fetch)

/**
 * Updates the name or the description of a dataset. A key that is absent leaves the value as it is.
 *
 * @category operations
 * @since 0.1.0
 */
export const update = Accessor.effect(Datasets, (service) => service.update)

const delete_ = Accessor.effect(Datasets, (service) => service.delete)

export {
  /**
   * Deletes a dataset.
   *
   * @category operations
   * @since 0.1.0
   */
  delete_ as delete
}

/**
 * Lists one page of the records of a dataset.
 *
 * @category operations
 * @since 0.1.0
 */
export const listRecords = Accessor.effect(Datasets, (service) => service.listRecords)

/**
 * Paginates all records of a dataset from a page on. A page is requested when the items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const listRecordsAll = Accessor.stream(Datasets, (service) => service.listRecordsAll)

/**
 * Adds a record to a dataset. The operation is not idempotent: a lost connection is not retried.
 *
 * @category operations
 * @since 0.1.0
 */
export const createRecord = Accessor.effect(Datasets, (service) => service.createRecord)

/**
 * Starts an import of the events of a campaign.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromCampaign = Accessor.effect(Datasets, (service) => service.importFromCampaign)

/**
 * Starts an import of events, at most 500.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromExplorer = Accessor.effect(Datasets, (service) => service.importFromExplorer)

/**
 * Starts an import of an uploaded file.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromFile = Accessor.effect(Datasets, (service) => service.importFromFile)

/**
 * Starts an import of conversations of the playground.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromPlayground = Accessor.effect(Datasets, (service) => service.importFromPlayground)

/**
 * Starts an import of records of other datasets, 1 to 10,000.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromDataset = Accessor.effect(Datasets, (service) => service.importFromDataset)

/**
 * Exports a dataset to a JSON Lines file, and returns its URL.
 *
 * @category operations
 * @since 0.1.0
 */
export const exportToJsonl = Accessor.effect(Datasets, (service) => service.exportToJsonl)

/**
 * Fetches an import, with its status and progress.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetchTask = Accessor.effect(Datasets, (service) => service.fetchTask)

/**
 * Lists one page of the imports of a dataset.
 *
 * @category operations
 * @since 0.1.0
 */
export const listTasks = Accessor.effect(Datasets, (service) => service.listTasks)

/**
 * Paginates all imports of a dataset from a page on. A page is requested when the items before it have been consumed.
 *
 * @category operations
 * @since 0.1.0
 */
export const listTasksAll = Accessor.stream(Datasets, (service) => service.listTasksAll)

/**
 * Polls an import until its status is final (`TaskStatus.hasEnded`), every 2 seconds or on `schedule`, and returns the
 * last response.
 *
 * *Details*:
 *
 * - If the schedule ends first, the status may not be final.
 * - Each request is retried by the retry policy, such as after a rate limit or a lost connection.
 *
 * @category operations
 * @since 0.1.0
 */
export const awaitTask = Accessor.effect(Datasets, (service) => service.awaitTask)
