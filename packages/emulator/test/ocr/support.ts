import type * as OcrDocument from "@effect-mistral/core/OcrDocument"

/** A document that is no text, by its name. */
export const pdfAt = (name: string) =>
  ({ type: "document_url", document_url: `https://example.com/files/${name}.pdf` }) as const

/** A document of five pages with two images. */
export const pdf: OcrDocument.Document = pdfAt("annual-report")

/** A request for such a document. */
export const request = (more?: Partial<OcrDocument.Request>): OcrDocument.Request => ({
  model: "mistral-ocr-latest",
  document: pdf,
  ...more
})

/** A text as a document. */
export const textDocument = (text: string, mediaType = "text/markdown"): OcrDocument.Document => ({
  type: "document_url",
  document_url: `data:${mediaType};base64,${Buffer.from(text).toString("base64")}`
})
