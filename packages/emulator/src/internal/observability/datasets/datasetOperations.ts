import type * as Dataset from "@effect-mistral/observability/Dataset"
import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import type * as Effect from "effect/Effect"
import { longestExpiry, signedUrl } from "../../files/signedUrl.ts"
import { ErrorResponse } from "../../http/errorResponse.ts"
import { type Handler, handler, type Route } from "../../routing/endpointRoute.ts"
import type { Settings } from "../../settings/settings.ts"
import type { Database } from "../../storage/database.ts"
import { bind, constant, sql } from "../../storage/sql.ts"
import { operation, type OperationInput } from "../api/observabilityOperation.ts"
import { listPage, newestFirst, searched } from "../api/offsetPage.ts"
import {
  createDataset,
  datasetRow,
  deleteDataset,
  exportDataset,
  fetchDataset,
  toDataset,
  updateDataset
} from "./datasetStore.ts"
import { createTask, fetchTask, taskTable, toTask, type Wanted } from "./importStore.ts"
import { addRecord, fetchRecord, recordTable, toRecord } from "./recordStore.ts"

const endpoints = ObservabilityEndpoint.datasets

/** How long the URL of an export is valid, in seconds. */
const exportExpiry = longestExpiry * 3600

/** `/v1/observability/datasets`; `start` starts an import. */
export const datasetOperations = (
  settings: Settings,
  database: Database,
  start: (id: string) => Effect.Effect<void>
): ReadonlyArray<Handler> => {
  const importOperation = <Request>(route: Route<Request>, wanted: (request: Request) => Wanted): Handler =>
    handler(operation<Request, Dataset.ImportTask>(route, {
      status: 202,
      respond: ({ now, parameter, request }) => createTask(database, parameter("dataset_id"), wanted(request), now),
      after: ({ id }) => start(id)
    }))
  return [
    handler(operation(endpoints.create, {
      status: 201,
      respond: ({ now, request }) => createDataset(database, request, now)
    })),
    handler(operation(endpoints.list, {
      respond: (input) => {
        const datasets = listPage(database, input, {
          from: constant("datasets"),
          conditions: searched(input.query, "name"),
          order: newestFirst,
          item: toDataset
        })
        return datasets instanceof ErrorResponse ? datasets : { datasets }
      }
    })),
    handler(
      operation(endpoints.fetch, { respond: ({ parameter }) => fetchDataset(database, parameter("dataset_id")) })
    ),
    handler(operation(endpoints.update, {
      respond: ({ now, parameter, request }) => updateDataset(database, parameter("dataset_id"), request, now)
    })),
    handler(operation(endpoints.delete, {
      status: 204,
      respond: ({ parameter }) => deleteDataset(database, parameter("dataset_id"))
    })),
    handler(operation(endpoints.listRecords, {
      respond: (input) => {
        const records = ofDataset(database, input, recordTable, "seq", toRecord)
        return records instanceof ErrorResponse ? records : { records }
      }
    })),
    handler(operation(endpoints.createRecord, {
      status: 201,
      respond: ({ now, parameter, request }) => {
        const dataset = datasetRow(database, parameter("dataset_id"))
        if (dataset instanceof ErrorResponse) return dataset
        return fetchRecord(database, addRecord(database, dataset, { ...request, source: "DIRECT_INPUT" }, now))
      }
    })),
    importOperation(endpoints.importFromCampaign, ({ campaign_id }) => ({ origin: "campaign", id: campaign_id })),
    importOperation(endpoints.importFromExplorer, (request) => ({
      origin: "explorer",
      ids: request.completion_event_ids
    })),
    importOperation(endpoints.importFromFile, ({ file_id }) => ({ origin: "file", id: file_id })),
    importOperation(endpoints.importFromPlayground, (request) => ({
      origin: "playground",
      ids: request.conversation_ids
    })),
    importOperation(endpoints.importFromDataset, (request) => ({ origin: "dataset", ids: request.dataset_record_ids })),
    handler(operation(endpoints.exportToJsonl, {
      respond: ({ now, parameter, url }) => {
        const id = exportDataset(database, parameter("dataset_id"), now)
        if (id instanceof ErrorResponse) return id
        const expires = Math.floor(now / 1000) + exportExpiry
        return { file_url: signedUrl(settings, url.origin, { id, filename: "export.jsonl", expires }) }
      }
    })),
    handler(operation(endpoints.fetchTask, {
      respond: ({ parameter }) => fetchTask(database, parameter("dataset_id"), parameter("task_id"))
    })),
    handler(operation(endpoints.listTasks, {
      respond: (input) => {
        const tasks = ofDataset(database, input, taskTable, newestFirst.text, toTask)
        return tasks instanceof ErrorResponse ? tasks : { tasks }
      }
    }))
  ]
}

/** Reads a page of rows that belong to the dataset of the path. */
const ofDataset = <A>(
  database: Database,
  input: OperationInput<void>,
  table: string,
  order: string,
  item: Parameters<typeof listPage<A>>[2]["item"]
) => {
  const dataset = datasetRow(database, input.parameter("dataset_id"))
  if (dataset instanceof ErrorResponse) return dataset
  return listPage(database, input, {
    from: constant(table),
    conditions: [sql`dataset = ${bind(Number(dataset["seq"]))}`],
    order: constant(order),
    item
  })
}
