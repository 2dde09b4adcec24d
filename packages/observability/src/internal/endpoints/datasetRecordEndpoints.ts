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

const one = "/dataset-records/{dataset_record_id}"

export const datasetRecords = {
  fetch: getEndpoint("DatasetRecords.fetch", one, DatasetRecord.DatasetRecord),
  delete: deleteEndpoint("DatasetRecords.delete", one),
  bulkDelete: idempotentPostEndpoint(
    "DatasetRecords.bulkDelete",
    "/dataset-records/bulk-delete",
    DatasetRecord.BulkDeleteRequest,
    Schema.Unknown
  ),
  judge: judgeEndpoint("DatasetRecords.judge", `${one}/live-judging`, Judge.LiveJudgingRequest),
  updatePayload: putEndpoint("DatasetRecords.updatePayload", `${one}/payload`, DatasetRecord.UpdatePayloadRequest),
  updateProperties: putEndpoint(
    "DatasetRecords.updateProperties",
    `${one}/properties`,
    DatasetRecord.UpdatePropertiesRequest
  )
}
