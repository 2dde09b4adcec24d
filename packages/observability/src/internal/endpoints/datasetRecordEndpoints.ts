import * as Schema from "effect/Schema"
import * as DatasetRecord from "../../DatasetRecord.ts"
import * as Judge from "../../Judge.ts"
import {
  deleteEndpoint,
  getEndpoint,
  idempotentPostEndpoint,
  judgeEndpoint,
  putEndpoint
} from "./endpointConstructors.ts"

const resource = "/dataset-records/{dataset_record_id}"

export const datasetRecords = {
  fetch: getEndpoint("DatasetRecords.fetch", resource, DatasetRecord.DatasetRecord),
  delete: deleteEndpoint("DatasetRecords.delete", resource),
  bulkDelete: idempotentPostEndpoint(
    "DatasetRecords.bulkDelete",
    "/dataset-records/bulk-delete",
    DatasetRecord.BulkDeleteRequest,
    Schema.Unknown
  ),
  judge: judgeEndpoint("DatasetRecords.judge", `${resource}/live-judging`, Judge.LiveJudgingRequest),
  updatePayload: putEndpoint("DatasetRecords.updatePayload", `${resource}/payload`, DatasetRecord.UpdatePayloadRequest),
  updateProperties: putEndpoint(
    "DatasetRecords.updateProperties",
    `${resource}/properties`,
    DatasetRecord.UpdatePropertiesRequest
  )
}
