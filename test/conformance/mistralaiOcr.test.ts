/** Mistral's own SDK reads documents and classifies by the emulator: what it returns is what it would from Mistral. */
import { assert, layer } from "@effect/vitest"
import { Mistral } from "@mistralai/mistralai"
import { HTTPValidationError } from "@mistralai/mistralai/models/errors/httpvalidationerror"
import { SDKError } from "@mistralai/mistralai/models/errors/sdkerror"
import { emulated, isId, rejection, talkWith } from "./emulated.ts"

const talk = talkWith((serverURL, apiKey) => new Mistral({ serverURL, apiKey }))

const model = "mistral-ocr-latest"

const text = "# Order\n\nTwo lamps, see https://a.test/lamps.\n\n| Item | Count |\n| --- | --- |\n| Lamp | 2 |"

const markdown = {
  type: "document_url" as const,
  documentUrl: `data:text/markdown;base64,${Buffer.from(text).toString("base64")}`
}

const pdf = { type: "document_url" as const, documentUrl: "https://example.com/files/annual-report.pdf" }

layer(emulated, { excludeTestServices: true })("@mistralai/mistralai", (it) => {
  it.effect("reads a text with its table apart", () =>
    talk(async (sdk) => {
      const response = await sdk.ocr.process({ model, document: markdown, tableFormat: "html", includeBlocks: false })
      assert.deepStrictEqual<unknown>(response, {
        model,
        documentAnnotation: null,
        usageInfo: { pagesProcessed: 1, docSizeBytes: text.length },
        pages: [{
          index: 0,
          markdown: "# Order\n\nTwo lamps, see https://a.test/lamps.\n\n[tbl-0.html](tbl-0.html)",
          images: [],
          tables: [{
            id: "tbl-0.html",
            content: "<table><tr><th>Item</th><th>Count</th></tr><tr><td>Lamp</td><td>2</td></tr></table>",
            format: "html",
            wordConfidenceScores: null
          }],
          hyperlinks: ["https://a.test/lamps."],
          header: null,
          footer: null,
          dimensions: { dpi: 200, height: 2200, width: 1700 },
          confidenceScores: null,
          blocks: null
        }]
      })
    }))

  it.effect("reads the pages of a document, with images, annotations, blocks and confidence", () =>
    talk(async (sdk) => {
      const format = {
        type: "json_schema" as const,
        jsonSchema: {
          name: "report",
          schemaDefinition: { type: "object", properties: { year: { type: "integer" } }, required: ["year"] }
        }
      }
      const { documentAnnotation, pages, usageInfo } = await sdk.ocr.process({
        model,
        document: pdf,
        pages: "0,3",
        includeImageBase64: true,
        extractHeader: true,
        documentAnnotationFormat: format,
        bboxAnnotationFormat: format,
        confidenceScoresGranularity: "block"
      })
      assert.deepStrictEqual(pages.map(({ index }) => index), [0, 3])
      assert.strictEqual(usageInfo.pagesProcessed, 2)
      assert.isNumber(JSON.parse(documentAnnotation ?? "{}").year)
      const images = pages.flatMap((page) => page.images)
      assert.isNotEmpty(images)
      for (const image of images) {
        assert.match(image.imageBase64 ?? "", /^data:image\/png;base64,/)
        assert.isNumber(JSON.parse(image.imageAnnotation ?? "{}").year)
      }
      for (const { blocks, header } of pages) {
        assert.strictEqual(header, "annual report")
        for (const block of blocks ?? []) {
          assert.isFalse("isUnknown" in block && block.isUnknown)
          assert.property(block, "confidenceScores")
        }
      }
    }))

  it.effect("classifies texts and conversations", () =>
    talk(async (sdk) => {
      const model = "ft:classifier:ministral-3b-latest:0a1b2c3d:20260101:4e5f6a7b"
      const texts = await sdk.classifiers.classify({ model, inputs: ["Hi", "Bye"] })
      assert.isTrue(isId(texts.id))
      assert.strictEqual(texts.model, model)
      assert.lengthOf(texts.results, 2)
      for (const { scores } of texts.results.flatMap((result) => Object.values(result))) {
        assert.approximately(Object.values(scores).reduce((sum, score) => sum + score, 0), 1, 1e-9)
      }
      const messages = [{ role: "user" as const, content: "Hi" }]
      const one = await sdk.classifiers.classifyChat({ model, input: { messages } })
      assert.deepStrictEqual(one.results, texts.results.slice(0, 1))
      const several = await sdk.classifiers.classifyChat({ model, input: [{ messages }, { messages }] })
      assert.deepStrictEqual(several.results, [...one.results, ...one.results])
    }))

  it.effect("reads the errors of wrong requests", () =>
    talk(async (sdk) => {
      const invalid = await rejection(sdk.ocr.process({ model, document: { ...pdf, documentUrl: "a.pdf" } }))
      assert.instanceOf(invalid, HTTPValidationError)
      for (
        const [promise, status] of [
          [sdk.ocr.process({ model, document: { fileId: "0a1b2c3d-4e5f-4a7b-8c9d-0e1f2a3b4c5d" } }), 404],
          [sdk.ocr.process({ model: "mistral-small-latest", document: pdf }), 400],
          [sdk.classifiers.classify({ model: "mistral-small-latest", inputs: "Hi" }), 400]
        ] as const
      ) {
        const error = await rejection(promise)
        assert.instanceOf(error, SDKError)
        assert.strictEqual(error.statusCode, status)
      }
    }))
})
