/**
 * The endpoints of files and of batch jobs as values.
 *
 * The services send by them, the emulator routes by them, and a test compares them with Mistral's OpenAPI file.
 *
 * @see https://docs.mistral.ai/api/endpoint/batch
 * @since 0.1.0
 */
import type { BytesEndpoint, Endpoint } from "@effect-mistral/core/Endpoint"
import * as MultipartBody from "@effect-mistral/core/MultipartBody"
import * as Schema from "effect/Schema"
import * as BatchJob from "./BatchJob.ts"
import * as File from "./File.ts"

/**
 * `POST /v1/files`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const uploadFile: Endpoint<File.UploadRequest, File.File> = {
  name: "Files.upload",
  method: "POST",
  path: "/v1/files",
  request: File.UploadRequest,
  encode: MultipartBody.make,
  response: File.File,
  retryable: "ifRejected"
}

/**
 * `GET /v1/files`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const listFiles: Endpoint<void, File.ListResponse> = {
  name: "Files.list",
  method: "GET",
  path: "/v1/files",
  request: Schema.Void,
  response: File.ListResponse,
  query: File.ListQuery,
  retryable: "always"
}

/**
 * `GET /v1/files/{file_id}`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const fetchFile: Endpoint<void, File.FetchResponse> = {
  name: "Files.fetch",
  method: "GET",
  path: "/v1/files/{file_id}",
  request: Schema.Void,
  response: File.FetchResponse,
  retryable: "always"
}

/**
 * `DELETE /v1/files/{file_id}`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const deleteFile: Endpoint<void, File.DeleteResponse> = {
  name: "Files.delete",
  method: "DELETE",
  path: "/v1/files/{file_id}",
  request: Schema.Void,
  response: File.DeleteResponse,
  retryable: "always"
}

/**
 * `GET /v1/files/{file_id}/content`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const fileContent: BytesEndpoint<void> = {
  name: "Files.content",
  method: "GET",
  path: "/v1/files/{file_id}/content",
  request: Schema.Void,
  retryable: "always",
  resumable: true
}

/**
 * `GET /v1/files/{file_id}/url`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const fileUrl: Endpoint<void, File.UrlResponse> = {
  name: "Files.url",
  method: "GET",
  path: "/v1/files/{file_id}/url",
  request: Schema.Void,
  response: File.UrlResponse,
  query: File.UrlQuery,
  retryable: "always"
}

/**
 * `POST /v1/batch/jobs`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const createJob: Endpoint<BatchJob.CreateRequest, BatchJob.BatchJob> = {
  name: "BatchJobs.create",
  method: "POST",
  path: "/v1/batch/jobs",
  request: BatchJob.CreateRequest,
  response: BatchJob.BatchJob,
  retryable: "ifRejected"
}

/**
 * `GET /v1/batch/jobs`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const listJobs: Endpoint<void, BatchJob.ListResponse> = {
  name: "BatchJobs.list",
  method: "GET",
  path: "/v1/batch/jobs",
  request: Schema.Void,
  response: BatchJob.ListResponse,
  query: BatchJob.ListQuery,
  retryable: "always"
}

/**
 * `GET /v1/batch/jobs/{job_id}`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const fetchJob: Endpoint<void, BatchJob.BatchJob> = {
  name: "BatchJobs.fetch",
  method: "GET",
  path: "/v1/batch/jobs/{job_id}",
  request: Schema.Void,
  response: BatchJob.BatchJob,
  query: BatchJob.FetchQuery,
  retryable: "always"
}

/**
 * `POST /v1/batch/jobs/{job_id}/cancel`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const cancelJob: Endpoint<void, BatchJob.BatchJob> = {
  name: "BatchJobs.cancel",
  method: "POST",
  path: "/v1/batch/jobs/{job_id}/cancel",
  request: Schema.Void,
  response: BatchJob.BatchJob,
  retryable: "always"
}

/**
 * `DELETE /v1/batch/jobs/{job_id}`.
 *
 * @category endpoints
 * @since 0.1.0
 */
export const deleteJob: Endpoint<void, BatchJob.DeleteResponse> = {
  name: "BatchJobs.delete",
  method: "DELETE",
  path: "/v1/batch/jobs/{job_id}",
  request: Schema.Void,
  response: BatchJob.DeleteResponse,
  retryable: "always"
}
