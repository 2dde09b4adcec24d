import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type * as Schema from "effect/Schema"
import * as Dataset from "../../Dataset.ts"
import * as DatasetRecord from "../../DatasetRecord.ts"
import * as Page from "../../Page.ts"
import { createEndpoint, deleteEndpoint, getEndpoint, patchEndpoint } from "./endpointConstructors.ts"

const one = "/datasets/{dataset_id}"

const importFrom = <Request>(
  name: string,
  origin: string,
  request: Schema.Codec<Request, unknown>
): Endpoint<Request, Dataset.ImportTask> =>
  createEndpoint(`Datasets.${name}`, `${one}/imports/from-${origin}`, request, Dataset.ImportTask)

export const datasets = {
  create: createEndpoint("Datasets.create", "/datasets", Dataset.CreateRequest, Dataset.Dataset),
  list: getEndpoint("Datasets.list", "/datasets", Dataset.ListResponse, Page.SearchQuery),
  fetch: getEndpoint("Datasets.fetch", one, Dataset.Dataset),
  update: patchEndpoint("Datasets.update", one, Dataset.UpdateRequest, Dataset.Dataset),
  delete: deleteEndpoint("Datasets.delete", one),
  listRecords: getEndpoint("Datasets.listRecords", `${one}/records`, DatasetRecord.ListResponse, Page.PageQuery),
  createRecord: createEndpoint(
    "Datasets.createRecord",
    `${one}/records`,
    DatasetRecord.CreateRequest,
    DatasetRecord.DatasetRecord
  ),
  importFromCampaign: importFrom("importFromCampaign", "campaign", Dataset.FromCampaign),
  importFromExplorer: importFrom("importFromExplorer", "explorer", Dataset.FromExplorer),
  importFromFile: importFrom("importFromFile", "file", Dataset.FromFile),
  importFromPlayground: importFrom("importFromPlayground", "playground", Dataset.FromPlayground),
  importFromDataset: importFrom("importFromDataset", "dataset", Dataset.FromDataset),
  exportToJsonl: getEndpoint("Datasets.exportToJsonl", `${one}/exports/to-jsonl`, Dataset.ExportResponse),
  fetchTask: getEndpoint("Datasets.fetchTask", `${one}/tasks/{task_id}`, Dataset.ImportTask),
  listTasks: getEndpoint("Datasets.listTasks", `${one}/tasks`, Dataset.TasksResponse, Page.PageQuery)
}
