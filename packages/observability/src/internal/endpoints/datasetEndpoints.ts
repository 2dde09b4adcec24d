import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type * as Schema from "effect/Schema"
import * as Dataset from "../../Dataset.ts"
import * as DatasetRecord from "../../DatasetRecord.ts"
import * as Page from "../../Page.ts"
import { createEndpoint, deleteEndpoint, getEndpoint, patchEndpoint } from "./endpointConstructors.ts"

const resource = "/datasets/{dataset_id}"

const importFrom = <Request>(
  name: string,
  origin: string,
  request: Schema.Codec<Request, unknown>
): Endpoint<Request, Dataset.ImportTask> =>
  createEndpoint(`Datasets.${name}`, `${resource}/imports/from-${origin}`, request, Dataset.ImportTask)

export const datasets = {
  create: createEndpoint("Datasets.create", "/datasets", Dataset.CreateRequest, Dataset.Dataset),
  list: getEndpoint("Datasets.list", "/datasets", Dataset.ListResponse, Page.SearchQuery),
  fetch: getEndpoint("Datasets.fetch", resource, Dataset.Dataset),
  update: patchEndpoint("Datasets.update", resource, Dataset.UpdateRequest, Dataset.Dataset),
  delete: deleteEndpoint("Datasets.delete", resource),
  listRecords: getEndpoint("Datasets.listRecords", `${resource}/records`, DatasetRecord.ListResponse, Page.PageQuery),
  createRecord: createEndpoint(
    "Datasets.createRecord",
    `${resource}/records`,
    DatasetRecord.CreateRequest,
    DatasetRecord.DatasetRecord
  ),
  importFromCampaign: importFrom("importFromCampaign", "campaign", Dataset.FromCampaign),
  importFromExplorer: importFrom("importFromExplorer", "explorer", Dataset.FromExplorer),
  importFromFile: importFrom("importFromFile", "file", Dataset.FromFile),
  importFromPlayground: importFrom("importFromPlayground", "playground", Dataset.FromPlayground),
  importFromDataset: importFrom("importFromDataset", "dataset", Dataset.FromDataset),
  exportToJsonl: getEndpoint("Datasets.exportToJsonl", `${resource}/exports/to-jsonl`, Dataset.ExportResponse),
  fetchTask: getEndpoint("Datasets.fetchTask", `${resource}/tasks/{task_id}`, Dataset.ImportTask),
  listTasks: getEndpoint("Datasets.listTasks", `${resource}/tasks`, Dataset.TasksResponse, Page.PageQuery)
}
