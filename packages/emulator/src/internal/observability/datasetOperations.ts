import type * as Dataset from "@effect-mistral/observability/Dataset"
import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import type * as Effect from "effect/Effect"
import { type Handler, handler, type Route } from "../endpointRoute.ts"
import { Refusal } from "../refusal.ts"
import type { Database } from "./database.ts"
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
import { listPage, newestFirst, searched } from "./listing.ts"
import { type Asked, operation } from "./operation.ts"
import { addRecord, fetchRecord, recordTable, toRecord } from "./recordStore.ts"
import { bind, constant, sql } from "./sql.ts"

const endpoints = ObservabilityEndpoint.datasets

/** Where files are served; no key is needed there, as their ids cannot be guessed. */
export const filesPath = "/emulator/files"

/** `/v1/observability/datasets`; `start` sets an import going. */
export const datasetOperations = (
  database: Database,
  start: (id: string) => Effect.Effect<void>
): ReadonlyArray<Handler> => {
  const importOperation = <Request>(route: Route<Request>, wanted: (request: Request) => Wanted): Handler =>
    handler(operation<Request, Dataset.ImportTask>(route, {
      status: 202,
      answer: ({ now, parameter, request }) => createTask(database, parameter("dataset_id"), wanted(request), now),
      after: ({ id }) => start(id)
    }))
  return [
    handler(operation(endpoints.create, {
      status: 201,
      answer: ({ now, request }) => createDataset(database, request, now)
    })),
    handler(operation(endpoints.list, {
      answer: (asked) => {
        const datasets = listPage(database, asked, {
          from: constant("datasets"),
          conditions: searched(asked.query, "name"),
          order: newestFirst,
          item: toDataset
        })
        return datasets instanceof Refusal ? datasets : { datasets }
      }
    })),
    handler(operation(endpoints.fetch, { answer: ({ parameter }) => fetchDataset(database, parameter("dataset_id")) })),
    handler(operation(endpoints.update, {
      answer: ({ now, parameter, request }) => updateDataset(database, parameter("dataset_id"), request, now)
    })),
    handler(operation(endpoints.delete, {
      status: 204,
      answer: ({ parameter }) => deleteDataset(database, parameter("dataset_id"))
    })),
    handler(operation(endpoints.listRecords, {
      answer: (asked) => {
        const records = ofDataset(database, asked, recordTable, "seq", toRecord)
        return records instanceof Refusal ? records : { records }
      }
    })),
    handler(operation(endpoints.createRecord, {
      status: 201,
      answer: ({ now, parameter, request }) => {
        const dataset = datasetRow(database, parameter("dataset_id"))
        if (dataset instanceof Refusal) return dataset
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
      answer: ({ now, parameter, url }) => {
        const file = exportDataset(database, parameter("dataset_id"), now)
        return file instanceof Refusal ? file : { file_url: `${url.origin}${filesPath}/${file}.jsonl` }
      }
    })),
    handler(operation(endpoints.fetchTask, {
      answer: ({ parameter }) => fetchTask(database, parameter("dataset_id"), parameter("task_id"))
    })),
    handler(operation(endpoints.listTasks, {
      answer: (asked) => {
        const tasks = ofDataset(database, asked, taskTable, newestFirst.text, toTask)
        return tasks instanceof Refusal ? tasks : { tasks }
      }
    }))
  ]
}

/** A page of what belongs to the dataset that is asked for. */
const ofDataset = <A>(
  database: Database,
  asked: Asked<void>,
  table: string,
  order: string,
  item: Parameters<typeof listPage<A>>[2]["item"]
) => {
  const dataset = datasetRow(database, asked.parameter("dataset_id"))
  if (dataset instanceof Refusal) return dataset
  return listPage(database, asked, {
    from: constant(table),
    conditions: [sql`dataset = ${bind(Number(dataset["seq"]))}`],
    order: constant(order),
    item
  })
}
