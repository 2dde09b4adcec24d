import * as EndpointCodec from "@effect-mistral/core/EndpointCodec"
import * as MistralError from "@effect-mistral/core/MistralError"
import * as Result from "effect/Result"
import * as BatchEndpoint from "../../BatchEndpoint.ts"
import type * as BatchJob from "../../BatchJob.ts"

type Issues = ReadonlyArray<MistralError.Issue>

/** The error of a request that was not sent. */
export const invalidRequest = (
  issues: Issues,
  operation: MistralError.Operation = BatchEndpoint.createJob
): MistralError.MistralError => MistralError.make(operation, new MistralError.InvalidRequest({ issues }))

/**
 * The places where a request to create a job is wrong in a way that its schema cannot express: no input or two kinds of it,
 * a file or a `custom_id` that occurs twice. Values that do not fit the schema are passed over.
 */
export const createIssues = (request: BatchJob.CreateRequest): Issues => {
  const { input_files, requests }: Partial<BatchJob.CreateRequest> = Object(request)
  return [
    ...inputIssues(input_files, requests),
    ...repetitions(list(input_files), "file", "input_files", []),
    ...repetitions(list(requests).map((one) => Object(one).custom_id), "id", "requests", ["custom_id"])
  ]
}

/** The places where a request to create a job does not fit its schema, or cannot be written as JSON. */
export const schemaIssues = (request: BatchJob.CreateRequest): Issues => {
  const encoded = EndpointCodec.encode(BatchEndpoint.createJob, request)
  return Result.isFailure(encoded) && encoded.failure.reason._tag === "InvalidRequest"
    ? encoded.failure.reason.issues
    : []
}

/** The issue of a request without metadata, which would fit every job. */
export const metadataIssues = (request: Pick<BatchJob.CreateRequest, "metadata">): Issues =>
  Object.keys(Object(Object(request).metadata)).length > 0
    ? []
    : [{ path: ["metadata"], message: "Expected at least one key: the metadata identifies the job" }]

const inputIssues = (files: unknown, requests: unknown): Issues => {
  const given = (value: unknown) => value !== undefined && value !== null
  const isEmpty = (value: unknown) => Array.isArray(value) && value.length === 0
  if (!given(files) && !given(requests)) {
    return [{ path: ["input_files"], message: "Expected ids of files here, or `requests`" }]
  }
  if (given(files) && given(requests)) {
    return [{ path: ["requests"], message: "Expected either `input_files` or `requests`, not both" }]
  }
  return [
    ...isEmpty(files) ? [{ path: ["input_files"], message: "Expected at least one file" }] : [],
    ...isEmpty(requests) ? [{ path: ["requests"], message: "Expected at least one request" }] : []
  ]
}

/** The values that occurred before, without the values themselves. */
const repetitions = (
  values: ReadonlyArray<unknown>,
  what: string,
  key: string,
  rest: ReadonlyArray<string>
): Issues => {
  const positions = new Map<unknown, number>()
  return values.flatMap((value, index) => {
    const first = positions.get(value)
    if (first === undefined) positions.set(value, index)
    return typeof value !== "string" || first === undefined ? [] : [{
      path: [key, index, ...rest],
      message: `Expected another ${what}: ${[`${key}[${first}]`, ...rest].join(".")} is the same`
    }]
  })
}

const list = (value: unknown): ReadonlyArray<unknown> => Array.isArray(value) ? value : []
