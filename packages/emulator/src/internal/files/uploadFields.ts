import * as Result from "effect/Result"
import { detail, type ErrorResponse, type Problem } from "../http/errorResponse.ts"
import { integer, oneOf, type Reader } from "../http/parameters.ts"
import { uploadedType } from "./addedFile.ts"
import type { LateFields } from "./fileStore.ts"
import type { Fields } from "./multipartForm.ts"

/** The purposes that the API takes. */
export const purposes = ["fine-tune", "batch", "ocr", "audio"]

/** The longest time after which a file may expire, in hours: a hundred years. */
const longestExpiry = 876_000

/** The 422 response of an upload that does not fit, in the form of the API's web framework. */
export const invalidUpload = (problems: ReadonlyArray<Problem>): ErrorResponse => detail(422, problems)

/** The problem of a field that is not there. */
export const missing = (field: string): Problem => ({
  type: "missing",
  loc: ["body", field],
  msg: "Field required",
  input: null
})

/** Reads the fields beside the file, or gives all of their problems. `now` is in milliseconds. */
export const readUploadFields = (fields: Fields, now: number): LateFields | ReadonlyArray<Problem> => {
  const problems: Array<Problem> = []
  const read = <A>(name: string, reader: Reader<A>): A | undefined => {
    const text = fields.get(name)
    if (text === undefined) return undefined
    const result = reader(text, ["body", name])
    if (Result.isSuccess(result)) return result.success
    problems.push(result.failure)
    return undefined
  }
  const hours = read("expiry", integer({ minimum: 1, maximum: longestExpiry }))
  const purpose = read("purpose", oneOf(purposes))
  const visibility = read("visibility", oneOf(["workspace", "user"]))
  if (!fields.has("purpose")) problems.push(missing("purpose"))
  return problems.length > 0 || purpose === undefined ? problems : {
    purpose,
    sample_type: uploadedType(purpose),
    ...(hours === undefined ? undefined : { expires_at: Math.floor(now / 1000) + hours * 3600 }),
    ...(visibility === undefined ? undefined : { visibility })
  }
}
