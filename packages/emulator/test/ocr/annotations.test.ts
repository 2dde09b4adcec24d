import * as Ocr from "@effect-mistral/core/Ocr"
import * as OcrDocument from "@effect-mistral/core/OcrDocument"
import * as StructuredOutput from "@effect-mistral/core/StructuredOutput"
import { Emulator } from "@effect-mistral/emulator"
import { assert, describe, it } from "@effect/vitest"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { local, postTo } from "../support.ts"
import { request, textDocument } from "./support.ts"

describe("an uploaded file", () => {
  it.effect("that is a text is given back, and another is made up by its bytes", () =>
    Effect.gen(function*() {
      const { addFile } = yield* Emulator.Emulator
      const read = (content: string, options?: Parameters<typeof addFile>[1]) =>
        Effect.flatMap(addFile(content, options), (file_id) =>
          Ocr.process(request({ document: { type: "file", file_id } })))
      const text = yield* read("# A\n\nb é", { filename: "a.md", purpose: "ocr" })
      assert.deepStrictEqual([OcrDocument.markdown(text), text.usage_info?.doc_size_bytes], ["# A\n\nb é", 9])
      const [pdf, same, other, binary] = [
        yield* read("%PDF-1.7 a"),
        yield* read("%PDF-1.7 a"),
        yield* read("%PDF-1.7 b"),
        yield* read("a\u0000b")
      ]
      assert.deepStrictEqual(same, pdf)
      assert.notDeepEqual(other.pages, pdf.pages)
      for (const one of [pdf, other, binary]) {
        assert.isAbove(one.pages.length, 1)
      }
      assert.lengthOf((yield* read("GIF89a...")).pages, 1)
    }).pipe(Effect.provide(local())))
})

describe("annotations", () => {
  const Invoice = Schema.Struct({
    number: Schema.String,
    total: Schema.Number.check(Schema.isGreaterThan(0)),
    lines: Schema.Array(Schema.Struct({ item: Schema.String, count: Schema.Int })),
    paid: Schema.optional(Schema.Boolean)
  })
  const Picture = Schema.Struct({ kind: Schema.Literals(["photo", "chart"]), caption: Schema.String })

  it.effect("of a document and of each of its images fit the schemas of the request", () =>
    Effect.gen(function*() {
      const annotated = request({
        document_annotation_format: StructuredOutput.responseFormat(Invoice),
        document_annotation_prompt: "Read the invoice.",
        bbox_annotation_format: StructuredOutput.responseFormat(Picture)
      })
      const response = yield* Ocr.process(annotated)
      assert.isString((yield* Ocr.documentAnnotation(response, Invoice)).number)
      const images = response.pages.flatMap((page) => page.images)
      assert.isAbove(images.length, 1)
      for (const image of images) assert.isString((yield* Ocr.imageAnnotation(image, Picture)).caption)
      assert.deepStrictEqual(yield* Ocr.process(annotated), response)
    }).pipe(Effect.provide(local())))

  it.effect("are there on request only", () =>
    Effect.gen(function*() {
      const { document_annotation, pages } = yield* Ocr.process(request())
      assert.isNull(document_annotation)
      assert.isTrue(pages.flatMap(({ images }) => images).every(({ image_annotation }) => image_annotation === null))
    }).pipe(Effect.provide(local())))

  it.effect("for which no value is found are refused", () =>
    Effect.gen(function*() {
      const json_schema = { name: "none", schema: { type: "object", required: ["a"], properties: { a: false } } }
      for (const key of ["document_annotation_format", "bbox_annotation_format"]) {
        const { json, status } = yield* postTo("/v1/ocr")({
          ...request(),
          [key]: { type: "json_schema", json_schema }
        })
        assert.strictEqual(status, 400)
        assert.include(JSON.stringify(json), "JSON Schema none")
      }
    }).pipe(Effect.provide(local())))
})

describe("confidence scores", () => {
  const between0And1 = (score: number | null | undefined) => {
    assert.isAtLeast(score ?? -1, 0)
    assert.isAtMost(score ?? 2, 1)
  }

  it.effect("are there on request only", () =>
    Effect.gen(function*() {
      for (const { blocks, confidence_scores } of (yield* Ocr.process(request())).pages) {
        assert.isNull(confidence_scores)
        assert.isTrue(blocks?.every((block) => block.confidence_scores === null))
      }
    }).pipe(Effect.provide(local())))

  it.effect("of a page are the mean and the minimum of those of its words, which name their places", () =>
    Effect.gen(function*() {
      const options = {
        table_format: "markdown",
        document: textDocument("One two\n\n| a |\n| - |\n| b |\n\nthree")
      } as const
      const page = yield* Ocr.process(request({ ...options, confidence_scores_granularity: "page" }))
      const word = yield* Ocr.process(request({ ...options, confidence_scores_granularity: "word" }))
      const { confidence_scores: whole } = page.pages[0]!
      const { confidence_scores: scores, markdown, tables } = word.pages[0]!
      const words = scores?.word_confidence_scores ?? []
      assert.deepStrictEqual(words.map(({ text }) => text), ["One", "two", "[tbl-0.md](tbl-0.md)", "three"])
      for (const { confidence, start_index, text } of words) {
        between0And1(confidence)
        assert.strictEqual(markdown.slice(start_index!, start_index! + text.length), text)
      }
      assert.strictEqual(scores?.minimum_page_confidence_score, Math.min(...words.map(({ confidence }) => confidence)))
      assert.approximately(
        scores?.average_page_confidence_score ?? 0,
        words.reduce((sum, { confidence }) => sum + confidence, 0) / words.length,
        0.0001
      )
      assert.deepStrictEqual({ ...scores, word_confidence_scores: undefined }, {
        ...whole,
        word_confidence_scores: undefined
      })
      assert.notProperty(whole, "word_confidence_scores")
      assert.deepStrictEqual(tables?.[0]?.word_confidence_scores?.filter(({ text }) => text === "b").length, 1)
      assert.isNull(page.pages[0]?.tables?.[0]?.word_confidence_scores)
    }).pipe(Effect.provide(local())))

  it.effect("of a block are those of its content and of its type", () =>
    Effect.gen(function*() {
      const { pages } = yield* Ocr.process(request({ confidence_scores_granularity: "block" }))
      const blocks = pages.flatMap((page) => page.blocks ?? [])
      const images = blocks.filter((block) => block.type === "image")
      assert.isAbove(blocks.length, images.length)
      for (const block of blocks) {
        // The cast is safe: the emulator makes no blocks of unknown types.
        const scores = block.confidence_scores as OcrDocument.BlockConfidence
        between0And1(scores.block_type_confidence_score)
        if (block.type === "image") assert.isNull(scores.average_content_confidence_score)
        else {
          between0And1(scores.average_content_confidence_score)
          assert.isAtMost(scores.minimum_content_confidence_score!, scores.average_content_confidence_score!)
        }
      }
    }).pipe(Effect.provide(local())))
})

describe("a wrong request", () => {
  it.effect("for a model that reads no documents is refused, and no model is the usual one", () =>
    Effect.gen(function*() {
      for (const model of ["mistral-small-latest", "no-such-model"]) {
        const { json, status } = yield* postTo("/v1/ocr")(request({ model }))
        assert.strictEqual(status, 400)
        assert.deepInclude(json, { type: "invalid_model", code: "1500", message: `Invalid model: ${model}` })
      }
      const usual = yield* Ocr.process(request({ model: null }))
      assert.deepStrictEqual(usual, yield* Ocr.process(request()))
    }).pipe(Effect.provide(local())))

  it.effect("for a file that was not uploaded is a 404, which the client reads as NotFound", () =>
    Effect.gen(function*() {
      const document = { type: "file", file_id: "0a1b2c3d-4e5f-4a7b-8c9d-0e1f2a3b4c5d" } as const
      const { reason } = yield* Effect.flip(Ocr.process(request({ document })))
      assert.strictEqual(reason._tag, "NotFound")
    }).pipe(Effect.provide(local())))

  it.effect("for a PDF that is none is the API's 400", () =>
    Effect.gen(function*() {
      const { json, status } = yield* postTo("/v1/ocr")(request({ document: textDocument("Hi", "application/pdf") }))
      assert.deepStrictEqual<unknown>([status, json], [400, {
        object: "error",
        message: "Document is not a valid PDF.",
        type: "document_parser_invalid_file",
        param: null,
        code: "3740",
        raw_status_code: 400
      }])
    }).pipe(Effect.provide(local())))

  for (
    const url of [
      "",
      "a.pdf",
      "http://a.test/a.pdf",
      "https://",
      "data:application/pdf,%25PDF",
      "data:application/pdf;base64,%%%",
      `data:${"x".repeat(400)};base64,AAAA`
    ]
  ) {
    it.effect(`with ${url.slice(0, 40) || "no URL at all"} is the API's 422, without the rest of the URL`, () =>
      Effect.gen(function*() {
        for (
          const [document, name] of [
            [{ type: "document_url", document_url: url }, "Document"],
            [{ type: "image_url", image_url: url }, "Image"]
          ] as const
        ) {
          const { json, status } = yield* postTo("/v1/ocr")({ model: "mistral-ocr-latest", document })
          const { detail: [problem] } = json as Refused
          assert.strictEqual(status, 422)
          assert.deepInclude(problem, { type: "value_error", loc: ["body"] })
          assert.match(String(problem?.msg), new RegExp(`^Value error, ${name} content must be a URL \\(starting with`))
          assert.isBelow(String(problem?.msg).length, 300)
        }
      }).pipe(Effect.provide(local())))
  }

  for (
    const [name, more, loc] of [
      ["an unknown key", { page: 1 }, ["body", "page"]],
      ["an unknown kind of document", { document: { type: "text", text: "a" } }, ["body", "document"]],
      ["a prompt without a format", { document_annotation_prompt: "a" }, ["body", "document_annotation_prompt"]],
      ["a format that is no schema", { document_annotation_format: { type: "json_object" } }, [
        "body",
        "document_annotation_format"
      ]],
      ["a negative page", { pages: [0, -1] }, ["body", "pages", 1]],
      ["pages that are no numbers", { pages: "first" }, ["body", "pages"]],
      ["a range that runs backwards", { pages: "0,5-2" }, ["body", "pages"]],
      ["a range without an end", { pages: "3-" }, ["body", "pages"]],
      ["no pages in a text", { pages: "" }, ["body", "pages"]]
    ] as const
  ) {
    it.effect(`with ${name} is a 422 in the form of this endpoint, which the client reads as Validation`, () =>
      Effect.gen(function*() {
        const { json, status } = yield* postTo("/v1/ocr")({ ...request(), ...more })
        assert.strictEqual(status, 422)
        assert.deepStrictEqual<unknown>((json as Refused).detail.map((problem) => problem.loc), [loc])
      }).pipe(Effect.provide(local())))
  }

  it.effect("without JSON is a 422 too", () =>
    Effect.gen(function*() {
      for (const body of ["", "{", "[]"]) {
        const { json, status } = yield* postTo("/v1/ocr")(body)
        assert.deepStrictEqual([status, Array.isArray((json as Refused).detail)], [422, true])
      }
    }).pipe(Effect.provide(local())))
})

interface Refused {
  readonly detail: ReadonlyArray<
    { readonly type: string; readonly loc: ReadonlyArray<string | number>; readonly msg: string }
  >
}
