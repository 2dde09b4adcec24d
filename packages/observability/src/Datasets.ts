/**
 * Datasets: made, filled by hand or by imports, read and exported.
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
 * What the service can do.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Makes a dataset. */
  readonly create: (
    request: Dataset.CreateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.Dataset, MistralError>
  /** One page of the datasets. */
  readonly list: (
    query?: Page.SearchQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ListResponse, MistralError>
  /** All the datasets from a page on. A page is asked for when the ones before it have been taken. */
  readonly listAll: (
    query?: Page.SearchQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Dataset.Dataset, MistralError>
  /** One dataset, without its records. */
  readonly fetch: (
    datasetId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.Dataset, MistralError>
  /** Changes a dataset's name or description, and leaves what is not given. */
  readonly update: (
    datasetId: string,
    request: Dataset.UpdateRequest,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.Dataset, MistralError>
  /** Deletes a dataset. */
  readonly delete: (datasetId: string, options?: RequestOptions.RequestOptions) => Effect.Effect<void, MistralError>
  /** One page of a dataset's records. */
  readonly listRecords: (
    datasetId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<DatasetRecord.ListResponse, MistralError>
  /** All of a dataset's records from a page on. A page is asked for when the ones before it have been taken. */
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
  /** Begins to import the events of a campaign. */
  readonly importFromCampaign: (
    datasetId: string,
    campaignId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Begins to import events, at most 500. */
  readonly importFromExplorer: (
    datasetId: string,
    eventIds: ReadonlyArray<string>,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Begins to import a file that was uploaded. */
  readonly importFromFile: (
    datasetId: string,
    fileId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Begins to import conversations of the playground. */
  readonly importFromPlayground: (
    datasetId: string,
    conversationIds: ReadonlyArray<string>,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Begins to import records of other datasets, 1 to 10,000. */
  readonly importFromDataset: (
    datasetId: string,
    recordIds: ReadonlyArray<string>,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** Writes a dataset to a file of JSON lines, and says where it can be downloaded. */
  readonly exportToJsonl: (
    datasetId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ExportResponse, MistralError>
  /** One import, and how far it is. */
  readonly fetchTask: (
    datasetId: string,
    taskId: string,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
  /** One page of a dataset's imports. */
  readonly listTasks: (
    datasetId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<Dataset.TasksResponse, MistralError>
  /** All of a dataset's imports from a page on. A page is asked for when the ones before it have been taken. */
  readonly listTasksAll: (
    datasetId: string,
    query?: Page.PageQuery,
    options?: RequestOptions.RequestOptions
  ) => Stream.Stream<Dataset.ImportTask, MistralError>
  /**
   * Asks for an import, every 2 seconds unless `schedule` says otherwise, until it has ended, and gives it as it is
   * then.
   */
  readonly awaitTask: (
    datasetId: string,
    taskId: string,
    options?: TaskStatus.AwaitOptions<Dataset.ImportTask>
  ) => Effect.Effect<Dataset.ImportTask, MistralError>
}

/**
 * The service. In tests: `Layer.mock(Datasets.Datasets)({ fetch: () => Effect.succeed(...) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Datasets extends Context.Service<Datasets, Service>()("@effect-mistral/observability/Datasets") {}

/**
 * Makes the service. `options` (retry policy, time limits, headers, base URL) hold for all its calls.
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => {
    const call = makeEndpointCall(client, options)
    const one = (datasetId: string) => ({ params: { dataset_id: datasetId } })
    const datasets = listOperations(call, endpoints.list, (response) => response.datasets)
    const records = listOperations(call, endpoints.listRecords, (response) => response.records)
    const tasks = listOperations(call, endpoints.listTasks, (response) => response.tasks)
    const fetchTask: Service["fetchTask"] = (datasetId, taskId, callOptions) =>
      call(endpoints.fetchTask, undefined, { params: { dataset_id: datasetId, task_id: taskId } }, callOptions)
    return Datasets.of({
      create: (request, callOptions) => call(endpoints.create, request, {}, callOptions),
      list: (query, callOptions) => datasets.page({}, query, callOptions),
      listAll: (query, callOptions) => datasets.all({}, query, callOptions),
      fetch: (datasetId, callOptions) => call(endpoints.fetch, undefined, one(datasetId), callOptions),
      update: (datasetId, request, callOptions) => call(endpoints.update, request, one(datasetId), callOptions),
      delete: (datasetId, callOptions) => Effect.asVoid(call(endpoints.delete, undefined, one(datasetId), callOptions)),
      listRecords: (dataset_id, query, callOptions) => records.page({ dataset_id }, query, callOptions),
      listRecordsAll: (dataset_id, query, callOptions) => records.all({ dataset_id }, query, callOptions),
      createRecord: (datasetId, request, callOptions) =>
        call(endpoints.createRecord, request, one(datasetId), callOptions),
      importFromCampaign: (datasetId, campaign_id, callOptions) =>
        call(endpoints.importFromCampaign, { campaign_id }, one(datasetId), callOptions),
      importFromExplorer: (datasetId, completion_event_ids, callOptions) =>
        call(endpoints.importFromExplorer, { completion_event_ids }, one(datasetId), callOptions),
      importFromFile: (datasetId, file_id, callOptions) =>
        call(endpoints.importFromFile, { file_id }, one(datasetId), callOptions),
      importFromPlayground: (datasetId, conversation_ids, callOptions) =>
        call(endpoints.importFromPlayground, { conversation_ids }, one(datasetId), callOptions),
      importFromDataset: (datasetId, dataset_record_ids, callOptions) =>
        call(endpoints.importFromDataset, { dataset_record_ids }, one(datasetId), callOptions),
      exportToJsonl: (datasetId, callOptions) => call(endpoints.exportToJsonl, undefined, one(datasetId), callOptions),
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
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so two clients in
 * one program never mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Datasets, never, MistralClient.MistralClient> = Layer.fresh(
  Layer.effect(Datasets, make())
)

/**
 * A layer of the service whose calls use `options` (retry policy, time limits, headers, base URL). It is not memoized, like
 * `layer`.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Datasets, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Datasets, make(options)))

/**
 * Makes a dataset. A connection that is lost does not make it again.
 *
 * @category operations
 * @since 0.1.0
 */
export const create = Accessor.effect(Datasets, (service) => service.create)

/**
 * One page of the datasets.
 *
 * @category operations
 * @since 0.1.0
 */
export const list = Accessor.effect(Datasets, (service) => service.list)

/**
 * All the datasets from a page on. A page is asked for when the ones before it have been taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const listAll = Accessor.stream(Datasets, (service) => service.listAll)

/**
 * One dataset, without its records.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetch = Accessor.effect(Datasets, (service) => service.fetch)

/**
 * Changes a dataset's name or description, and leaves what is not given.
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
 * One page of a dataset's records.
 *
 * @category operations
 * @since 0.1.0
 */
export const listRecords = Accessor.effect(Datasets, (service) => service.listRecords)

/**
 * All of a dataset's records from a page on. A page is asked for when the ones before it have been taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const listRecordsAll = Accessor.stream(Datasets, (service) => service.listRecordsAll)

/**
 * Adds a record to a dataset. A connection that is lost does not add it again.
 *
 * @category operations
 * @since 0.1.0
 */
export const createRecord = Accessor.effect(Datasets, (service) => service.createRecord)

/**
 * Begins to import the events of a campaign.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromCampaign = Accessor.effect(Datasets, (service) => service.importFromCampaign)

/**
 * Begins to import events, at most 500.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromExplorer = Accessor.effect(Datasets, (service) => service.importFromExplorer)

/**
 * Begins to import a file that was uploaded.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromFile = Accessor.effect(Datasets, (service) => service.importFromFile)

/**
 * Begins to import conversations of the playground.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromPlayground = Accessor.effect(Datasets, (service) => service.importFromPlayground)

/**
 * Begins to import records of other datasets, 1 to 10,000.
 *
 * @category operations
 * @since 0.1.0
 */
export const importFromDataset = Accessor.effect(Datasets, (service) => service.importFromDataset)

/**
 * Writes a dataset to a file of JSON lines, and says where it can be downloaded.
 *
 * @category operations
 * @since 0.1.0
 */
export const exportToJsonl = Accessor.effect(Datasets, (service) => service.exportToJsonl)

/**
 * One import, and how far it is.
 *
 * @category operations
 * @since 0.1.0
 */
export const fetchTask = Accessor.effect(Datasets, (service) => service.fetchTask)

/**
 * One page of a dataset's imports.
 *
 * @category operations
 * @since 0.1.0
 */
export const listTasks = Accessor.effect(Datasets, (service) => service.listTasks)

/**
 * All of a dataset's imports from a page on. A page is asked for when the ones before it have been taken.
 *
 * @category operations
 * @since 0.1.0
 */
export const listTasksAll = Accessor.stream(Datasets, (service) => service.listTasksAll)

/**
 * Asks for an import, every 2 seconds unless `schedule` says otherwise, until it has ended (`TaskStatus.hasEnded`), and
 * gives it as it is then. A schedule that ends sooner gives the import as far as it came. What passes (a rate limit, a
 * lost connection) is retried within each question by the client's own policy.
 *
 * @category operations
 * @since 0.1.0
 */
export const awaitTask = Accessor.effect(Datasets, (service) => service.awaitTask)
