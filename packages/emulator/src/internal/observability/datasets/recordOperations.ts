import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import { ErrorResponse } from "../../http/errorResponse.ts"
import { isJsonObject } from "../../json/jsonObject.ts"
import { type Handler, handler } from "../../routing/endpointRoute.ts"
import type { Database } from "../../storage/database.ts"
import { observabilityError } from "../api/observabilityError.ts"
import { operation } from "../api/observabilityOperation.ts"
import { judgeConversation } from "../judges/judgement.ts"
import { deleteRecords, fetchRecord, updateRecord } from "./recordStore.ts"

const endpoints = ObservabilityEndpoint.datasetRecords
const id = "dataset_record_id"

/** `/v1/observability/dataset-records`. */
export const recordOperations = (database: Database): ReadonlyArray<Handler> => [
  handler(operation(endpoints.fetch, { respond: ({ parameter }) => fetchRecord(database, parameter(id)) })),
  handler(operation(endpoints.delete, {
    status: 204,
    respond: ({ parameter }) => deleteRecords(database, [parameter(id)])
  })),
  handler(operation(endpoints.bulkDelete, {
    status: 204,
    respond: ({ request }) => deleteRecords(database, request.dataset_record_ids)
  })),
  handler(operation(endpoints.judge, {
    respond: ({ parameter, request }) => {
      const record = fetchRecord(database, parameter(id))
      if (record instanceof ErrorResponse) return record
      const { messages } = record.payload
      return Array.isArray(messages) && messages.every(isJsonObject)
        ? judgeConversation(request.judge_definition, { messages, properties: record.properties })
        : observabilityError(400, "DATASET_RECORD_FORMAT_ERROR", "The record's payload has no list of messages")
    }
  })),
  handler(operation(endpoints.updatePayload, {
    status: 204,
    respond: ({ now, parameter, request }) => updateRecord(database, parameter(id), "payload", request.payload, now)
  })),
  handler(operation(endpoints.updateProperties, {
    status: 204,
    respond: ({ now, parameter, request }) =>
      updateRecord(database, parameter(id), "properties", request.properties, now)
  }))
]
