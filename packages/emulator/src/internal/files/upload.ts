import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerRequest from "effect/http/HttpServerRequest"
import { detail, type Problem } from "../http/errorResponse.ts"
import { DescribeBody } from "../http/uploadRequest.ts"
import type { Database } from "../storage/database.ts"
import { ifAvailable } from "../storage/databaseTrouble.ts"
import { addFile, type FileWriter, type LateFields } from "./fileStore.ts"
import { type Fields, type FileInfo, readForm } from "./multipartForm.ts"
import { invalidUpload, missing, readUploadFields } from "./uploadFields.ts"

/** An upload that was received whole. Its file is stored but not finished: nobody sees it yet. */
export interface Upload {
  readonly writer: FileWriter
  readonly fields: LateFields
}

/** The largest file, in bytes. */
export const largestFile = 512 * 1024 * 1024

/** What a form may have beside its file, in bytes. */
const allowance = 1024 * 1024

const tooLarge = detail(413, "Request Entity Too Large")

/**
 * Receives an upload: the file goes into the database while it arrives.
 *
 * *Details*: a file that is not finished when the scope closes is removed, whatever ended the request. The request log gets
 * the fields, the file's name and its size.
 */
export const receiveUpload = Effect.fnUntraced(function*(database: Database, limit = largestFile) {
  const request = yield* HttpServerRequest.HttpServerRequest
  const now = yield* Clock.currentTimeMillis
  const contentType = request.headers["content-type"] ?? ""
  if (!/^multipart\/form-data\b/i.test(contentType)) {
    return yield* invalidUpload([missing("file"), missing("purpose")])
  }
  // A client that says how much it will send is refused before any of it is stored.
  if (Number(request.headers["content-length"] ?? 0) > limit + allowance) return yield* tooLarge
  let file: { readonly info: FileInfo; readonly writer: FileWriter } | undefined
  // What cannot be removed now is removed when the database is opened again.
  yield* Effect.addFinalizer(() => ifAvailable(Effect.sync(() => file?.writer.discard())))
  const begin = (info: FileInfo) => {
    // Only the last file of a name counts, as in the API's web framework.
    file?.writer.discard()
    const writer = addFile(database, {
      filename: info.filename,
      mimetype: info.contentType,
      purpose: "batch",
      sample_type: "batch_request",
      source: "upload"
    }, now)
    file = { info, writer }
    return (bytes: Uint8Array) => {
      writer.append(bytes)
      return writer.size > limit ? tooLarge : undefined
    }
  }
  const ignored = () => undefined
  const fields = yield* readForm(
    contentType,
    request.stream,
    (info) => info.field === "file" && info.filename !== "" ? begin(info) : ignored
  )
  yield* (yield* DescribeBody)(description(fields, file))
  const read = readUploadFields(fields, now)
  const problems = [...fileProblems(fields, file), ...(isProblems(read) ? read : [])]
  if (file === undefined || isProblems(read)) return yield* invalidUpload(problems)
  return { writer: file.writer, fields: read }
})

const isProblems = (read: LateFields | ReadonlyArray<Problem>): read is ReadonlyArray<Problem> => Array.isArray(read)

const fileProblems = (fields: Fields, file: unknown): ReadonlyArray<Problem> =>
  file !== undefined ? [] : fields.has("file")
    ? [{
      type: "value_error",
      loc: ["body", "file"],
      msg: "Value error, Expected UploadFile, received: <class 'str'>",
      input: null,
      ctx: { error: {} }
    }]
    : [missing("file")]

const description = (fields: Fields, file: { readonly info: FileInfo; readonly writer: FileWriter } | undefined) => ({
  ...Object.fromEntries([...fields].filter(([name]) => name !== "file")),
  ...(file === undefined
    ? undefined
    : { file: { name: file.info.filename, content_type: file.info.contentType, bytes: file.writer.size } })
})
