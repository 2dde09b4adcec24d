import * as ObservabilityEndpoint from "@effect-mistral/observability/ObservabilityEndpoint"
import { type Handler, handler } from "../endpointRoute.ts"
import { Refusal } from "../refusal.ts"
import type { Database } from "./database.ts"
import { judgeAnswer } from "./judgeAnswer.ts"
import { isJsonObject } from "./newEvent.ts"
import { operation } from "./operation.ts"
import { problem } from "./problem.ts"
import { deleteRecords, fetchRecord, updateRecord } from "./recordStore.ts"

const endpoints = ObservabilityEndpoint.datasetRecords
const id = "dataset_record_id"

/** `/v1/observability/dataset-records`. */
export const recordOperations = (database: Database): ReadonlyArray<Handler> => [
  handler(operation(endpoints.fetch, { answer: ({ parameter }) => fetchRecord(database, parameter(id)) })),
  handler(operation(endpoints.delete, {
    status: 204,
    answer: ({ parameter }) => deleteRecords(database, [parameter(id)])
  })),
  handler(operation(endpoints.bulkDelete, {
    status: 204,
    answer: ({ request }) => deleteRecords(database, request.dataset_record_ids)
  })),
  handler(operation(endpoints.judge, {
    answer: ({ parameter, request }) => {
      const record = fetchRecord(database, parameter(id))
      if (record instanceof Refusal) return record
      const { messages } = record.payload
      return Array.isArray(messages) && messages.every(isJsonObject)
        ? judgeAnswer(request.judge_definition, { messages, properties: record.properties })
        : problem(400, "DATASET_RECORD_FORMAT_ERROR", "The record's payload has no list of messages")
    }
  })),
  handler(operation(endpoints.updatePayload, {
    status: 204,
    answer: ({ now, parameter, request }) => updateRecord(database, parameter(id), "payload", request.payload, now)
  })),
  handler(operation(endpoints.updateProperties, {
    status: 204,
    answer: ({ now, parameter, request }) =>
      updateRecord(database, parameter(id), "properties", request.properties, now)
  }))
]
