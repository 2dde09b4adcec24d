import type { Endpoint } from "@effect-mistral/core/Endpoint"
import type * as Schema from "effect/Schema"
import * as Dataset from "../../Dataset.ts"
import * as DatasetRecord from "../../DatasetRecord.ts"
import * as Page from "../../Page.ts"
import { ask, create, get, remove } from "./kinds.ts"

const one = "/datasets/{dataset_id}"

const importFrom = <Request>(
  name: string,
  origin: string,
  request: Schema.Codec<Request, unknown>
): Endpoint<Request, Dataset.ImportTask> =>
  create(`Datasets.${name}`, `${one}/imports/from-${origin}`, request, Dataset.ImportTask)

export const datasets = {
  create: create("Datasets.create", "/datasets", Dataset.CreateRequest, Dataset.Dataset),
  list: get("Datasets.list", "/datasets", Dataset.ListResponse, Page.SearchQuery),
  fetch: get("Datasets.fetch", one, Dataset.Dataset),
  update: { ...ask("Datasets.update", one, Dataset.UpdateRequest, Dataset.Dataset), method: "PATCH" as const },
  delete: remove("Datasets.delete", one),
  listRecords: get("Datasets.listRecords", `${one}/records`, DatasetRecord.ListResponse, Page.PageQuery),
  createRecord: create(
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
  exportToJsonl: get("Datasets.exportToJsonl", `${one}/exports/to-jsonl`, Dataset.ExportResponse),
  fetchTask: get("Datasets.fetchTask", `${one}/tasks/{task_id}`, Dataset.ImportTask),
  listTasks: get("Datasets.listTasks", `${one}/tasks`, Dataset.TasksResponse, Page.PageQuery)
}
