/**
 * Optical character recognition: the text of a document or an image as markdown, with its images and tables, and what a
 * model reads in it by a schema.
 *
 * ```ts
 * import { Ocr, OcrDocument, StructuredOutput } from "@effect-mistral/core"
 * import { Effect, Schema } from "effect"
 *
 * const Invoice = Schema.Struct({ number: Schema.String, total: Schema.Number })
 *
 * // The text of an invoice, and two facts of it as an object.
 * export const program = Effect.gen(function*() {
 *   const response = yield* Ocr.process({
 *     model: "mistral-ocr-latest",
 *     document: { type: "document_url", document_url: "https://example.com/invoice.pdf" },
 *     document_annotation_format: StructuredOutput.responseFormat(Invoice)
 *   })
 *   const { number, total } = yield* Ocr.documentAnnotation(response, Invoice)
 *   return { number, total, text: OcrDocument.markdown(response) }
 * })
 * ```
 *
 * @see https://docs.mistral.ai/api/endpoint/ocr
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Schema from "effect/Schema"
import * as Endpoint from "./Endpoint.ts"
import { structuredSchema } from "./internal/object/structuredSchema.ts"
import { operationError } from "./internal/request/call.ts"
import * as MistralClient from "./MistralClient.ts"
import type { MistralError } from "./MistralError.ts"
import { InvalidOutput } from "./MistralErrorReason.ts"
import type * as OcrDocument from "./OcrDocument.ts"
import * as RequestOptions from "./RequestOptions.ts"

/**
 * A request: `model`, `document` (an uploaded file, or a URL) and every parameter of Mistral's reference, under its own
 * names.
 *
 * @category models
 * @since 0.1.0
 */
export interface Request extends OcrDocument.Request {}

/**
 * The operations of the service.
 *
 * @category models
 * @since 0.1.0
 */
export interface Service {
  /** Reads a document or an image. */
  readonly process: (
    request: Request,
    options?: RequestOptions.RequestOptions
  ) => Effect.Effect<OcrDocument.Response, MistralError>
}

/**
 * The `Ocr` service.
 *
 * *When to use*: require it. In tests, replace it by
 * `Layer.mock(Ocr.Ocr)({ process: () => Effect.succeed({ model: "m", pages: [{ index: 0, markdown: "Hi", images: [] }] }) })`.
 *
 * @category services
 * @since 0.1.0
 */
export class Ocr extends Context.Service<Ocr, Service>()("@effect-mistral/core/Ocr") {}

/**
 * Makes the service. All its calls use `options` (retry policy, timeouts, headers, base URL).
 *
 * @category constructors
 * @since 0.1.0
 */
export const make = (
  options?: RequestOptions.RequestOptions
): Effect.Effect<Service, never, MistralClient.MistralClient> =>
  Effect.map(MistralClient.MistralClient, (client) => ({
    process: (request, callOptions) =>
      client.request(Endpoint.processOcr, request, RequestOptions.merge(options, callOptions))
  }))

/**
 * A layer of the service over the `MistralClient` of the environment.
 *
 * *Details*: the layer is not memoized. Each place that provides it gets a service over its own client, so that two
 * clients in one program do not mix.
 *
 * @category layers
 * @since 0.1.0
 */
export const layer: Layer.Layer<Ocr, never, MistralClient.MistralClient> = /* @__PURE__ */ Layer.fresh(
  /* @__PURE__ */ Layer.effect(Ocr, /* @__PURE__ */ make())
)

/**
 * A layer of the service whose calls use `options` (retry policy, timeouts, headers, base URL). Like `layer`, it is not
 * memoized.
 *
 * @category layers
 * @since 0.1.0
 */
export const layerOptions = (
  options: RequestOptions.RequestOptions
): Layer.Layer<Ocr, never, MistralClient.MistralClient> => Layer.fresh(Layer.effect(Ocr, make(options)))

/**
 * Reads a document or an image: `{ pages: [{ index, markdown, images }], usage_info }`. `OcrDocument.markdown` returns the
 * text of all pages.
 *
 * *Gotchas*: the response comes when all pages have been read. For documents of hundreds of pages, raise
 * `timeout.firstByte`, which is five minutes by default: pages of a call that timed out are paid for, too.
 *
 * @category operations
 * @since 0.1.0
 */
export const process = (
  request: Request,
  options?: RequestOptions.RequestOptions
): Effect.Effect<OcrDocument.Response, MistralError, Ocr> =>
  Effect.flatMap(Ocr, (service) => service.process(request, options))

/**
 * Reads what a model found in the whole document, by the schema whose format the request had as
 * `document_annotation_format`.
 *
 * *Details*: an annotation that is missing or does not fit the schema is an `InvalidOutput` with its `text`. The response is
 * still the caller's, with the pages that were paid for.
 *
 * @throws if `StructuredOutput.responseFormat` throws for the schema
 * @category getters
 * @since 0.1.0
 */
export const documentAnnotation = <A, E>(
  response: Pick<OcrDocument.Response, "document_annotation">,
  schema: Schema.Codec<A, E>
): Effect.Effect<A, MistralError> => annotation(response.document_annotation, schema)

/**
 * Reads what a model found in one image, by the schema whose format the request had as `bbox_annotation_format`. Fails like
 * `documentAnnotation`.
 *
 * @throws if `StructuredOutput.responseFormat` throws for the schema
 * @category getters
 * @since 0.1.0
 */
export const imageAnnotation = <A, E>(
  image: Pick<OcrDocument.Image, "image_annotation">,
  schema: Schema.Codec<A, E>
): Effect.Effect<A, MistralError> => annotation(image.image_annotation, schema)

const annotation = <A, E>(
  received: string | null | undefined,
  schema: Schema.Codec<A, E>
): Effect.Effect<A, MistralError> => {
  const text = received ?? ""
  const decoded = structuredSchema(schema, { name: "response", description: undefined, unwrapFence: false }).decode(
    text
  )
  return "value" in decoded
    ? Effect.succeed(decoded.value)
    : Effect.fail(operationError(Endpoint.processOcr, new InvalidOutput({ text, issues: decoded.issues })))
}
