/**
 * Files of the workspace: what the API says about one, and the requests and responses around it.
 *
 * @see https://docs.mistral.ai/api/endpoint/files
 * @since 0.1.0
 */
import * as MultipartBody from "@effect-mistral/core/MultipartBody"
import * as WireSchema from "@effect-mistral/core/WireSchema"
import * as Schema from "effect/Schema"
import type * as Stream from "effect/Stream"

const { looseStruct, nullable, nullish, openEnum } = WireSchema

/**
 * The schema of the purpose of a file.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Purpose = openEnum<"batch" | "ocr" | "fine-tune" | "audio">()

/**
 * What a file is for. A file of batch requests has the purpose `batch`, a document for OCR `ocr`.
 *
 * @category models
 * @since 0.1.0
 */
export type Purpose = typeof Purpose.Type

/**
 * The schema of the kind of lines in a file.
 *
 * @category schemas
 * @since 0.1.0
 */
export const SampleType = openEnum<"pretrain" | "instruct" | "batch_request" | "batch_result" | "batch_error">()

/**
 * The kind of lines in a file: requests of a batch job, or its results and errors.
 *
 * @category models
 * @since 0.1.0
 */
export type SampleType = typeof SampleType.Type

/**
 * The schema of the origin of a file.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Source = openEnum<"upload" | "repository" | "mistral">()

/**
 * The origin of a file: it was uploaded, or Mistral made it, as the results of a batch job.
 *
 * @category models
 * @since 0.1.0
 */
export type Source = typeof Source.Type

/**
 * The schema of who sees a file.
 *
 * @category schemas
 * @since 0.1.0
 */
export const Visibility = openEnum<"workspace" | "user">()

/**
 * Who sees a file: the workspace or its user alone.
 *
 * @category models
 * @since 0.1.0
 */
export type Visibility = typeof Visibility.Type

const fields = {
  id: Schema.String,
  object: nullish(Schema.String),
  bytes: nullish(Schema.Number),
  created_at: Schema.Number,
  filename: Schema.String,
  purpose: Purpose,
  sample_type: nullish(SampleType),
  source: nullish(Source),
  num_lines: nullish(Schema.Number),
  mimetype: nullish(Schema.String),
  signature: nullish(Schema.String),
  expires_at: nullish(Schema.Number),
  visibility: nullish(Visibility)
}

const file = looseStruct(fields)

/**
 * What the API says about a file. Times are in seconds since the epoch, and `bytes` is its size.
 *
 * @category models
 * @since 0.1.0
 */
export interface File extends Schema.Schema.Type<typeof file> {}

/**
 * The schema of a file.
 *
 * @category schemas
 * @since 0.1.0
 */
export const File: Schema.Codec<File> = file

/**
 * The schema of the response to a request for one file.
 *
 * @category schemas
 * @since 0.1.0
 */
export const FetchResponse = looseStruct({ ...fields, deleted: nullish(Schema.Boolean) })

/**
 * The response to a request for one file.
 *
 * @category models
 * @since 0.1.0
 */
export interface FetchResponse extends Schema.Schema.Type<typeof FetchResponse> {}

/**
 * The schema of a request to upload a file. Required: `file` and, for the server, `purpose`.
 *
 * *Details*: `expiry` is in hours. `visibility` is `workspace` unless set.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UploadRequest = Schema.Struct({
  file: MultipartBody.FilePart,
  expiry: nullable(Schema.Int),
  purpose: Schema.optional(Purpose),
  visibility: nullable(Visibility)
})

/**
 * A request to upload a file.
 *
 * @category models
 * @since 0.1.0
 */
export interface UploadRequest extends Schema.Schema.Type<typeof UploadRequest> {}

interface UploadFields {
  /** The name of the file. */
  readonly name: string
  /** What the file is for. */
  readonly purpose: Purpose
  /** The hours after which the file is deleted. Default: never. */
  readonly expiry?: number | null | undefined
  /** Who sees the file. Default: `workspace`. */
  readonly visibility?: Visibility | null | undefined
  /** The media type. Default: that of the `Blob`, or that of the name (`.jsonl` is `application/jsonl`). */
  readonly contentType?: string | undefined
}

/**
 * A file to upload whose content is a text, bytes, a `Blob` or a `Stream` of bytes.
 *
 * @category models
 * @since 0.1.0
 */
export interface ContentUpload<E = never, R = never> extends UploadFields {
  readonly content: string | Uint8Array | Blob | Stream.Stream<Uint8Array, E, R>
  /** The number of bytes, if it is known. It becomes the content length, and the upload fails if it is wrong. */
  readonly size?: number | undefined
  readonly lines?: undefined
}

/**
 * A file to upload whose content is given line by line. A line break follows each text, and none may be inside.
 *
 * @category models
 * @since 0.1.0
 */
export interface LinesUpload<E = never, R = never> extends UploadFields {
  readonly lines: Stream.Stream<string, E, R> | Iterable<string> & object
  readonly content?: undefined
  readonly size?: undefined
}

/**
 * A file to upload: its name, its purpose, and its content as a whole or line by line.
 *
 * *Details*: `E` and `R` are the error and the requirements of a content that is a `Stream`.
 *
 * @category models
 * @since 0.1.0
 */
export type Upload<E = never, R = never> = ContentUpload<E, R> | LinesUpload<E, R>

/**
 * The schema of the query of a list of files.
 *
 * *Details*: `page` counts from 0, and `page_size` is 100 unless set. `search` is a part of the name.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListQuery = Schema.Struct({
  page: Schema.optional(Schema.Int),
  page_size: Schema.optional(Schema.Int),
  include_total: Schema.optional(Schema.Boolean),
  sample_type: nullable(Schema.Array(SampleType)),
  source: nullable(Schema.Array(Source)),
  search: nullable(Schema.String),
  purpose: nullable(Purpose),
  mimetypes: nullable(Schema.Array(Schema.String))
})

/**
 * The query of a list of files.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListQuery extends Schema.Schema.Type<typeof ListQuery> {}

/**
 * The schema of a page of files.
 *
 * @category schemas
 * @since 0.1.0
 */
export const ListResponse = looseStruct({
  data: Schema.Array(File),
  object: nullish(Schema.String),
  total: nullish(Schema.Number)
})

/**
 * A page of files. `total` counts all files that the query fits, unless `include_total` is false.
 *
 * @category models
 * @since 0.1.0
 */
export interface ListResponse extends Schema.Schema.Type<typeof ListResponse> {}

/**
 * The schema of the response to a deletion.
 *
 * @category schemas
 * @since 0.1.0
 */
export const DeleteResponse = looseStruct({
  id: Schema.String,
  object: nullish(Schema.String),
  deleted: nullish(Schema.Boolean)
})

/**
 * The response to a deletion.
 *
 * @category models
 * @since 0.1.0
 */
export interface DeleteResponse extends Schema.Schema.Type<typeof DeleteResponse> {}

/**
 * The schema of the query of a signed URL: `expiry` is in hours, from 1 to 168, and 24 unless set.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UrlQuery = Schema.Struct({ expiry: Schema.optional(Schema.Int) })

/**
 * The query of a signed URL.
 *
 * @category models
 * @since 0.1.0
 */
export interface UrlQuery extends Schema.Schema.Type<typeof UrlQuery> {}

/**
 * The schema of a signed URL.
 *
 * @category schemas
 * @since 0.1.0
 */
export const UrlResponse = looseStruct({ url: Schema.String })

/**
 * A signed URL, under which the content of a file is found without a key until it expires.
 *
 * @category models
 * @since 0.1.0
 */
export interface UrlResponse extends Schema.Schema.Type<typeof UrlResponse> {}
