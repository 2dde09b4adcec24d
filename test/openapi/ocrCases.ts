/** Requests to read documents and to classify, so that every form of the emulator's responses occurs. */
import { StructuredOutput } from "@effect-mistral/core"
import { Schema } from "effect"
import type { Case } from "./cases.ts"

const pdf = { type: "document_url", document_url: "https://example.com/files/annual-report.pdf" }

const text = "# Order\n\nTwo lamps.\n\n| Item | Count |\n| --- | --- |\n| Lamp | 2 |"

const markdown = {
  type: "document_url",
  document_url: `data:text/markdown;base64,${Buffer.from(text).toString("base64")}`
}

const reading = (more?: object) => ({ model: "mistral-ocr-latest", document: pdf, ...more })

const format = StructuredOutput.responseFormat(Schema.Struct({ title: Schema.String, pages: Schema.Int }))

const everything = {
  include_image_base64: true,
  bbox_annotation_format: format,
  document_annotation_format: format,
  document_annotation_prompt: "Read it.",
  table_format: "html",
  extract_header: true,
  extract_footer: true
}

const documents: Readonly<Record<string, unknown>> = {
  "a document": reading(),
  "some of its pages": reading({ pages: "0,2-3" }),
  "none of its pages": reading({ pages: [] }),
  "a document without blocks": reading({ include_blocks: false, image_limit: 0 }),
  "a document with everything": reading({
    ...everything,
    document: markdown,
    confidence_scores_granularity: "word"
  }),
  "a document with images and all else": reading({ ...everything, confidence_scores_granularity: "page" }),
  "a document with the confidence of its blocks": reading({ confidence_scores_granularity: "block" }),
  "an image": reading({ document: { type: "image_url", image_url: { url: "https://a.test/a.png", detail: null } } }),
  "a text": reading({ document: markdown, table_format: "markdown" })
}

const model = "ministral-3b-latest"

const messages = [{ role: "system", content: "Be kind." }, { role: "user", content: [{ type: "text", text: "Hi" }] }]

/** Requests that are taken. */
export const ocrCases: ReadonlyArray<Case> = [
  ...Object.entries(documents).map(([name, body]) => ({ name, path: "/v1/ocr", body })),
  { name: "a word", path: "/v1/classifications", body: { model, input: "Hi" } },
  {
    name: "texts",
    path: "/v1/classifications",
    body: { model: "ft:classifier:a", input: ["Hi", "Bye"], metadata: { a: 1 } }
  },
  { name: "a conversation", path: "/v1/chat/classifications", body: { model, input: { messages } } },
  { name: "conversations", path: "/v1/chat/classifications", body: { model, input: [{ messages }, { messages: [] }] } }
]

const wrong: Readonly<Record<string, unknown>> = {
  "a key that is not known": { store: true },
  "a body that is no object": "text"
}

/** Requests that are refused. */
export const refusedCases: ReadonlyArray<Case> = [
  ...["/v1/ocr", "/v1/classifications", "/v1/chat/classifications"].flatMap((path) =>
    Object.entries(wrong).map(([name, body]) => ({ name: `${name} at ${path}`, path, body, status: 422 }))
  ),
  { name: "pages that are no numbers", path: "/v1/ocr", body: reading({ pages: "all" }), status: 422 },
  {
    name: "a URL that is none",
    path: "/v1/ocr",
    body: reading({ document: { type: "document_url", document_url: "a.pdf" } }),
    status: 422
  }
]
