/**
 * The values that are known of open sets, by the schema of the file. At runtime the schemas of open sets take any string, so
 * that a new value of the API breaks nothing. It is to be seen all the same.
 */
import { Content } from "@effect-mistral/core"
import { Aggregation, Filter, Judge } from "@effect-mistral/observability"
import * as OpenSets from "../openapi/openSets.ts"

/** The values that are known, by the name of a schema, of its property, or of a place in a request. */
const known: Readonly<Record<string, ReadonlyArray<string>>> = {
  ApiEndpoint: Object.keys(OpenSets.batchEndpoints),
  BaseTaskStatus: Object.keys(OpenSets.taskStatuses),
  BatchJobStatus: Object.keys(OpenSets.statuses),
  "BaseFieldDefinition.supported_operators": Filter.Operator.literals,
  "BaseFieldDefinition.type": Object.keys(OpenSets.fieldTypes),
  "ChatCompletionChoice.finish_reason": Object.keys(OpenSets.finishReasons),
  "CompletionResponseStreamChoice.finish_reason": Object.keys(OpenSets.finishReasons),
  DatasetRecordSource: Object.keys(OpenSets.recordSources),
  FilePurpose: Object.keys(OpenSets.purposes),
  FileVisibility: Object.keys(OpenSets.visibilities),
  "FilterCondition.op": Filter.Operator.literals,
  "GetSpan.status_code": Object.keys(OpenSets.spanStatuses),
  "GetTrace.status_code": Object.keys(OpenSets.traceStatuses),
  ImageDetail: Content.ImageDetail.literals,
  "JudgeClassificationOutput.type": Judge.OutputType.literals,
  MetricAggregation: Aggregation.MetricAggregation.literals,
  "OtelFieldDefinition.supported_operators": Object.keys(OpenSets.telemetryOperators),
  "OtelFieldDefinition.type": Object.keys(OpenSets.fieldTypes),
  SampleType: Object.keys(OpenSets.sampleTypes),
  Source: Object.keys(OpenSets.sources),
  "BatchJobs.list query.order_by": Object.keys(OpenSets.jobOrders),
  "Files.upload request.visibility": Object.keys(OpenSets.visibilities),
  // The types of these are any string: the values are constants, or a caller does nothing by them.
  "AssistantMessage.role": ["assistant"],
  "BaseModelCard.type": ["base", "fine-tuned"],
  "BatchJob.object": ["batch"],
  "DeleteBatchJobResponse.object": ["batch"],
  "ListBatchJobsResponse.object": ["list"],
  "OCRTableObject.format": ["markdown", "html"],
  ToolTypes: ["function"]
}

/** The codes of errors, to which no response of an operation leads. */
export const sets: Readonly<Record<string, ReadonlyArray<string>>> = {
  ObservabilityErrorCode: Object.keys(OpenSets.errorCodes)
}

/** The values that an open set is known to have. */
export const knownValues = (pointer: string, place: string): ReadonlyArray<string> | undefined =>
  known[schemaName(pointer)] ?? known[place]

/** A place in a schema by its name and its properties: `GetSpan.status_code`. */
const schemaName = (pointer: string): string =>
  pointer.replace("#/components/schemas/", "")
    .replaceAll(/\/(items|(any|one|all)Of\/\d+)(?=\/|$)/g, "")
    .replaceAll("/properties/", ".")
