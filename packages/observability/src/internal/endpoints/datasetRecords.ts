import * as Schema from "effect/Schema"
import * as DatasetRecord from "../../DatasetRecord.ts"
import * as Judge from "../../Judge.ts"
import { ask, get, judging, remove, replace } from "./kinds.ts"

const one = "/dataset-records/{dataset_record_id}"

export const datasetRecords = {
  fetch: get("DatasetRecords.fetch", one, DatasetRecord.DatasetRecord),
  delete: remove("DatasetRecords.delete", one),
  bulkDelete: ask(
    "DatasetRecords.bulkDelete",
    "/dataset-records/bulk-delete",
    DatasetRecord.BulkDeleteRequest,
    Schema.Unknown
  ),
  judge: judging("DatasetRecords.judge", `${one}/live-judging`, Judge.LiveJudgingRequest),
  updatePayload: replace("DatasetRecords.updatePayload", `${one}/payload`, DatasetRecord.UpdatePayloadRequest),
  updateProperties: replace(
    "DatasetRecords.updateProperties",
    `${one}/properties`,
    DatasetRecord.UpdatePropertiesRequest
  )
}
