import type * as Embedding from "@effect-mistral/core/Embedding"
import * as Endpoint from "@effect-mistral/core/Endpoint"
import * as Effect from "effect/Effect"
import * as HttpServerResponse from "effect/http/HttpServerResponse"
import type * as Script from "../../Script.ts"
import { badRequest, ErrorResponse, invalidArguments } from "../http/errorResponse.ts"
import type { ModelList } from "../models/modelList.ts"
import { responseFingerprint } from "../random/fingerprint.ts"
import { hexadecimal } from "../random/random.ts"
import type { Operation } from "../routing/endpointRoute.ts"
import { costHeader } from "../routing/rateLimiter.ts"
import { partFor } from "../script/answerKind.ts"
import { scriptedAnswer } from "../script/currentScript.ts"
import type { Settings } from "../settings/settings.ts"
import { countTokens } from "../text/tokenizer.ts"
import { textVector } from "./textVector.ts"
import { base64, quantized } from "./vectorEncoding.ts"

/** The maximum number of tokens of all inputs together. */
const batchTokens = 16384

/** The maximum number of numbers of all vectors together, which take half a second. The API's own bound is not known. */
const mostNumbers = 2_500_000

const invalidParameter = (message: string, param: string): ErrorResponse =>
  badRequest({ message, type: "invalid_request_error", param })

/** The dimension that a request selects, or an error response if it is not valid. */
const dimensionOf = (models: ModelList, request: Embedding.Request): number | ErrorResponse => {
  const known = models.dimensions(request.model)
  if (known instanceof ErrorResponse) return known
  const dimension = request.output_dimension ?? known.usual
  if (known.most === undefined) {
    const chosen = request.output_dimension != null
      ? "output_dimension"
      : (request.output_dtype ?? "float") === "float"
      ? undefined
      : "output_dtype"
    return chosen === undefined ? dimension : invalidArguments(`This model does not support ${chosen}.`)
  }
  if (dimension > known.most) {
    return invalidParameter(`The model ${request.model} has at most ${known.most} dimensions`, "output_dimension")
  }
  return packable(dimension, request)
}

/** The dimension, or an error response if the request selects bits and they do not fill bytes. */
const packable = (dimension: number, request: Embedding.Request): number | ErrorResponse => {
  const packed = request.output_dtype === "binary" || request.output_dtype === "ubinary"
  return packed && dimension % 8 !== 0
    ? invalidParameter("Bits are packed eight to a byte: the dimension must be a multiple of 8", "output_dimension")
    : dimension
}

const embeddings = (
  { models, seed }: Settings,
  request: Embedding.Request,
  scripted: Script.Embeddings | undefined
): Embedding.Response | ErrorResponse => {
  const dimension = scripted === undefined ? dimensionOf(models, request) : scriptedDimension(scripted, request)
  if (dimension instanceof ErrorResponse) return dimension
  const texts = typeof request.input === "string" ? [request.input] : request.input
  if (texts.length === 0) return invalidParameter("Input must not be empty", "input")
  const tokens = texts.reduce((sum, text) => sum + countTokens(text), 0)
  if (tokens > batchTokens) {
    return badRequest({
      message: "Too many tokens overall, split into more batches.",
      type: "invalid_request_prompt",
      code: "3210"
    })
  }
  if (texts.length * dimension > mostNumbers) {
    return invalidParameter("Too many inputs in request, split into more batches.", "input")
  }
  const dtype = request.output_dtype ?? "float"
  return {
    id: hexadecimal(responseFingerprint(request, seed)),
    object: "list",
    model: request.model,
    data: texts.map((text, index) => {
      const vector = scripted === undefined
        ? textVector(text, dimension, seed)
        : partFor(scripted.embeddings, index)
      const numbers = quantized(vector, dtype)
      return {
        object: "embedding",
        embedding: request.encoding_format === "base64" ? base64(numbers, dtype) : numbers,
        index
      }
    }),
    usage: { prompt_tokens: tokens, completion_tokens: 0, total_tokens: tokens, prompt_audio_seconds: null }
  }
}

/** The dimension of the first scripted vector, or an error response if one of them cannot be packed. */
const scriptedDimension = ({ embeddings }: Script.Embeddings, request: Embedding.Request): number | ErrorResponse =>
  embeddings.map((vector) => packable(vector.length, request)).find((one) => one instanceof ErrorResponse) ??
    embeddings[0].length

/** `POST /v1/embeddings`. */
export const embeddingsOperation = (settings: Settings): Operation<Embedding.Request> => ({
  route: Endpoint.createEmbeddings,
  answers: "embeddings",
  respond: Effect.fnUntraced(function*(request) {
    const response = embeddings(settings, request, yield* scriptedAnswer("embeddings"))
    if (response instanceof ErrorResponse) return yield* response
    return HttpServerResponse.jsonUnsafe(response, {
      headers: { [costHeader]: String(response.usage?.total_tokens ?? 0) }
    })
  })
})
