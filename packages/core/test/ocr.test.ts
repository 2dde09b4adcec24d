import {
  AzureAi,
  Endpoint,
  EndpointCodec,
  type MistralError,
  Ocr,
  OcrDocument,
  RetryPolicy,
  StructuredOutput,
  VertexAi
} from "@effect-mistral/core"
import { ScriptedHttpClient } from "@effect-mistral/testing"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Redacted, Result, Schedule, Schema } from "effect"
import { over, testService } from "./fixtures/endpointTests.ts"
import { document, fullest, Invoice, smallest } from "./fixtures/ocrRequests.ts"
import { requests } from "./fixtures/scriptedClient.ts"

const response: OcrDocument.Response = {
  model: "mistral-ocr-2512",
  pages: [{ index: 0, markdown: "# Invoice", images: [], dimensions: { dpi: 200, height: 2200, width: 1700 } }],
  document_annotation: null,
  usage_info: { pages_processed: 1, doc_size_bytes: null }
}

testService("Ocr", {
  ...Ocr,
  key: Ocr.Ocr,
  operations: {
    process: {
      method: "POST",
      path: "/v1/ocr",
      body: smallest,
      response,
      call: (options) => Ocr.process(smallest, options)
    }
  }
})

describe("a request", () => {
  const documents: Record<string, OcrDocument.Document> = {
    "an uploaded file": { type: "file", file_id: "0a1b2c3d-4e5f-4a7b-8c9d-0e1f2a3b4c5d" },
    "a URL": document,
    "a URL without a name": { type: "document_url", document_url: "https://a.test/a.pdf" },
    "the URL of an image": { type: "image_url", image_url: "https://a.test/a.png" },
    "an image with its detail": { type: "image_url", image_url: { url: "data:image/png;base64,AAAA", detail: "high" } }
  }
  for (const [name, document] of Object.entries(documents)) {
    it.effect(`of ${name} is sent as it is`, () => sent({ model: "mistral-ocr-latest", document }))
  }

  it.effect("with every parameter is sent as it is, also with `null` where the API takes it", () =>
    Effect.gen(function*() {
      assert.sameMembers(Object.keys(fullest), Object.keys(OcrDocument.Request.fields))
      yield* sent(fullest)
      yield* sent({ ...fullest, pages: [0, 2] })
      yield* sent({
        ...smallest,
        model: null,
        pages: null,
        include_image_base64: null,
        image_limit: null,
        image_min_size: null,
        bbox_annotation_format: null,
        document_annotation_format: null,
        document_annotation_prompt: null,
        table_format: null,
        confidence_scores_granularity: null
      })
    }))

  it.effect("leaves out what is undefined, and adds no default", () =>
    Effect.gen(function*() {
      yield* Ocr.process({ ...smallest, pages: undefined, include_blocks: undefined })
      assert.deepStrictEqual((yield* requests).map(({ body }) => body), [smallest])
    }).pipe(Effect.provide(over(Ocr.layer, () => ScriptedHttpClient.json(response)))))

  const refused: ReadonlyArray<readonly [name: string, request: object, path: ReadonlyArray<string | number>]> = [
    ["an unknown key", { ...smallest, page: [0] }, ["page"]],
    ["an unknown key of its document", { ...smallest, document: { ...document, name: "a" } }, ["document", "name"]],
    ["no document", { model: "m" }, ["document"]],
    ["no model", { document }, ["model"]],
    ["a text as its document", { ...smallest, document: { type: "text", text: "a" } }, ["document"]],
    ["a document that is a bare URL", { ...smallest, document: "https://a.test" }, ["document"]],
    ["a file id that is none", { ...smallest, document: { type: "file", file_id: "a" } }, ["document", "file_id"]],
    ["half a page", { ...smallest, pages: [0, 1.5] }, ["pages", 1]],
    ["an unknown format of tables", { ...smallest, table_format: "csv" }, ["table_format"]],
    ["an unknown granularity", { ...smallest, confidence_scores_granularity: "token" }, [
      "confidence_scores_granularity"
    ]],
    ["`null` as a flag that has a default", { ...smallest, extract_header: null }, ["extract_header"]],
    ["an annotation that is a text", { ...smallest, document_annotation_format: { type: "text" } }, [
      "document_annotation_format"
    ]],
    ["an annotation without its schema", { ...smallest, bbox_annotation_format: { type: "json_schema" } }, [
      "bbox_annotation_format"
    ]],
    ["a prompt without a format", { ...smallest, document_annotation_prompt: "a" }, ["document_annotation_prompt"]]
  ]
  for (const [name, request, path] of refused) {
    it.effect(`with ${name} is refused, and nothing is sent`, () =>
      Effect.gen(function*() {
        // The cast is safe: the request is to be refused at runtime.
        const error = yield* Effect.flip(Ocr.process(request as OcrDocument.Request))
        assert.isTrue(error.reason._tag === "InvalidRequest")
        if (error.reason._tag !== "InvalidRequest") return
        assert.deepStrictEqual(error.reason.issues[0]?.path, path)
        assert.deepStrictEqual(failureOf(EndpointCodec.encode(Endpoint.processOcr, request as never)), error.reason)
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(over(Ocr.layer, []))))
  }

  it.effect("is retried only as long as nothing of the response has come, because pages cost", () =>
    Effect.gen(function*() {
      const retry = RetryPolicy.make({ schedule: Schedule.recurs(2) })
      for (
        const [answer, count] of [
          [ScriptedHttpClient.json({}, { status: 503 }), 3],
          [ScriptedHttpClient.bytes(["{\"pages\": ["], { ending: "fail" }), 1]
        ] as const
      ) {
        yield* Effect.gen(function*() {
          yield* Effect.flip(Ocr.process(smallest, { retry }))
          assert.lengthOf(yield* requests, count)
        }).pipe(Effect.provide(over(Ocr.layer, () => answer)))
      }
    }))

  for (
    const [name, client] of Object.entries({
      "Vertex AI": VertexAi.layer({ projectId: "p", region: "europe-west4", accessToken: Redacted.make("k") }),
      "Azure AI": AzureAi.layer({ endpoint: "https://a.test", apiKey: Redacted.make("k") })
    })
  ) {
    it.effect(`is not served by ${name}, and nothing is sent`, () =>
      Effect.gen(function*() {
        assert.include((yield* Effect.flip(Ocr.process(smallest))).message, `${name} does not serve /v1/ocr`)
        assert.lengthOf(yield* requests, 0)
      }).pipe(Effect.provide(Ocr.layer.pipe(Layer.provide(client), Layer.provideMerge(ScriptedHttpClient.layer())))))
  }

  it.effect("is not in an error, and neither is a document that it holds", () =>
    Effect.gen(function*() {
      const held = OcrDocument.fromBytes(new TextEncoder().encode("a secret letter"), "application/pdf", "secret.pdf")
      const error = yield* Effect.flip(
        Ocr.process({ ...smallest, document: held, document_annotation_prompt: "secret" })
      )
      assert.notMatch(JSON.stringify(error) + String(error), /secret|YSBzZWNyZXQ/)
    }).pipe(Effect.provide(over(Ocr.layer, []))))
})

describe("an annotation", () => {
  it.effect("is read by the schema whose format was sent, in strict or plain form", () =>
    Effect.gen(function*() {
      for (const paid of [undefined, null, "2026-01-02T00:00:00.000Z"]) {
        const document_annotation = JSON.stringify({ number: "A-1", total: 12.5, paid })
        assert.deepStrictEqual(yield* Ocr.documentAnnotation({ document_annotation }, Invoice), {
          number: "A-1",
          total: 12.5,
          ...(paid == null ? undefined : { paid: new Date(paid) })
        })
      }
      const caption = Schema.Struct({ caption: Schema.String })
      assert.deepStrictEqual(
        yield* Ocr.imageAnnotation({ image_annotation: "{\"caption\":\"A cat\"}" }, caption),
        { caption: "A cat" }
      )
    }))

  it.effect("that is missing or does not fit is an InvalidOutput with its text and the places, which names the operation", () =>
    Effect.gen(function*() {
      for (
        const [document_annotation, path] of [
          [undefined, []],
          [null, []],
          ["", []],
          ["{\"number\": ", []],
          ["[]", []],
          ["{\"number\": 5, \"total\": 1}", ["number"]]
        ] as const
      ) {
        const response = document_annotation === undefined ? {} : { document_annotation }
        const error = yield* Effect.flip(Ocr.documentAnnotation(response, Invoice))
        assert.deepStrictEqual([error.operation, error.path], ["Ocr.process", "/v1/ocr"])
        assert.isTrue(error.reason._tag === "InvalidOutput")
        if (error.reason._tag !== "InvalidOutput") return
        assert.deepStrictEqual([error.reason.text, error.reason.issues[0]?.path], [document_annotation ?? "", path])
      }
    }))

  it("of a schema that cannot be sent throws, as its format does", () => {
    assert.throws(() => StructuredOutput.responseFormat(Schema.String))
    assert.throws(() => Ocr.documentAnnotation({ document_annotation: "\"a\"" }, Schema.String))
  })
})

describe("a mock of one line", () => {
  it.effect("replaces Ocr", () =>
    Effect.gen(function*() {
      assert.strictEqual(OcrDocument.markdown(yield* Ocr.process(smallest)), "Hi")
    }).pipe(Effect.provide(
      Layer.mock(Ocr.Ocr)({
        process: () => Effect.succeed({ model: "m", pages: [{ index: 0, markdown: "Hi", images: [] }] })
      })
    )))
})

/** Sends a request, and compares what the server gets. */
const sent = (request: OcrDocument.Request) =>
  Effect.gen(function*() {
    yield* Ocr.process(request)
    assert.deepStrictEqual((yield* requests).map(({ body }) => body), [request])
  }).pipe(Effect.provide(over(Ocr.layer, () => ScriptedHttpClient.json(response))))

const failureOf = (result: Result.Result<string, MistralError.MistralError>) =>
  Result.isFailure(result) ? result.failure.reason : undefined
