import * as Effect from "effect/Effect"
import * as MultipartParser from "effect/http/MultipartParser"
import * as Stream from "effect/Stream"
import { detail, type ErrorResponse } from "../http/errorResponse.ts"

/** The texts of a form by their names; the last one where a name is repeated. */
export type Fields = ReadonlyMap<string, string>

/** The name and the type that a part of a form has as a file. */
export interface FileInfo {
  readonly field: string
  readonly filename: string
  readonly contentType: string
}

/** The longest text of a field, in bytes, as the API's web framework allows it. */
const longestField = 1024 * 1024

/** The most parts of a form, as the API's web framework allows them. */
const mostParts = 1000

const unreadable = detail(400, "There was an error parsing the body")

/**
 * Reads a form of the content type `multipart/form-data` in constant memory. `onFile` gets the head of each file and gives
 * what takes its bytes; that may refuse them with an error response.
 *
 * *Details*: it fails where the form is not well-formed, and where it breaks off.
 */
export const readForm = Effect.fnUntraced(function*<E>(
  contentType: string,
  body: Stream.Stream<Uint8Array, E>,
  onFile: (info: FileInfo) => (bytes: Uint8Array) => ErrorResponse | undefined
): Effect.fn.Return<Fields, ErrorResponse | E> {
  const fields = new Map<string, string>()
  let failure: ErrorResponse | undefined
  const parser = MultipartParser.make({
    headers: { "content-type": contentType },
    maxFieldSize: longestField,
    maxParts: mostParts,
    onField: (info, value) => fields.set(info.name, MultipartParser.decodeField(info, value)),
    onFile: (info) => {
      const take = onFile({ field: info.name, filename: info.filename ?? "", contentType: info.contentType })
      return (bytes) => {
        if (bytes !== null && failure === undefined) failure = take(bytes)
      }
    },
    onError: (error) => {
      failure ??= error._tag === "InvalidBoundary" ? detail(400, "Missing boundary in multipart.") : unreadable
    },
    onDone: () => {}
  })
  const checked = Effect.suspend(() => failure === undefined ? Effect.void : Effect.fail(failure))
  yield* checked
  yield* Stream.runForEach(body, (bytes) => {
    parser.write(bytes)
    return checked
  })
  parser.end()
  yield* checked
  return fields
})
