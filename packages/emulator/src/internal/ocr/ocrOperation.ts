import * as Endpoint from "@effect-mistral/core/Endpoint"
import type * as OcrDocument from "@effect-mistral/core/OcrDocument"
import type { ResponseFormat } from "@effect-mistral/core/ResponseFormat"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import { badRequest, detail, ErrorResponse } from "../http/errorResponse.ts"
import { makeRandom, type Random } from "../random/random.ts"
import type { Operation } from "../routing/endpointRoute.ts"
import type { Settings } from "../settings/settings.ts"
import { type Generation, generationAt } from "../text/generation.ts"
import { generateJsonText } from "../text/jsonText.ts"
import { type DocumentSource, documentSource } from "./documentSource.ts"
import { generatedPages } from "./generatedPages.ts"
import { pageResponse } from "./pageResponse.ts"
import { pageSelection } from "./pageSelection.ts"
import { textPages } from "./textPages.ts"

/** Reads the bytes of an uploaded file; `undefined` if there is no such file. */
export type ReadFile = (id: string) => Effect.Effect<Uint8Array | undefined>

/** The model of a request without one. */
const usualModel = "mistral-ocr-latest"

/** Makes an annotation, as JSON text, or gives an error response if no value fits its schema. */
const annotation = (
  format: ResponseFormat | null | undefined,
  key: string,
  generationOf: (random: Random) => Generation
): string | null | ErrorResponse => {
  if (format?.json_schema == null) return null
  const { name, schema } = format.json_schema
  const generation = generationOf(makeRandom(`annotation:${key}`))
  return generateJsonText({ schema, name: `the JSON Schema ${name}` }, generation)
}

/** The longest text that is read: that of 1,000 pages, which is the API's documented limit. */
const longestText = 3_000_000

const tooLong = badRequest({
  message: "Document has too many pages. Documents of at most 1000 pages are supported.",
  type: "invalid_request_error",
  param: "document"
})

const response = (
  request: OcrDocument.Request,
  source: DocumentSource,
  seed: number,
  now: number
): OcrDocument.Response | ErrorResponse => {
  if (source.kind === "text" && source.text.length > longestText) return tooLong
  const selects = pageSelection(request.pages)
  if (selects instanceof ErrorResponse) return selects
  const key = `${seed}:${source.key}`
  const generationOf = generationAt(now)
  const document_annotation = annotation(request.document_annotation_format, key, generationOf)
  if (document_annotation instanceof ErrorResponse) return document_annotation
  const contents = source.kind === "text" ? textPages(source.text) : generatedPages(source, seed)
  const pages: Array<OcrDocument.Page> = []
  let refused: ErrorResponse | undefined
  const annotate = (image: number): string | null => {
    const made = annotation(request.bbox_annotation_format, `${key}:${image}`, generationOf)
    if (!(made instanceof ErrorResponse)) return made
    refused = made
    return null
  }
  let left = request.image_limit ?? Infinity
  for (const [index, content] of contents.entries()) {
    if (!selects(index)) continue
    const page = pageResponse(index, content, left, { request, key, annotate })
    if (refused !== undefined) return refused
    left -= page.images.length
    pages.push(page)
  }
  return {
    pages,
    model: request.model ?? usualModel,
    document_annotation,
    usage_info: { pages_processed: pages.length, doc_size_bytes: source.size }
  }
}

/**
 * `POST /v1/ocr`: the text of a document that is one, and made-up pages of any other. Pages that a document does not have
 * are left out.
 */
export const ocrOperation = (
  settings: Settings,
  readFile: ReadFile
): Operation<OcrDocument.Request> => ({
  route: Endpoint.processOcr,
  // This operation has the form of the API's web framework, without an object around it.
  invalid: (problems) => detail(422, problems),
  respond: Effect.fnUntraced(function*(request) {
    const model = settings.models.require(request.model ?? usualModel, "ocr")
    if (model instanceof ErrorResponse) return yield* model
    const { document } = request
    const file = document.type === "file" ? yield* readFile(document.file_id) : undefined
    const source = documentSource(document, file)
    if (source instanceof ErrorResponse) return yield* source
    const made = response(request, source, settings.seed, yield* Clock.currentTimeMillis)
    return made instanceof ErrorResponse ? yield* made : HttpServerResponse.jsonUnsafe(made)
  })
})
